import { countOf } from '../../kernel/count.ts';
import { detailOf } from '../claims/detail.ts';
import { type Evidence, isTrusted, momentsOf } from '../evidence.ts';
import type { Comparison } from '../record.ts';
import type { FindingDraft } from './draft.ts';

export function fromComparisons(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'comparison').flatMap(({ facts: comparison, atMs }) => [
    ...(comparison.verdict === 'different'
      ? [differenceIn(comparison, isTrusted(evidence, atMs)), ...leftoversIn(comparison)]
      : []),
    ...comparison.notes.map((note) => fromNote(comparison.store, note)),
  ]);
}

function differenceIn(comparison: Comparison, isTrusted: boolean): FindingDraft {
  if (comparison.reading === 'completeness of the backup') return incompleteBackup(comparison);
  const told = TOLD[comparison.reading];
  return {
    what: WHAT[comparison.reading],
    where: comparison.store,
    severity: isTrusted ? 'critical' : 'high',
    phase: told.phase,
    title: told.title(comparison),
    expected: `equal to the ${comparison.comparedWith}`,
    actual: detailOf(comparison),
    next: told.next,
    blame: isTrusted ? 'plan' : 'environment',
    step: null,
  };
}

interface Told {
  readonly phase: string;
  title(comparison: Comparison): string;
  readonly next: string;
}

const NOT_BROUGHT_BACK: Told = {
  phase: 'verify',
  title: ({ store, reading }) => `${store} is not as it was (${reading})`,
  next: 'Find the step that should have brought these back; if the change is right, declare it under `differences` with its reason.',
};

const TOLD: Readonly<Record<Exclude<Comparison['reading'], 'completeness of the backup'>, Told>> = {
  'between seal and first change': {
    phase: 'go live',
    title: ({ store }) => `${store} changed after the baseline was sealed`,
    next: 'Find who still writes after the freeze, and stop it in the go-live.',
  },
  'declared untouched': {
    phase: 'go live',
    title: ({ store }) => `${store} is declared untouched, and the go-live changed it`,
    next: 'Find the step that changes it. If that is meant, take `untouched` away and restore the store in the rollback.',
  },
  'at rest': NOT_BROUGHT_BACK,
  'second reading': NOT_BROUGHT_BACK,
};

/** Both readings after the rollback find the same thing. */
const WHAT: Readonly<Record<Comparison['reading'], string>> = {
  'completeness of the backup': 'backup-incomplete',
  'between seal and first change': 'changed-after-seal',
  'declared untouched': 'touched',
  'at rest': 'not-as-before',
  'second reading': 'not-as-before',
};

function incompleteBackup(comparison: Comparison): FindingDraft {
  return {
    what: WHAT[comparison.reading],
    where: comparison.store,
    severity: 'critical',
    phase: 'prepare',
    title: `the backup of ${comparison.store} is not what its source held`,
    expected: 'equal to the baseline that was captured on the source',
    actual: detailOf(comparison),
    next: 'Find out what wrote between backup and baseline, or what the backup leaves out.',
    blame: 'backup',
    step: null,
  };
}

function fromNote(store: string, note: string): FindingDraft {
  return {
    what: 'note',
    where: `${store}: ${note.replace(/: \d.*$/, '')}`,
    severity: 'note',
    phase: 'verify',
    title: note,
    expected: 'as before',
    actual: note,
    next: note.startsWith('sequence ')
      ? 'Nothing, unless gaps in this number matter to you; then list it under `gapless`.'
      : 'Nothing, unless its content is needed; then fill it in a step of the rollback.',
    blame: 'plan',
    step: null,
  };
}

