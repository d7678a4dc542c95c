import { countOf } from '../../kernel/count.ts';
import { type Evidence, momentsOf, type Moment, targetStateOf } from '../evidence.ts';
import type { ClaimState } from '../record.ts';
import { type JudgedClaim, worst } from './claim.ts';
import { judgeFlowChanges } from './flow-changes.ts';
import { judgeTraffic } from './flow-traffic.ts';
import { judgedVoid, returnBreak, voidReason } from './void.ts';

/** Every flow is as the target state wants it: proven cleanly stopped, or running again. One part a flow. */
export function judgeFlows(evidence: Evidence): JudgedClaim {
  const wanted = Object.entries(targetStateOf(evidence)?.flows ?? {});
  if (wanted.length === 0)
    return {
      state: 'not-examined',
      sentence:
        Object.keys(evidence.plan.flows).length === 0
          ? 'The plan has no flows.'
          : 'The target state says nothing about the flows.',
      because: [],
    };
  const judged = wanted.map(([name, state]) => judgeFlow(evidence, { name, state }));
  const state = worst(judged.map((one) => one.state));
  const decisive = judged.filter((one) => one.state === state);
  const times = decisive.flatMap((one) => one.settledAtMs ?? []);
  return {
    state,
    sentence: state === 'proven' ? provenSentence(wanted) : [...new Set(decisive.map((one) => one.sentence))].join(' '),
    because: judged.flatMap((one) => one.because),
    parts: judged.map(({ name, state: own, sentence }) => ({ name, state: own, sentence })),
    ...(times.length === 0 ? {} : { settledAtMs: state === 'failed' ? Math.min(...times) : Math.max(...times) }),
  };
}

function provenSentence(wanted: readonly (readonly [string, 'running' | 'stopped'])[]): string {
  const stopped = wanted.filter(([, state]) => state === 'stopped').length;
  const running = wanted.length - stopped;
  const parts = [
    ...(stopped === 0 ? [] : [`${countOf(stopped, 'flow is', 'flows are')} cleanly stopped`]),
    ...(running === 0 ? [] : [`${countOf(running, 'flow runs', 'flows run')} again`]),
  ];
  return `${parts.join(', ')}.`;
}

interface JudgedFlow extends JudgedClaim {
  readonly name: string;
}

interface FlowCase {
  readonly name: string;
  readonly state: 'running' | 'stopped';
}

function judgeFlow(evidence: Evidence, flow: FlowCase): JudgedFlow {
  const { name } = flow;
  const verdict =
    notAsWanted(evidence, flow) ??
    notClean(evidence, flow) ??
    judgeTraffic(evidence, name) ??
    changesOf(evidence, flow, 'failed') ??
    brokenOff(evidence, flow) ??
    notShown(evidence, flow) ??
    changesOf(evidence, flow, 'inconclusive') ??
    proven(evidence, flow);
  return { name, ...verdict };
}

function looksAt(evidence: Evidence, name: string): readonly Moment<'flow-stop'>[] {
  return momentsOf(evidence, 'flow-stop').filter(({ facts }) => facts.flow === name);
}

function notAsWanted(evidence: Evidence, { name, state }: FlowCase): JudgedClaim | null {
  const check = momentsOf(evidence, 'check').find(
    ({ facts }) => facts.name === `${name} is ${state}` && facts.when === 'verify' && facts.outcome === 'failed',
  );
  if (check === undefined) return null;
  return {
    state: 'failed',
    sentence: `${name} is ${check.facts.actual} and should be ${state}.`,
    because: [],
    settledAtMs: check.atMs,
  };
}

function notClean(evidence: Evidence, { name, state }: FlowCase): JudgedClaim | null {
  if (state !== 'stopped') return null;
  const violated = looksAt(evidence, name).flatMap(({ facts, atMs }) =>
    facts.conditions.filter((one) => one.state === 'violated').map((one) => ({ ...one, when: facts.when, atMs })),
  );
  const [first] = violated;
  if (first === undefined) return null;
  const later = first.when === 'watch' ? ' after the quiet time' : '';
  return {
    state: 'failed',
    sentence: `${name} is not cleanly stopped${later}: ${first.evidence}.`,
    because: violated.map((one) => `${name}, ${one.condition}: ${one.evidence}`),
    settledAtMs: Math.min(...violated.map((one) => one.atMs)),
  };
}

function changesOf(evidence: Evidence, { name, state }: FlowCase, wanted: ClaimState): JudgedClaim | null {
  const judged = state === 'stopped' ? judgeFlowChanges(evidence, name) : null;
  return judged?.state === wanted ? judged : null;
}

function brokenOff(evidence: Evidence, { name }: FlowCase): JudgedClaim | null {
  const broken = returnBreak(evidence);
  if (broken === null) return null;
  return {
    state: broken.state,
    sentence: `${name} is not shown to be as it should: ${broken.what}.`,
    because: broken.because,
    settledAtMs: broken.atMs,
  };
}

function notShown(evidence: Evidence, { name, state }: FlowCase): JudgedClaim | null {
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  const missing = (sentence: string, because: readonly string[] = []): JudgedClaim => {
    return { state: 'inconclusive' satisfies ClaimState, sentence, because };
  };
  const isSeen = evidence
    .all('check')
    .some((check) => check.name === `${name} is ${state}` && check.when === 'verify' && check.outcome === 'passed');
  if (!isSeen) return missing(`It could not be seen whether ${name} is ${state}.`);
  if (state === 'running') return null;
  const looks = looksAt(evidence, name);
  if (!looks.some(({ facts }) => facts.when === 'watch'))
    return missing(`${name} was not looked at again after the quiet time.`);
  const open = looks
    .filter(({ facts }) => facts.when === 'verify')
    .flatMap(({ facts }) => facts.conditions.filter((one) => one.state === 'not-shown'));
  if (open.length === 0) return null;
  return missing(
    `${name} is stopped, but not everything is shown: ${open.map((one) => one.condition).join(', ')}.`,
    open.map((one) => `${name}, ${one.condition}: ${one.evidence}`),
  );
}

function proven(evidence: Evidence, { name, state }: FlowCase): JudgedClaim {
  if (state === 'running') return { state: 'proven', sentence: `${name} runs again.`, because: [] };
  const looks = looksAt(evidence, name);
  const conditions = looks.find(({ facts }) => facts.when === 'verify')?.facts.conditions ?? [];
  return {
    state: 'proven',
    sentence: `${name} is cleanly stopped.`,
    because: conditions.map((one) => `${name}, ${one.condition}: ${one.evidence}`),
    settledAtMs: Math.max(...looks.map((one) => one.atMs)),
  };
}
