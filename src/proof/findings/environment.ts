import { countOf } from '../../kernel/count.ts';
import { type Evidence, environmentTroubles } from '../evidence.ts';
import { type FindingDraft, withoutNumbers } from './draft.ts';

/** What is to be mended in the environment or in Rollproof; a node that broke off is reported as a step. */
export function fromEnvironment(evidence: Evidence): readonly FindingDraft[] {
  return [
    ...fromTroubles(evidence),
    ...fromIsolation(evidence),
    ...fromLeaks(evidence),
    ...fromEarlyOpenings(evidence),
    ...fromUnneeded(evidence),
  ];
}

function fromTroubles(evidence: Evidence): readonly FindingDraft[] {
  const environment = environmentTroubles(evidence).map(
    ({ what }): FindingDraft => ({
      what: 'environment',
      where: withoutNumbers(what),
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
  const own = evidence
    .all('trouble')
    .filter((trouble) => trouble.blame === 'rollproof')
    .map(
      ({ what }): FindingDraft => ({
        what: 'trouble-of-rollproof',
        where: withoutNumbers(what),
        severity: 'medium',
        phase: 'environment',
        title: what,
        expected: 'Rollproof finds out all that it has to judge',
        actual: what,
        next: 'Please report it; the plan is not to blame for it.',
        blame: 'rollproof',
        step: null,
      }),
    );
  return [...environment, ...own];
}

function fromIsolation(evidence: Evidence): readonly FindingDraft[] {
  const isolation = evidence.all('isolation').at(-1);
  if (isolation === undefined) return [];
  if (isolation.level === 'none')
    return [
      {
        what: 'no-isolation',
        where: 'environment',
        severity: 'medium',
        phase: 'environment',
        title: 'outward connections could not be denied here',
        expected: 'a network namespace',
        actual: 'level none',
        next: 'Run as root or allow user namespaces; or demand a level in the plan with `isolation`.',
        blame: 'environment',
        step: null,
      },
    ];
  return isolation.escaped.map((process) => ({
    what: 'escaped',
    where: withoutNumbers(process),
    severity: 'critical',
    phase: 'environment',
    title: `${process} reached the outside`,
    expected: 'no connection leaves the environment',
    actual: 'it got out',
    next: 'This is a defect of Rollproof: please report it.',
    blame: 'rollproof',
    step: null,
  }));
}

function fromLeaks(evidence: Evidence): readonly FindingDraft[] {
  return evidence.all('leak').flatMap((leak) =>
    leak.leaked.map(
      (left): FindingDraft => ({
        what: 'left-behind',
        where: withoutNumbers(left),
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
}

function fromEarlyOpenings(evidence: Evidence): readonly FindingDraft[] {
  return evidence
    .all('truth-opened')
    .filter((one) => one.earlyOpenings > 0)
    .map((one) => ({
      what: 'truth-opened-early',
      where: 'evaluate',
      severity: 'critical',
      phase: 'evaluate',
      title: 'the sealed truth was opened before the evaluation',
      expected: 'opened once, by evaluate',
      actual: countOf(one.earlyOpenings, 'earlier opening'),
      next: 'The detection of this drill shows nothing; drill again.',
      blame: 'rollproof',
      step: null,
    }));
}

function fromUnneeded(evidence: Evidence): readonly FindingDraft[] {
  return evidence
    .all('trouble')
    .filter((trouble) => trouble.blame === 'plan')
    .map((trouble) => ({
      what: 'plan-not-exact',
      where: trouble.what,
      severity: 'low',
      phase: 'verify',
      title: trouble.what,
      expected: 'the plan says what happens',
      actual: trouble.what,
      next: 'Correct the plan.',
      blame: 'plan',
      step: null,
    }));
}
