import type { Revision, RevisionInput } from './revision.ts';
import { lessonsOfSelfChanges } from './self-changes.ts';
import { lessonsOfStatistics } from './statistics.ts';
import { lessonsOfTimes } from './times.ts';

export function proposeRevision(input: RevisionInput): Revision {
  const found = [lessonsOfTimes(input), lessonsOfStatistics(input), lessonsOfSelfChanges(input)];
  return { lessons: found.flatMap((each) => each.lessons), stale: found.flatMap((each) => each.stale) };
}
