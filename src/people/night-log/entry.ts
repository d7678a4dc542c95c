import { z } from 'zod';
import { linkAfter } from '../../kernel/chain.ts';

export const NIGHT_LOG_FORMAT = 'rollproof-night-log/1';

/** What was written on paper at that moment. */
export const HAPPENINGS = ['begun', 'done', 'failed', 'left-out', 'decided', 'read', 'noted'] as const;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const instant = z.iso.datetime({ offset: true });

/** One value keyed in afterwards. Never changed: a later entry may correct it. */
export const nightLogEntry = z.strictObject({
  format: z.literal(NIGHT_LOG_FORMAT),
  /** Counted from 1 within one plan. */
  number: z.int().min(1),
  /** `go-back.restore`, `decision`, or `triggers.orphans`. */
  about: z.string(),
  what: z.enum(HAPPENINGS),
  by: z.string(),
  /** As it was written, with its zone. */
  happenedAt: instant,
  recordedAt: instant,
  observation: z.string(),
  /** Number of the entry that this one takes the place of. */
  corrects: z.int().min(1).nullable(),
  plan: z.strictObject({ name: z.string(), digest }),
  /** Digest of the entry before; null for the first. */
  previous: digest.nullable(),
});

export type NightLogEntry = z.output<typeof nightLogEntry>;
export type Happening = NightLogEntry['what'];

/** What a person says; number, time of recording and chain are added when it is written. */
export type EntryDraft = Pick<
  NightLogEntry,
  'about' | 'what' | 'by' | 'happenedAt' | 'observation' | 'corrects' | 'plan'
>;

/** The entries that follow those already written. */
export function nextEntries(
  drafts: readonly EntryDraft[],
  { last, recordedAt }: { readonly last: NightLogEntry | undefined; readonly recordedAt: string },
): readonly NightLogEntry[] {
  const made: NightLogEntry[] = [];
  for (const draft of drafts) {
    const { number, previous } = linkAfter(made.at(-1) ?? last);
    made.push({ format: NIGHT_LOG_FORMAT, number, ...draft, recordedAt, previous });
  }
  return made;
}

/** Number of a corrected entry → number of the one that stands in its place. */
export function correctionsIn(entries: readonly NightLogEntry[]): ReadonlyMap<number, number> {
  return new Map(entries.flatMap(({ number, corrects }) => (corrects === null ? [] : [[corrects, number] as const])));
}
