import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatDuration } from '../../kernel/duration.ts';
import { RollproofError } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import type { HostProbe } from '../../environment/host.ts';
import type { StateFolder } from '../state.ts';
import { type Estimate, estimate, type Range, together } from './estimate.ts';
import type { TrialSubject } from './subjects.ts';

export interface Announcement {
  readonly state: StateFolder;
  readonly subjects: readonly TrialSubject[];
  readonly isolation: HostProbe;
  /** PostgreSQL binaries by subject. */
  readonly binaries: ReadonlyMap<string, string>;
  readonly freeBytes: number;
  readonly trialFolder: string;
}

export function estimateOf(subjects: readonly TrialSubject[]): Estimate {
  return together(subjects.map(estimate));
}

/** Everything that will happen on this machine, before any of it does: for the person who has to allow it. */
export function announcement(of: Announcement): string {
  const { state, subjects, isolation, binaries, freeBytes, trialFolder } = of;
  const { diskBytes, ms } = estimateOf(subjects);
  const tight = diskBytes.high > freeBytes ? ' It may become tight.' : '';
  return [
    'Rollproof tries whether a backup brings everything back. It restores a copy, reads all of it, damages a',
    'second copy on purpose, restores that one again and compares every row. Your backup is only read.',
    '',
    ...subjects.flatMap((subject) => subjectLines(subject, binaries.get(subject.name))),
    '',
    `  creates      private folders${binaries.size > 0 ? ' and PostgreSQL servers (unix sockets only)' : ''} below ${state.path},`,
    '               and one short folder for sockets in the temporary folder',
    `  needs        up to ${formatSize(diskBytes.high)} of disk for a while; ${formatSize(freeBytes)} are free.${tight}`,
    `  takes        about ${rangeOf(ms, roundDuration)}`,
    `  network      ${networkLine(isolation)}`,
    '  runs         what a backup carries (functions, scripts) runs only in there; its archive, recovery',
    '               and library settings are never used. Nothing is sent anywhere.',
    `  deletes      everything above at the end, also after Ctrl-C. ${trialFolder}`,
    '               stays: the report. It names tables, columns and keys of the rows that were damaged,',
    '               and holds no other value. An empty PostgreSQL cluster stays in the cache for next time.',
    '',
  ].join('\n');
}

function subjectLines(subject: TrialSubject, binaries: string | undefined): readonly string[] {
  const { backup, globals, wal } = subject;
  return [
    `  ${subject.name.padEnd(12)} ${backup.path}`,
    `               ${backup.what}, ${formatSize(backup.sizeBytes)}${binaries === undefined ? '' : `; restored with PostgreSQL ${binaries}`}`,
    ...(backup.remark === null ? [] : [`               note: ${backup.remark}`]),
    ...[globals, wal].flatMap((companion) =>
      companion === null ? [] : [`               with ${companion.path}: ${companion.what}`],
    ),
  ];
}

function networkLine({ level, reasons }: HostProbe): string {
  if (level !== 'none')
    return 'cut off: everything runs in a network namespace of its own, and each process shows first that it\n               cannot get out';
  return `NOT cut off: this machine allows no network namespace (${reasons.at(-1) ?? 'no reason given'}).\n               Outward connections are watched for and reported, not denied.`;
}

function rangeOf({ low, high }: Range, format: (value: number) => string): string {
  const [from, to] = [format(low), format(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** Estimates pretend no precision. */
function roundDuration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1_000));
  const rounded = seconds < 10 ? seconds : seconds < 120 ? Math.round(seconds / 5) * 5 : Math.round(seconds / 60) * 60;
  return formatDuration(rounded * 1_000)
    .replace(/\.0 s$/, ' s')
    .replace(/ 00 (s|min)$/, '');
}

export function refuseSmallDisk(subjects: readonly TrialSubject[], freeBytes: number, folder: string): void {
  const { diskBytes } = estimateOf(subjects);
  if (diskBytes.low <= freeBytes) return;
  throw new RollproofError(
    'environment-not-ready',
    `the trial needs at least ${formatSize(diskBytes.low)} of disk and ${folder} has ${formatSize(freeBytes)}`,
    {
      hint: 'name a folder on a larger disk: --state FOLDER',
    },
  );
}

/** Of the file system that the state folder is on or will be on. */
export async function freeBytesAt(folder: string): Promise<number> {
  for (let place = folder; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => null);
    if (found !== null) return found.bavail * found.bsize;
    if (dirname(place) === place) return 0;
  }
}
