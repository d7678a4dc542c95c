import { basename } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { RestorePointSource } from '../../subject/restore-point.ts';
import type { Recognised } from './recognise.ts';

/** One store to be tried, with what belongs to it. */
export interface TrialSubject {
  /** Unique; letters, digits and `-`. */
  readonly name: string;
  readonly kind: 'postgres' | 'directory';
  readonly backup: Recognised;
  readonly globals: Recognised | null;
  readonly wal: Recognised | null;
}

/** Roles go with every dump, archived WAL with every base backup that is given. */
export function subjectsOf(recognised: readonly Recognised[]): readonly TrialSubject[] {
  const globals = only(recognised, 'globals');
  const wal = only(recognised, 'wal');
  const backups = recognised.filter(({ kind }) => kind !== 'globals' && kind !== 'wal');
  if (backups.length === 0) {
    const [first] = recognised;
    throw new RollproofError(
      'usage-invalid',
      `${first?.path ?? 'this'} is ${first?.what ?? 'nothing'}: it belongs to a backup, and none is named`,
      { hint: 'name the backup as well: rollproof try BACKUP… ' },
    );
  }
  const taken = new Set<string>();
  return backups.map((backup) => ({
    name: uniqueName(backup.path, taken),
    kind: backup.kind === 'files' ? 'directory' : 'postgres',
    backup,
    globals: backup.kind === 'dump' ? globals : null,
    wal: backup.kind === 'base-backup' ? wal : null,
  }));
}

function only(recognised: readonly Recognised[], kind: 'globals' | 'wal'): Recognised | null {
  const [first, second] = recognised.filter((one) => one.kind === kind);
  if (first !== undefined && second !== undefined)
    throw new RollproofError('usage-invalid', `${first.path} and ${second.path} are both ${first.what}`, {
      hint: 'name only the one that belongs to the backup',
    });
  return first ?? null;
}

/** Short: it becomes part of names of folders, sockets and processes. */
const MOST_LETTERS = 20;

function uniqueName(path: string, taken: Set<string>): string {
  const bare = basename(path)
    .toLowerCase()
    .replace(/\.(dump|sql|tar|gz|zst|xz|tgz|backup|bak|pgdump)\b/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MOST_LETTERS);
  const base = bare === '' ? 'backup' : bare;
  let name = base;
  for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
  taken.add(name);
  return name;
}

/** `path`: where the content lies now, after unpacking. */
export function sourceOf(subject: TrialSubject, path: string): RestorePointSource {
  const { backup, globals, wal } = subject;
  if (backup.kind === 'files') return { format: 'tar', path };
  if (backup.kind === 'base-backup') return { format: 'base-backup', path, ...(wal === null ? {} : { wal: wal.path }) };
  return { format: 'pg_dump', path, ...(globals === null ? {} : { globals: globals.path }) };
}
