import type { Clock } from '../../kernel/clock.ts';
import {
  type FindingEntry,
  type FindingEntryDraft,
  findingEntry,
  nextFindingEntries,
} from '../../people/finding-log/entry.ts';
import { appendEntries, type EntryLog, type EntryLogRead, readEntries } from '../files/entry-log.ts';

const FINDING_LOG: EntryLog<FindingEntry, FindingEntryDraft> = {
  called: 'log of findings',
  parse: (value) => findingEntry.safeParse(value).data,
  next: nextFindingEntries,
};

export function readFindingLog(folder: string): Promise<EntryLogRead<FindingEntry>> {
  return readEntries(folder, FINDING_LOG.parse);
}

export function appendToFindingLog(
  place: { readonly folder: string; readonly clock: Clock },
  drafts: readonly FindingEntryDraft[],
): Promise<readonly FindingEntry[]> {
  return appendEntries({ ...place, log: FINDING_LOG }, drafts);
}
