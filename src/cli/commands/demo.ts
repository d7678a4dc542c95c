import { EXIT } from '../../kernel/errors.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { type ExampleName, EXAMPLES, prepareExample } from '../example.ts';
import { claimDemo } from '../demo-claim.ts';
import { textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { chosenState } from '../state.ts';
import { drillAll, goodPlan } from './drill.ts';

/** Makes an example's data and backup with the binaries that will restore it, then drills every scenario of its plan. */
export async function demo(_args: readonly string[], options: Readonly<Record<string, unknown>>): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const clock = systemClock();
  const pg = pgChoice(textOption(options, 'pg'));
  const json = options['json'] === true;
  const say = (sentence: string): void => {
    if (!json) process.stdout.write(`${sentence}\n`);
  };
  const example: ExampleName = options['example'] === 'in-place-upgrade' ? 'in-place-upgrade' : 'northwind-crm';
  say(OPENING[example]);
  say(`Everything happens below ${state.path}`);
  say('and is cut off from the network; nothing of your systems is touched.');
  const giveBack = claimDemo(state);
  try {
    const folder = await prepareExample({ state, clock, pg, scale: EXAMPLES[example].demoScale, say, example });
    const loaded = await goodPlan(folder);
    if (loaded === null) return EXIT.badPlanOrUsage;
    return await drillAll({
      loaded,
      names: Object.keys(loaded.plan.scenarios),
      json,
      options: {
        state,
        clock,
        pg,
        profile: options['profile'] === 'fast' ? 'fast' : 'faithful',
        unattended: true,
        attended: false,
        keep: false,
        leaseMs: 3_600_000,
        command: `rollproof ${process.argv.slice(2).join(' ')}`,
      },
    });
  } finally {
    giveBack();
  }
}

const OPENING: Readonly<Record<ExampleName, string>> = {
  'northwind-crm': 'Rollproof rehearses the move of a company to a new CRM, and the ways back.',
  'in-place-upgrade': 'Rollproof rehearses the upgrade of a small CRM, and the way back, twice.',
};
