/**
 * A program of its own: the users of a workload. It is told what to do in the first line of its standard input, reaches
 * the application through its unix socket, and ends with its work or when whoever started it is gone.
 */
import { createInterface } from 'node:readline';
import { messageOf } from '../kernel/errors.ts';
import { unixHttpClient } from '../adapters/http/unix-client.ts';
import { systemClock } from '../adapters/process/clock.ts';
import { actAsUsers } from '../adapters/workload/act.ts';
import { openLedgerFile } from '../adapters/workload/ledger-file.ts';
import type { UsersSettings } from '../adapters/workload/start.ts';

async function work({ file, work: given }: UsersSettings): Promise<void> {
  await using ledger = await openLedgerFile(file);
  await using client = unixHttpClient({ socketPath: given.socket });
  await actAsUsers(given, { client, clock: systemClock(), ledger, signal: new AbortController().signal });
}

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  work(JSON.parse(line) as UsersSettings).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${messageOf(error)}\n`, () => process.exit(1));
    },
  );
});
lines.once('close', () => process.exit(2));
