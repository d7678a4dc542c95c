import { countOf } from '../../kernel/count.ts';
import type { WriteEnd } from '../../flow/classify.ts';
import type { Evidence } from '../evidence.ts';
import type { WorkRecord } from '../record.ts';
import { lastBalance, worksOf, writeInWords } from '../work.ts';
import type { FindingDraft } from './draft.ts';

interface Wrong {
  readonly end: WriteEnd;
  readonly severity: FindingDraft['severity'];
  readonly title: string;
  readonly expected: string;
  readonly next: string;
}

const WRONG: readonly Wrong[] = [
  {
    end: 'lost',
    severity: 'critical',
    title: 'lost by the way back',
    expected: 'kept, replayed, parked with an owner, or given up by somebody who signs for it',
    next: 'Carry them over in the rollback, or say under `waive` of the workload who signs for what may be given up.',
  },
  {
    end: 'duplicated',
    severity: 'critical',
    title: 'there more than once',
    expected: 'once',
    next: 'Find the step that carries them over twice; let it ask first what is there.',
  },
  {
    end: 'resurrected',
    severity: 'critical',
    title: 'deleted and there again',
    expected: 'deleted, as the user was told',
    next: 'Carry deletes over as well.',
  },
  {
    end: 'unresolved',
    severity: 'high',
    title: 'not to be looked for',
    expected: 'found, or known to be absent',
    next: 'Correct `found` and `back` of the operation; until then nothing is known about these.',
  },
  {
    end: 'failed-but-present',
    severity: 'medium',
    title: 'refused and done nevertheless',
    expected: 'what is refused is not done',
    next: 'Tell whoever maintains the application: its users will do it a second time.',
  },
];

export function fromWork(evidence: Evidence): readonly FindingDraft[] {
  return worksOf(evidence).flatMap((work) => WRONG.flatMap((wrong) => findingOf(work, wrong)));
}

function findingOf(work: WorkRecord, { end, severity, title, expected, next }: Wrong): readonly FindingDraft[] {
  const balance = lastBalance(work);
  const count = balance?.ends[end] ?? 0;
  if (balance === undefined || count === 0) return [];
  const named = balance.listed.filter((one) => one.end === end).slice(0, 8);
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  return [
    {
      what: `writes-${end}`,
      where: work.name,
      severity,
      phase: 'verify',
      title: `${countOf(count, 'write')} of ${work.name} ${title}`,
      expected,
      actual: `${named.map(writeInWords).join('; ')}${more}`,
      next,
      blame: 'plan',
      step: null,
    },
  ];
}
