import { Command, type Option } from 'commander';
import { ownVersion } from './version.ts';

/** A command is loaded only when it is called: `--version` must not pay for drivers. */
export type Run = (args: readonly string[], options: Readonly<Record<string, unknown>>) => Promise<number>;

interface Described {
  readonly usage: string;
  readonly about: string;
  readonly help: string;
  /** Heading under which the help lists it. */
  readonly section?: string;
}

export interface LeafSpec extends Described {
  readonly options: readonly Option[];
  readonly load: () => Promise<Run>;
}

export interface GroupSpec extends Described {
  readonly children: readonly LeafSpec[];
}

export type CommandSpec = LeafSpec | GroupSpec;

export function buildProgram(specs: readonly CommandSpec[], done: (code: number) => void): Command {
  const program = new Command('rollproof')
    .description('Rehearses a rollback plan on an isolated copy of your systems and proves whether it works.')
    .version(ownVersion(), '-V, --version')
    .showSuggestionAfterError()
    .showHelpAfterError('(add --help for what is possible)')
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'rollproof: ')) })
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('show help for a command')
        .helpGroup('What is on this machine:'),
    )
    .addHelpText('after', EXIT_CODES);
  for (const spec of specs) {
    if (!('children' in spec)) {
      addLeaf(program, spec, done);
      continue;
    }
    const group = described(program.command(spec.usage), spec);
    for (const child of spec.children) addLeaf(group, child, done);
  }
  return program;
}

const EXIT_CODES = `
Without a command, a terminal gets a menu.

Exit codes: 0 proven, equal · 2 bad plan or usage · 3 environment not ready · 4 already running · 10 failed, different
            11 inconclusive, not everything could be read · 12 unclean run · 130 interrupted · 1 a defect of Rollproof`;

function described(command: Command, { about, help, section }: Described): Command {
  if (section !== undefined) command.helpGroup(`${section}:`);
  return command.helpCommand(false).description(about).addHelpText('after', `\n${help}`).exitOverride();
}

function addLeaf(parent: Command, spec: LeafSpec, done: (code: number) => void): void {
  const command = described(parent.command(spec.usage), spec);
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
