import type { Clock } from '../../kernel/clock.ts';
import { type EntryDraft, nextEntries, type NightLogEntry, nightLogEntry } from '../../people/night-log/entry.ts';
import { appendEntries, type EntryLog, type EntryLogRead, readEntries } from '../files/entry-log.ts';

const NIGHT_LOG: EntryLog<NightLogEntry, EntryDraft> = {
  called: 'night log',
  parse: (value) => nightLogEntry.safeParse(value).data,
  next: nextEntries,
};

export function readNightLog(folder: string): Promise<EntryLogRead<NightLogEntry>> {
  return readEntries(folder, NIGHT_LOG.parse);
}

export function appendToNightLog(
  place: { readonly folder: string; readonly clock: Clock },
  drafts: readonly EntryDraft[],
): Promise<readonly NightLogEntry[]> {
  return appendEntries({ ...place, log: NIGHT_LOG }, drafts);
}
