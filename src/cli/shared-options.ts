import { Option } from 'commander';

export const state = new Option('--state <folder>', 'folder for journal, copies and results')
  .env('ROLLPROOF_STATE')
  .default('.rollproof');
export const pg = new Option('--pg <which>', 'PostgreSQL to use: system, npm, or a folder with its programs').env(
  'ROLLPROOF_PG',
);
export const json = new Option('--json', 'one JSON object a line instead of text');
export const profile = new Option(
  '--profile <name>',
  'faithful: production-like server settings, may prove time; fast: for trying out',
)
  .choices(['faithful', 'fast'])
  .default('faithful');
