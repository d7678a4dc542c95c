import { cancel, intro, isCancel, outro, select, text } from '@clack/prompts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT } from '../../kernel/errors.ts';

type Choice = 'demo' | 'try' | 'init' | 'quit';

/** For somebody who does not know the commands yet: each answer is a command that could have been typed. */
export async function menu(run: (argv: readonly string[]) => Promise<number>): Promise<number> {
  intro('Rollproof · a rollback plan that has not been tested is just a theory');
  const choice = await select<Choice>({
    message: 'What would you like to do?',
    options: [
      {
        value: 'demo',
        label: 'Watch the demo',
        hint: 'a real move to a new CRM and four ways back, a minute and a half',
      },
      { value: 'try', label: 'Test my backup', hint: 'a first proof, no plan needed; your systems are not touched' },
      { value: 'init', label: 'Start a plan', hint: 'a commented file to fill in' },
      { value: 'quit', label: 'Quit' },
    ],
  });
  if (isCancel(choice) || choice === 'quit') {
    outro('rollproof --help lists every command');
    return EXIT.ok;
  }
  const argv = await commandFor(choice);
  if (argv === null) {
    cancel('nothing was done');
    return EXIT.ok;
  }
  outro(`rollproof ${argv.join(' ')}`);
  return run(argv);
}

async function commandFor(choice: Exclude<Choice, 'quit'>): Promise<readonly string[] | null> {
  switch (choice) {
    case 'demo':
      return ['demo'];
    case 'try': {
      const path = await askBackup();
      return path === null ? null : ['try', path];
    }
    case 'init': {
      const folder = await text({ message: 'In which folder?', placeholder: 'rollback', defaultValue: 'rollback' });
      return isCancel(folder) ? null : ['init', folder];
    }
  }
}

async function askBackup(): Promise<string | null> {
  const path = await text({
    message: 'Where is the backup? A pg_dump file, a base backup, or a folder.',
    placeholder: '/backups/crm.dump',
    validate: (value) =>
      value === undefined || value.trim() === ''
        ? 'Type the path of a file or folder.'
        : existsSync(resolve(value.trim()))
          ? undefined
          : `There is no ${value.trim()}.`,
  });
  return isCancel(path) ? null : path.trim();
}
