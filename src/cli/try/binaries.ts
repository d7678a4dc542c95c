import { findPostgres, type PostgresBinaries, type PostgresChoice } from '../../adapters/postgres/binaries.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { TrialSubject } from './subjects.ts';

export interface BinariesRequest {
  readonly subjects: readonly TrialSubject[];
  readonly choice: PostgresChoice | undefined;
  readonly stateFolder: string;
}

/** Programs for each database, by its name; throws with the install line when there are none. */
export async function binariesFor({
  subjects,
  choice,
  stateFolder,
}: BinariesRequest): Promise<ReadonlyMap<string, PostgresBinaries>> {
  const found = new Map<string, PostgresBinaries>();
  for (const subject of subjects) {
    if (subject.kind !== 'postgres') continue;
    const binaries = await findPostgres({ choice, major: subject.backup.major ?? undefined, stateFolder });
    if (subject.backup.kind === 'dump' && (binaries.pgRestore === null || binaries.psql === null))
      throw noRestoreTools(subject, binaries);
    found.set(subject.name, binaries);
  }
  return found;
}

function noRestoreTools({ backup }: TrialSubject, binaries: PostgresBinaries): RollproofError {
  const where =
    binaries.origin === 'npm'
      ? `the PostgreSQL ${binaries.version} from npm brings only the server`
      : `${binaries.folder} lacks them`;
  return new RollproofError('environment-not-ready', `${backup.path} needs pg_restore and psql, and ${where}`, {
    hint: 'install them with: apt-get install postgresql (a base backup needs only the server)',
  });
}
