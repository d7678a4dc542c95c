import { countOf } from '../../kernel/count.ts';
import type { Evidence } from '../evidence.ts';
import { factsOf } from '../facts.ts';
import type { FindingDraft } from './draft.ts';

export function fromRestorePoints(evidence: Evidence): readonly FindingDraft[] {
  const messages = evidence.all('restore-point').flatMap((point) =>
    point.messages
      .filter((message) => message.severity !== 'note')
      .map(
        (message): FindingDraft => ({
          what: 'restore-message',
          where: `${point.store}: ${message.pattern}`,
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
  const statistics = evidence.all('statistics').map(
    (one): FindingDraft => ({
      what: 'no-statistics',
      where: one.store,
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
  const atStart = factsOf(evidence.events, 'jobs').filter(
    ({ facts, node }) => facts.stored.length > 0 && isStep(evidence, node),
  );
  const armed = atStart
    .filter(({ facts }) => !facts.held)
    .map(
      ({ facts: jobs }): FindingDraft => ({
        what: 'jobs-armed',
        where: jobs.system,
        severity: 'high',
        phase: 'restore',
        title: `${countOf(jobs.stored.length, 'job')} came back armed in the data of ${jobs.system} and may fire as soon as it starts`,
        expected: 'jobs are held until everything is verified',
        actual: jobs.stored.slice(0, 8).join(' | '),
        next: 'Start it with `jobs: held`, and decide about each of these jobs before they are released.',
        blame: 'plan',
        step: null,
      }),
    );
  const held = atStart
    .filter(({ facts }) => facts.held)
    .map(
      ({ facts: jobs }): FindingDraft => ({
        what: 'jobs-held',
        where: jobs.system,
        severity: 'note',
        phase: 'restore',
        title: `${countOf(jobs.stored.length, 'job')} came back armed in the data of ${jobs.system}`,
        expected: 'somebody knows about them',
        actual: jobs.stored.slice(0, 8).join(' | '),
        next: 'They were held until the end; make sure that they are held on the night too.',
        blame: 'plan',
        step: null,
      }),
    );
  return [...armed, ...held];
}

function isStep(evidence: Evidence, node: string): boolean {
  return evidence.nodes.some((history) => history.node.id === node && history.node.procedure !== null);
}
