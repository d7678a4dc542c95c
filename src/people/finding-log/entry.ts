import { z } from 'zod';
import { linkAfter } from '../../kernel/chain.ts';

export const FINDING_LOG_FORMAT = 'rollproof-finding-log/1';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const base = {
  format: z.literal(FINDING_LOG_FORMAT),
  /** Counted from 1 within one plan. */
  number: z.int().min(1),
  finding: z.string().regex(/^f-[0-9a-f]{8}$/),
  why: z.string(),
  recordedAt: z.iso.datetime(),
  plan: z.strictObject({ name: z.string(), digest }),
  /** Digest of the entry before; null for the first. */
  previous: digest.nullable(),
};

/** What people decided about a finding. Never changed: a later entry takes its place. */
export const findingEntry = z.discriminatedUnion('what', [
  z.strictObject({ ...base, what: z.literal('assigned'), owner: z.string(), due: z.iso.date() }),
  z.strictObject({ ...base, what: z.literal('fixed'), by: z.string() }),
  z.strictObject({ ...base, what: z.literal('risk-accepted'), by: z.string(), until: z.iso.date() }),
]);

export type FindingEntry = z.output<typeof findingEntry>;

type Said<Entry> = Entry extends FindingEntry ? Omit<Entry, 'format' | 'number' | 'recordedAt' | 'previous'> : never;

/** What a person says; number, time of recording and chain are added when it is written. */
export type FindingEntryDraft = Said<FindingEntry>;

/** The entries that follow those already written. */
export function nextFindingEntries(
  drafts: readonly FindingEntryDraft[],
  { last, recordedAt }: { readonly last: FindingEntry | undefined; readonly recordedAt: string },
): readonly FindingEntry[] {
  const made: FindingEntry[] = [];
  for (const draft of drafts) {
    const { number, previous } = linkAfter(made.at(-1) ?? last);
    made.push({ format: FINDING_LOG_FORMAT, number, ...draft, recordedAt, previous });
  }
  return made;
}
