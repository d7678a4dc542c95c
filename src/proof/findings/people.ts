import { nobodyMayCall, rightOf } from '../../people/roster/decision.ts';
import { type Gap, inWords } from '../../people/roster/roster.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { Evidence } from '../evidence.ts';
import { decidingIn, decisionOf, gapsIn } from '../people.ts';
import type { FindingDraft } from './draft.ts';

/** GF-13, and who decided what they may not decide. */
export function fromPeople(evidence: Evidence): readonly FindingDraft[] {
  return [
    ...gapsIn(evidence).flatMap(fromGap),
    ...fromNobody(evidence),
    ...fromCaller(evidence),
    ...fromRule(evidence),
  ];
}

function fromGap({ role, nobody, covered }: Gap): readonly FindingDraft[] {
  const who = inWords(role);
  const deputy = role.deputy === null ? 'no deputy is named' : `the deputy ${role.deputy} is absent too`;
  const first = nobody[0];
  const uncovered: readonly FindingDraft[] =
    first === undefined
      ? []
      : [
          {
            what: 'nobody-left',
            where: first,
            severity: 'high',
            phase: 'people',
            title: `without ${who} nobody is left who may do ${nobody.join(', ')}`,
            expected: 'somebody stands in for every owner (GF-13)',
            actual: `${who} is absent, and ${deputy}`,
            next: 'Name a deputy who has done these steps in a drill, and drill once more without the owner.',
            blame: 'plan',
            step: first,
          },
        ];
  const standIns = [...new Set(covered.map(({ by }) => by))];
  const noted = standIns.map(
    (by): FindingDraft => ({
      what: 'stood-in',
      where: role.role,
      severity: 'note',
      phase: 'people',
      title: `${by} stood in for ${who}`,
      expected: `${who} does ${stepsOf(covered, by)}`,
      actual: `absent; ${by} does it in their place`,
      next: 'Nothing, if they have done it in a drill before: the roster shows who has.',
      blame: 'plan',
      step: null,
    }),
  );
  return [...uncovered, ...noted];
}

function stepsOf(covered: Gap['covered'], wanted: string): string {
  return covered
    .filter(({ by }) => by === wanted)
    .map(({ step }) => step)
    .join(', ');
}

function fromNobody(evidence: Evidence): readonly FindingDraft[] {
  const nobody = nobodyMayCall(decidingIn(evidence));
  if (nobody === null) return [];
  return [
    {
      what: 'nobody-may-decide',
      where: 'decision',
      severity: 'critical',
      phase: 'decide',
      title: 'nobody who may call the rollback is there',
      expected: 'the one who decides, or their deputy (GF-13)',
      actual: nobody,
      next: 'Name a deputy in `decision` who is not away at the same time.',
      blame: 'plan',
      step: null,
    },
  ];
}

function fromCaller(evidence: Evidence): readonly FindingDraft[] {
  const called = evidence.all('decision').at(-1);
  if (called === undefined || called.how === 'unattended') return [];
  const right = rightOf(called.by, decidingIn(evidence));
  if (right.kind !== 'may not') return [];
  return [
    {
      what: 'not-entitled',
      where: 'decision',
      severity: 'high',
      phase: 'decide',
      title: `${called.by} called the rollback without being entitled to`,
      expected: right.sentence,
      actual: `called by ${called.by}${called.role === null || called.role === called.by ? '' : ` (${called.role})`}`,
      next: 'Settle beforehand who may call it: only `decision` says so.',
      blame: 'plan',
      step: null,
    },
  ];
}

/** A rule that is met and not followed must stand there with name and reason. */
function fromRule(evidence: Evidence): readonly FindingDraft[] {
  const called = decisionOf(evidence);
  const rule = called?.rule ?? null;
  if (called === null || rule?.callsForRollback !== true || called.choice === evidence.scenario.rollback) return [];
  return [
    {
      what: 'rule-not-followed',
      where: 'decision',
      severity: 'high',
      phase: 'decide',
      title: `${called.by} chose ${called.choice} although the plan’s rule calls for going back`,
      expected: `go back: a repair of ${formatDuration(rule.fixP90Ms ?? 0)} does not fit into ${formatDuration(rule.leftMs ?? 0)}`,
      actual: called.reason === '' ? 'no reason was given' : called.reason,
      next: 'Change the rule, or follow it.',
      blame: 'plan',
      step: null,
    },
  ];
}
