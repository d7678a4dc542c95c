import type { Deciding } from '../people/roster/decision.ts';
import { type Gap, gapsOf, NOTHING_SAID, type Roster, rosterOf } from '../people/roster/roster.ts';
import { ruleCalls, timeLeft, withinMs } from '../plan/decision.ts';
import { decidersOf, dutiesOf, invitedBy } from '../plan/duties.ts';
import { type Evidence, momentsOf } from './evidence.ts';
import type { DecisionRecord, RosterRecord } from './record.ts';

/** As it was noted; of a drill that did not get so far, nobody said anything. */
export function rosterIn(evidence: Evidence): Roster {
  return evidence.all('roster').at(-1) ?? rosterOf(invitedBy(evidence.plan), NOTHING_SAID);
}

export function decidingIn(evidence: Evidence): Deciding {
  return { roster: rosterIn(evidence), deciders: decidersOf(evidence.plan) };
}

export function gapsIn(evidence: Evidence): readonly Gap[] {
  return gapsOf(rosterIn(evidence), dutiesOf(evidence.plan, evidence.scenario));
}

export function decisionOf(evidence: Evidence): DecisionRecord | null {
  const called = momentsOf(evidence, 'decision').at(-1);
  const frozen = momentsOf(evidence, 'facts-frozen').at(-1);
  if (called === undefined || frozen === undefined) return null;
  const { by, role, how, choice, reason, fixP90Ms } = called.facts;
  const leftMs = timeLeft(evidence.plan, evidence.scenario)?.leftMs ?? null;
  const rule = evidence.plan.decision?.rule;
  return {
    by,
    role,
    how,
    choice,
    reason,
    frozenAtMs: frozen.atMs,
    calledAtMs: called.atMs,
    withinMs: withinMs(evidence.plan),
    facts: [...frozen.facts.facts],
    factsDigest: frozen.facts.digest,
    choices: frozen.facts.choices.map(({ name, costs }) => ({ name, costs: [...costs] })),
    rule:
      rule === undefined
        ? null
        : { fixP90Ms, leftMs, callsForRollback: ruleCalls(evidence.plan, { fixP90Ms, leftMs }) },
  };
}

export function rosterRecordOf(evidence: Evidence, earlier: RosterRecord['earlier']): RosterRecord {
  return {
    roles: rosterIn(evidence).roles.map((role) => ({ ...role })),
    gaps: gapsIn(evidence).map(({ role, nobody, covered }) => ({
      role: role.role,
      nobody: [...nobody],
      covered: covered.map((one) => ({ ...one })),
    })),
    earlier,
  };
}
