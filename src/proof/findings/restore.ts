import type { Evidence } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

export function fromRestorePoints(evidence: Evidence): readonly FindingDraft[] {
  const messages = evidence
    .all('restore-point')
    .flatMap((point) =>
      point.messages
        .filter((message) => message.severity !== 'note')
        .map(
          (message): FindingDraft => ({
            severity: message.severity === 'error' ? 'medium' : 'low',
            phase: 'restore',
            title: `restoring ${point.store}: ${message.pattern}`,
            expected: 'no message',
            actual: `${message.count} times, such as: ${message.examples[0] ?? ''}`,
            next: 'Decide whether the restore on the night may end like this.',
            blame: 'backup',
            step: null,
          }),
        ),
    );
  const statistics = evidence
    .all('statistics')
    .map(
      (one): FindingDraft => ({
        severity: 'medium',
        phase: 'verify',
        title: `${one.store} has tables without statistics after the restore`,
        expected: 'the planner knows the data before users come',
        actual: one.missing.slice(0, 6).join(', '),
        next: 'Add a step that runs ANALYZE before opening.',
        blame: 'plan',
        step: null,
      }),
    );
  return [...messages, ...statistics];
}

export function fromJobs(evidence: Evidence): readonly FindingDraft[] {
  return evidence
    .all('jobs')
    .filter((jobs) => jobs.held && jobs.stored.length > 0)
    .map(
      (jobs): FindingDraft => ({
        severity: 'note',
        phase: 'restore',
        title: `${jobs.stored.length} jobs came back armed in the data of ${jobs.system}`,
        expected: 'somebody knows about them',
        actual: jobs.stored.slice(0, 8).join(' | '),
        next: 'They were held until the end; make sure that they are held on the night too.',
        blame: 'plan',
        step: null,
      }),
    );
}
