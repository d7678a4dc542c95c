import { detailOf } from '../claims/stores.ts';
import type { Evidence } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

export function fromComparisons(evidence: Evidence): readonly FindingDraft[] {
  return evidence.all('comparison').flatMap((comparison): readonly FindingDraft[] => {
    const notes = comparison.notes.map(
      (note): FindingDraft => ({
        severity: 'note',
        phase: 'verify',
        title: note,
        expected: 'as before',
        actual: note,
        next: 'Nothing, unless gaps in this number matter to you; then list it under `gapless`.',
        blame: 'plan',
        step: null,
      }),
    );
    if (comparison.verdict !== 'different') return notes;
    const between = comparison.reading === 'between seal and first change';
    const actual = detailOf(comparison);
    return [
      {
        severity: 'critical',
        phase: between ? 'go live' : 'verify',
        title: between
          ? `${comparison.store} changed after the baseline was sealed`
          : `${comparison.store} is not as it was (${comparison.reading})`,
        expected: `equal to the ${comparison.comparedWith}`,
        actual,
        next: between
          ? 'Find who still writes after the freeze, and stop it in the go-live.'
          : 'Find the step that should have brought these back; if the change is right, declare it under `differences` with its reason.',
        blame: 'plan',
        step: null,
      },
      ...notes,
    ];
  });
}

export function fromChecks(evidence: Evidence): readonly FindingDraft[] {
  // Law 12: what is asked of a program that the machine ended says nothing about the plan.
  const isOurs = evidence.all('trouble').some((trouble) => trouble.blame === 'environment');
  return evidence.all('check').flatMap((check): readonly FindingDraft[] => {
    if (check.outcome === 'passed') return [];
    const unknown = check.outcome === 'unknown' || isOurs;
    const isGating = check.when === 'verify' || check.when === 'watch';
    return [
      {
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
