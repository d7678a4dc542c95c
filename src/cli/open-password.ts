import type { Source } from './source.ts';

/** The process list shows arguments to everybody on the machine. */
export function noteOpenPasswords(sources: readonly Source[]): void {
  if (!sources.some((source) => source.kind === 'postgres' && source.hasOpenPassword)) return;
  process.stderr.write(
    'rollproof: the password in the address can be read in the process list; env:NAME, PGPASSWORD or ~/.pgpass keep it out\n',
  );
}
