import type { TrialStore } from '../../proof/trial-record.ts';
import type { TrialSubject } from './subjects.ts';

/** What is known so far; filled while the trial goes on, so that one which ends early still says what it learnt. */
export type Draft = { -readonly [Key in Exclude<keyof TrialStore, 'state' | 'sentence'>]: TrialStore[Key] };

export function emptyDraft({ name, kind, backup, globals, wal }: TrialSubject): Draft {
  return {
    name,
    kind,
    recognisedAs: backup.what,
    path: backup.path,
    sizeBytes: backup.sizeBytes,
    companions: [globals, wal].flatMap((one) => (one === null ? [] : [{ what: one.what, path: one.path }])),
    certificate: null,
    restores: [],
    baseline: null,
    damage: [],
    found: null,
    equality: null,
    notCompared: [],
    tablesWithoutStatistics: [],
  };
}
