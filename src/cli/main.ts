import { Command, CommanderError, Option } from 'commander';
import { EXIT, ERROR_POLICY, toRollproofError } from '../kernel/errors.ts';
import { exitWithLauncher } from './launcher-pipe.ts';
import { stopper } from './stopper.ts';
import { ownVersion } from './version.ts';

/** A command is loaded only when it is called: `--version` must not pay for drivers. */
type Run = (args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<number>;

interface CommandSpec {
  readonly usage: string;
  readonly about: string;
  readonly options: readonly Option[];
  readonly help: string;
  readonly load: () => Promise<Run>;
}

const state = new Option('--state <folder>', 'folder for journal, copies and results')
  .env('ROLLPROOF_STATE')
  .default('.rollproof');
const pg = new Option('--pg <which>', 'PostgreSQL to use: system, npm, or a folder with its programs').env(
  'ROLLPROOF_PG',
);
const json = new Option('--json', 'one JSON object a line instead of text');
const profile = new Option(
  '--profile <name>',
  'faithful: production-like server settings, may prove time; fast: for trying out',
)
  .choices(['faithful', 'fast'])
  .default('faithful');
const unattended = new Option(
  '--unattended',
  'nobody is there: the policy calls the rollback, a failed step ends the drill',
);
const keep = new Option('--keep', 'leave the environment in place under its lease');
const hold = new Option('--hold <time>', 'leave it in place for so long, such as 8h');

export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'demo',
    about: 'rehearse the bundled example: a real go-live and its rollback, clean and after data corruption',
    options: [pg, profile, json, state],
    help: 'Examples:\n  rollproof demo\n  rollproof demo --pg npm',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    usage: 'drill [scenario...]',
    about: 'rehearse scenarios of a plan',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--all', 'every scenario of the plan'),
      unattended,
      new Option('--dry-run', 'say what would be done, and do nothing'),
      new Option('--until <step>', 'run the plan’s steps up to this one; no verdict'),
      new Option('--from <step>', 'leave the plan’s steps before this one out; no verdict'),
      keep,
      hold,
      pg,
      profile,
      json,
      state,
    ],
    help: 'Examples:\n  rollproof drill clean-return --unattended\n  rollproof drill --all --plan plans/crm.yaml\n  rollproof drill data-corruption --until go-back.restore --keep',
    load: async () => (await import('./commands/drill.ts')).drill,
  },
  {
    usage: 'check [plan]',
    about: 'read a plan and say everything that is wrong or unsafe in it',
    options: [json],
    help: 'Example:\n  rollproof check plans/crm.yaml',
    load: async () => (await import('./commands/check.ts')).check,
  },
];

export function buildProgram(specs: readonly CommandSpec[], done: (code: number) => void): Command {
  const program = new Command('rollproof')
    .description('Rehearses a rollback plan on an isolated copy of your systems and proves whether it works.')
    .version(ownVersion(), '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what is possible)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false });
  for (const spec of specs) {
    const command = program
      .command(spec.usage)
      .description(spec.about)
      .addHelpText('after', `\n${spec.help}`)
      .exitOverride();
    for (const option of spec.options) command.addOption(option);
    command.action(async (...given: unknown[]) => {
      const options = given.at(-2) as Readonly<Record<string, unknown>>;
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string');
      done(await (await spec.load())(args, options));
    });
  }
  return program;
}

async function run(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.ok;
  const program = buildProgram(COMMANDS, (made) => {
    code = made;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badPlanOrUsage;
    return explain(error);
  }
}

function explain(error: unknown): number {
  const known = toRollproofError(error);
  process.stderr.write(`rollproof: ${known.message}\n`);
  if (known.hint !== undefined) process.stderr.write(`  ${known.hint}\n`);
  if (known.code === 'invariant-broken')
    process.stderr.write(
      `  This is a defect of Rollproof; please report it with these lines.\n${known.cause instanceof Error ? (known.cause.stack ?? '') : (known.stack ?? '')}\n`,
    );
  return ERROR_POLICY[known.code].exit;
}

exitWithLauncher(() => stopper.stop('the process that started it is gone'));
process.exit(await run(process.argv.slice(2)));
