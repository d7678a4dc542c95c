import { type Evidence, environmentTroubles } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

export function fromEnvironment(evidence: Evidence): readonly FindingDraft[] {
  const troubles = environmentTroubles(evidence).map(
    (what): FindingDraft => ({
      severity: 'high',
      phase: 'environment',
      title: what,
      expected: 'the environment holds',
      actual: what,
      next: 'Give the drill more room or mend it, and drill again; the plan is not to blame.',
      blame: 'environment',
      step: null,
    }),
  );
  const isolation = evidence.all('isolation').at(-1);
  const level: readonly FindingDraft[] =
    isolation?.level === 'none'
      ? [
          {
            severity: 'medium',
            phase: 'environment',
            title: 'outward connections could not be denied here',
            expected: 'a network namespace',
            actual: 'level none',
            next: 'Run as root or allow user namespaces; or demand a level in the plan with `isolation`.',
            blame: 'environment',
            step: null,
          },
        ]
      : [];
  const escaped = (isolation?.level === 'none' ? [] : (isolation?.escaped ?? [])).map(
    (process): FindingDraft => ({
      severity: 'critical',
      phase: 'environment',
      title: `${process} reached the outside`,
      expected: 'no connection leaves the environment',
      actual: 'it got out',
      next: 'This is a defect of Rollproof: please report it.',
      blame: 'rollproof',
      step: null,
    }),
  );
  const leaks = evidence
    .all('leak')
    .flatMap((leak) =>
      leak.leaked.map(
        (left): FindingDraft => ({
          severity: 'high',
          phase: 'release',
          title: `left behind: ${left}`,
          expected: 'nothing is left',
          actual: left,
          next: 'Run rollproof clean, and report it.',
          blame: 'rollproof',
          step: null,
        }),
      ),
    );
  const opened = evidence
    .all('truth-opened')
    .filter((one) => one.earlyOpenings > 0)
    .map(
      (one): FindingDraft => ({
        severity: 'critical',
        phase: 'evaluate',
        title: 'the sealed truth was opened before the evaluation',
        expected: 'opened once, by evaluate',
        actual: `${one.earlyOpenings} earlier openings`,
        next: 'The detection of this drill shows nothing; drill again.',
        blame: 'rollproof',
        step: null,
      }),
    );
  const unneeded = evidence
    .all('trouble')
    .filter((trouble) => trouble.blame === 'plan')
    .map(
      (trouble): FindingDraft => ({
        severity: 'low',
        phase: 'verify',
        title: trouble.what,
        expected: 'the plan says what happens',
        actual: trouble.what,
        next: 'Correct the plan.',
        blame: 'plan',
        step: null,
      }),
    );
  return [...troubles, ...level, ...escaped, ...leaks, ...opened, ...unneeded];
}
