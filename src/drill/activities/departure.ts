import { countOf } from '../../kernel/count.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import type { Facts } from '../../proof/facts.ts';
import { judgeDifference, NO_RULES } from '../../subject/allowance.ts';
import { compareManifests } from '../../subject/compare.ts';
import { verdictOf } from '../../subject/difference.ts';
import type { World } from '../world.ts';
import { type Context, succeeded } from './context.ts';

type Departure = Facts['departure'];

/** S0 has no fault: something that the target state names must differ from it now, else going back proves nothing. */
export async function departure(context: Context): Promise<NodeOutcome> {
  const { world } = context;
  const departures = Object.entries(world.targetState().systems).flatMap(([name, wanted]) => {
    if (typeof wanted === 'string') return [ofRoute(world, name, wanted)];
    if (world.stores.has(name)) return [ofStore(world, name)];
    return wanted.release === undefined ? [] : [ofRelease(world, name, wanted.release)];
  });
  for (const one of departures) await context.note('departure', one);
  return succeeded(`${departures.filter((one) => one.differs).length} of ${departures.length} systems differ`);
}

function ofStore(world: World, name: string): Departure {
  const difference = compareManifests(world.reading(name, 'baseline'), world.reading(name, 'live'));
  const { remaining } = judgeDifference(difference, NO_RULES);
  const differs = verdictOf(remaining) === 'different';
  const { parts, objects, counters } = remaining;
  const places = countOf(parts.length + objects.length + counters.length, 'place');
  const sentence = differs ? `${name} differs from the baseline in ${places}` : `${name} is as it was`;
  return { store: name, at: 'live', differs, sentence };
}

function ofRelease(world: World, name: string, wanted: string): Departure {
  const installed = world.service(name).installed();
  return {
    store: name,
    at: 'live',
    differs: installed !== wanted,
    sentence: `${name} is release ${installed ?? 'none'}`,
  };
}

function ofRoute(world: World, name: string, wanted: string): Departure {
  const to = world.routes.get(name)?.to ?? null;
  return { store: name, at: 'live', differs: to !== wanted, sentence: `${name} leads to ${to ?? 'nothing'}` };
}