/** What no comparison shows: damage in rows that may change for another reason, and an acknowledged write that is gone. */
export function fromTruthAndLedger(evidence: Evidence): readonly FindingDraft[] {
  const base = { severity: 'critical', phase: 'verify', blame: 'plan', step: null } as const;
  const remaining = evidence
    .all('remaining')
    .filter((one) => one.keys.length > 0)
    .map(
      (one): FindingDraft => ({
        ...base,
        what: 'damage-remains',
        where: `${one.fault} in ${one.store}`,
        title: `damage of ${one.fault} is still in ${one.store}`,
        expected: 'nothing of it remains',
        actual: one.sentence,
        next: 'Find the step that should have undone it.',
      }),
    );
  const gone = evidence
    .all('ledger')
    .filter((one) => !one.found)
    .map(
      (one): FindingDraft => ({
        ...base,
        what: 'write-gone',
        where: `${one.part} in ${one.store}`,
        title: `an acknowledged write is no longer in ${one.store}`,
        expected: `${one.part} holds ${one.key}`,
        actual: 'it is not there',
        next: 'Find what removes rows after the systems are open again.',
      }),
    );
  return [...remaining, ...gone];
}

/** What a restore did not take away: it fails the data like every difference, and is named apart because it is easy to mend. */
function leftoversIn(comparison: Comparison): readonly FindingDraft[] {
  const left = comparison.difference.objects.filter(
    ({ operation, kind }) => operation === 'insert' && kind === 'table',
  );
  if (comparison.reading !== 'at rest' || left.length === 0) return [];
  return [
    {
      what: 'left-over-tables',
      where: comparison.store,
      severity: 'high',
      phase: 'verify',
      title: `${countOf(left.length, 'table')} of the new state left over in ${comparison.store}`,
      expected: 'nothing of the new state is left',
      actual: left
        .slice(0, 8)
        .map((object) => object.name)
        .join(', '),
      next: 'Restore into an empty database, or drop these in a step before.',
      blame: 'plan',
      step: null,
    },
  ];
}

export function fromChecks(evidence: Evidence): readonly FindingDraft[] {
  return momentsOf(evidence, 'check').flatMap(({ facts: check, atMs }): readonly FindingDraft[] => {
    if (check.outcome === 'passed') return [];
    // Law 12: what is asked of a program that the machine ended says nothing about the plan.
    const isOurs = !isTrusted(evidence, atMs);
    const unknown = check.outcome === 'unknown' || isOurs;
    const isGating = check.when === 'verify' || check.when === 'watch';
    return [
      {
        what: unknown ? 'check-unknown' : 'check-failed',
        where: check.name,
        severity: isGating ? (unknown ? 'high' : 'critical') : 'medium',
        phase: check.when,
        title: unknown ? `check ${check.name} could not be asked` : `check ${check.name} failed`,
        expected: check.expected,
        actual: check.actual,
        next: isOurs
          ? 'Mend the environment and drill again; this says nothing about the plan.'
          : unknown
            ? 'Mend the check; until then nothing is known about this.'
            : 'Look at the system named, at this state of the drill.',
        blame: isOurs ? 'environment' : 'plan',
        step: null,
      },
    ];
  });
}

export function fromAccess(evidence: Evidence): readonly FindingDraft[] {
  return evidence.all('sweep').flatMap((sweep) => {
    const opened = sweep.anonymous.filter((one) => one.changed);
    const anonymous = opened.map(
      (one): FindingDraft => ({
        what: 'open-to-everybody',
        where: one.path,
        severity: 'critical',
        phase: 'verify',
        title: `${one.path} answers differently without login`,
        expected: one.before,
        actual: one.after,
        next: 'Close it before anybody is let in; look at the permission rows.',
        blame: 'plan',
        step: null,
      }),
    );
    const changed = sweep.users.filter((user) => user.changes.length > 0);
    const users = changed.map(
      (user): FindingDraft => ({
        what: 'access-changed',
        where: user.user,
        severity: 'high',
        phase: 'verify',
        title: `${user.user} (${user.role}) can do other things than before`,
        expected: 'the same as before',
        actual: user.changes.join('; '),
        next: 'Compare this user’s row and role with the state before.',
        blame: 'plan',
        step: null,
      }),
    );
    return [...anonymous, ...users];
  });
}
