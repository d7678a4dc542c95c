import type { CommanderError } from 'commander';
import { EXIT, ERROR_POLICY, messageOf, toRollproofError } from '../kernel/errors.ts';
import { exitWithLauncher } from './launcher-pipe.ts';
import { stopper } from './stopper.ts';
import { ownVersion } from './version.ts';

async function run(argv: readonly string[]): Promise<number> {
  // Asked by scripts all the time, so it pays for nothing else.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    process.stdout.write(`${ownVersion()}\n`);
    return EXIT.ok;
  }
  let code: number = EXIT.ok;
  const [{ buildProgram }, { COMMANDS }] = await Promise.all([import('./program.ts'), import('./command-table.ts')]);
  const program = buildProgram(COMMANDS, (made) => {
    code = made;
  });
  try {
    if (argv.length > 0) await program.parseAsync([...argv], { from: 'user' });
    else if (process.stdin.isTTY && process.stdout.isTTY) return await (await import('./commands/menu.ts')).menu(run);
    else program.outputHelp();
    return code;
  } catch (error) {
    if (isUsageError(error)) return error.exitCode === 0 ? EXIT.ok : EXIT.badPlanOrUsage;
    return explain(error);
  }
}

/** It has said itself what is wrong. */
function isUsageError(error: unknown): error is CommanderError {
  return error instanceof Error && error.name === 'CommanderError';
}

async function explain(error: unknown): Promise<number> {
  const { oneLine } = await import('./terminal.ts');
  // Messages of servers and programs come with line ends that help, and with names that a terminal would obey.
  const shown = (text: string): string => text.split('\n').map(oneLine).join('\n');
  const known = toRollproofError(error);
  process.stderr.write(`rollproof: ${shown(known.message)}\n`);
  const cause = known.cause === undefined || known.code === 'invariant-broken' ? '' : messageOf(known.cause);
  if (cause !== '' && !known.message.includes(cause)) process.stderr.write(`  because: ${shown(cause)}\n`);
  if (known.hint !== undefined) process.stderr.write(`  ${shown(known.hint)}\n`);
  if (known.code === 'invariant-broken')
    process.stderr.write(
      `  This is a defect of Rollproof; please report it with these lines.\n${known.cause instanceof Error ? (known.cause.stack ?? '') : (known.stack ?? '')}\n`,
    );
  return ERROR_POLICY[known.code].exit;
}

// Whoever read our output has read enough, such as `head`; the exit code must stand all the same.
process.stdout.on('error', () => undefined);
exitWithLauncher(() => stopper.stop('the process that started it is gone'));
const code = await run(process.argv.slice(2));
await Promise.all([drained(process.stdout), drained(process.stderr)]);
process.exit(code);

/** A pipe takes 64 kB at a time; what is still queued would be lost by `exit`. A reader that has gone loses nothing. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
}
