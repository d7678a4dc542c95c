import { type Evidence, momentsOf } from './evidence.ts';
import { factsOf, type InstantName } from './facts.ts';
import type { Clocks } from './record.ts';

const MEANING: Readonly<Record<InstantName, string>> = {
  t0: 'first damage takes effect',
  t1: 'detection',
  t2: 'decision',
  t3: 'last foreign writer shut out',
  t4: 'restored systems answer in the right version',
  t5: 'verified: last gating check passed, none unknown',
  t6: 'first user’s write through the switched route',
  t7: '“open again” acknowledged by 95 % of each audience',
};

export interface Instants {
  readonly all: Clocks['instants'];
  /** Milliseconds since the first event, null where it was not reached. */
  at(name: InstantName): number | null;
}

export function instantsOf(evidence: Evidence): Instants {
  const all = (Object.keys(MEANING) as InstantName[]).map((name) => instantOf(evidence, name));
  return { all, at: (name) => all.find((instant) => instant.name === name)?.atMs ?? null };
}

function instantOf(evidence: Evidence, name: InstantName): Clocks['instants'][number] {
  // In S0 nothing is to be detected: the clock starts with the decision.
  const wanted = evidence.scenario.kind === 'S0' && name === 't1' ? 't2' : name;
  const assumed = name === 't7' && evidence.all('message').some((sent) => sent.readBy === 'drill');
  const base = { name, meaning: MEANING[name], assumed: false };
  const found = momentsOf(evidence, 'instant').findLast((one) => one.facts.name === wanted);
  const objection = name === 't5' ? objectionTo(evidence) : null;
  if (found === undefined || objection !== null)
    return { ...base, atMs: null, wall: null, note: objection ?? 'not reached' };
  const wallMs = factsOf(evidence.events, 'instant').findLast((one) => one.facts.name === wanted)?.wallMs ?? 0;
  return { ...base, assumed, atMs: Math.max(0, found.atMs), wall: isoOf(wallMs), note: found.facts.note };
}

/** A check that failed or could not be asked leaves the systems unverified, however long the drill went on. */
function objectionTo(evidence: Evidence): string | null {
  const { atMs: until } = momentsOf(evidence, 'instant').findLast((one) => one.facts.name === 't5') ?? {};
  if (until === undefined) return null;
  const open = [
    ...momentsOf(evidence, 'check').filter(({ facts }) => facts.when === 'verify' && facts.outcome !== 'passed'),
    ...momentsOf(evidence, 'comparison').filter(
      ({ facts }) => facts.reading === 'at rest' && facts.verdict !== 'equal',
    ),
    ...momentsOf(evidence, 'sweep').filter(({ facts }) => facts.users.some((user) => user.changes.length > 0)),
    ...momentsOf(evidence, 'sweep').filter(({ facts }) => facts.anonymous.some((one) => one.changed)),
  ].filter(({ atMs }) => atMs <= until);
  return open.length === 0 ? null : `not reached: ${open.length} of what had to be verified did not hold`;
}

export function isoOf(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
