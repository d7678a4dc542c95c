import { Option } from 'commander';
import type { LeafSpec } from './program.ts';
import { json, pg, profile, state } from './shared-options.ts';

/** Commands about noticing: before the night on copies, after it on the real systems. */
export const TRIGGER_COMMANDS: readonly LeafSpec[] = [
  {
    usage: 'backtest [scenario]',
    section: 'A plan and its drills',
    about: 'ask all triggers and checks on a healthy and on damaged copies: misses, false alarms, readings to detect',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--faults <ids>', 'damage to try, such as DC-01,DC-04 (default: every fault of the plan)'),
      new Option('--in <store>', 'store that --faults damage (default: the only postgres of the plan)'),
      pg,
      profile,
      json,
      state,
    ],
    help: 'The go-live is rehearsed once; each fault then gets a copy of its own of the new state. Without a scenario: the\nfirst one of the plan. Triggers of class watch call for nothing, so they are shown but not counted.\n\nExit 0 when all damage is noticed and nothing is red without any, 10 on a miss or a false alarm, 11 when something\ncould not be tried.\n\nExamples:\n  rollproof backtest\n  rollproof backtest data-corruption --faults DC-01,DC-03,DC-12 --json',
    load: async () => (await import('./commands/backtest.ts')).backtest,
  },
  {
    usage: 'watch [plan]',
    section: 'A plan and its drills',
    about: 'after the go-live: read the triggers on the real systems, show how long a rollback can still wait',
    options: [
      new Option('--plan <file>', 'the plan').default('rollproof.yaml'),
      new Option('--once', 'read each trigger as often as it must be red, then end'),
      new Option('--every <time>', 'read this often, such as 30s (default: as each trigger of the plan says)'),
      json,
      state,
    ],
    help: 'Read-only, and only where the plan says under production: a postgres by a role that cannot write (others are\nrefused), a program by its address. The time of a rollback comes from drills of exactly this plan. Alerts under\nwatch.alert are sent once for each change. Ctrl-C ends it.\n\nExit 10 when a mandatory trigger calls at the end, 3 when a source cannot be read, 0 otherwise.\n\nExamples:\n  rollproof watch --every 30s\n  rollproof watch plans/crm.yaml --once --json\n  PROD_RO=postgresql://watcher@db1/crm rollproof watch',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
];
