import { countOf } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { figuresOf } from '../../people/messages/figures.ts';
import { problemsOf } from '../../people/messages/problems.ts';
import { goLiveOf } from '../../plan/steps.ts';
import { type Evidence, type Moment, momentsOf, wayBackOf } from '../evidence.ts';
import type { Clocks } from '../record.ts';
import type { JudgedClaim } from './claim.ts';
import { judgedVoid, voidReason } from './void.ts';

type Sent = readonly Moment<'message'>[];

/** Told whom it says, once, after its gate, marked as an exercise, with a link that works, and in time. */
export function judgeCommunication(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const planned = plannedIn(evidence);
  if (planned.length === 0) return { state: 'not-examined', sentence: 'The plan sends no messages.', because: [] };
  const sent = momentsOf(evidence, 'message');
  return failed(sent) ?? notShown(evidence, { planned, sent }) ?? proven(sent, clocks);
}

/** Messages that steps of this scenario send, whether or not they were reached. */
function plannedIn(evidence: Evidence): readonly string[] {
  const { plan, scenario } = evidence;
  const procedures = [plan.procedures[goLiveOf(plan, scenario) ?? ''], plan.procedures[wayBackOf(evidence)]];
  const steps = procedures.flatMap((procedure) => procedure?.steps ?? []);
  return steps.filter((step) => step.when === undefined).flatMap((step) => step.message ?? []);
}

function failed(sent: Sent): JudgedClaim | null {
  const found = sent.flatMap(({ facts, atMs }) => problemsOf(facts).map(({ sentence }) => ({ sentence, atMs })));
  const [first, ...others] = found;
  if (first === undefined) return null;
  return {
    state: 'failed',
    sentence: `${first.sentence}.`,
    because: others.map((one) => one.sentence),
    settledAtMs: first.atMs,
  };
}

function notShown(
  evidence: Evidence,
  { planned, sent }: { readonly planned: readonly string[]; readonly sent: Sent },
): JudgedClaim | null {
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  const held = sent.filter(({ facts }) => facts.heldBack !== null);
  if (held.length > 0)
    return {
      state: 'inconclusive',
      sentence: `${held.map(({ facts }) => facts.message).join(', ')} was rightly held back, so it was not shown that it arrives.`,
      because: held.map(({ facts }) => `${facts.message}: ${facts.heldBack?.sentence ?? ''}`),
    };
  const told = new Set(sent.map(({ facts }) => facts.message));
  const missing = planned.filter((name) => !told.has(name));
  if (missing.length === 0) return null;
  return { state: 'inconclusive', sentence: `Not reached, so not sent: ${missing.join(', ')}.`, because: [] };
}

function proven(sent: Sent, { communicate }: Clocks): JudgedClaim {
  const figures = sent.map(({ facts }) => figuresOf(facts));
  const letters = figures.reduce((total, one) => total + one.recipients, 0);
  const linked = sent.some(({ facts }) => facts.acknowledge) ? ', and every acknowledgement link works' : '';
  const first =
    communicate.firstMessageMs === null
      ? []
      : [`first message ${formatDuration(communicate.firstMessageMs)} after the decision`];
  return {
    state: 'proven',
    sentence: `${countOf(sent.length, 'message')} reached ${countOf(letters, 'recipient')} once each, after their gates and marked EXERCISE${linked}.`,
    because: [
      ...first,
      ...sent.map(({ facts }) => saysWho(facts)),
      'sent into the drill’s own inbox; the time that people need to read is assumed and proves nothing',
    ],
    settledAtMs: Math.max(...sent.map((one) => one.atMs)),
  };
}

function saysWho(facts: Sent[number]['facts']): string {
  const after = facts.gate === null ? '' : ` after \`${facts.gate}\``;
  const post =
    facts.over === 'webhook'
      ? `one post for ${countOf(facts.people, 'person', 'people')}`
      : `${facts.deliveries.length} mails`;
  return `${facts.message} to ${facts.audience} by ${facts.channel}${after}: ${post}`;
}
