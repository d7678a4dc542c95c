import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import { type Truth, truthWithoutRows } from '../../../fault/injector.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { PlannedTwist } from '../../../plan/schema.ts';
import { armAbsence } from './absence.ts';
import { armBadBackup } from './bad-backup.ts';
import { armWrongHost } from './whom.ts';
import { armEarly } from './early.ts';
import { armFlood } from './flood.ts';
import { armBothSystems } from './both-systems.ts';
import { armDeafChannel } from './deaf-channel.ts';
import { armStaleClient } from './stale-client.ts';
import type { Context } from '../context.ts';

export interface ArmedTwist {
  readonly where: string;
  /** What was made wrong; of one that found no place, why. */
  readonly what: string;
  readonly armed: boolean;
  /** By the node that does it, at another moment. */
  readonly isNotedElsewhere?: boolean;
}

const ARMING: Readonly<Record<string, (context: Context, twist: PlannedTwist) => Promise<ArmedTwist>>> = {
  'GF-10': armBadBackup,
  'GF-11': armEarly,
  'GF-12': armBothSystems,
  'GF-13': armAbsence,
  'GF-14': armFlood,
  'GF-17': armDeafChannel,
  'GF-18': armStaleClient,
  'GF-20': armWrongHost,
};

/** What is sealed with the damage. Most take effect later; that they did is noted when something meets them. */
export async function armTwists(context: Context): Promise<readonly Truth[]> {
  const truths: Truth[] = [];
  for (const twist of context.world.request.scenario.twists) {
    const arm = ARMING[twist.id];
    if (arm === undefined) throw new RollproofError('plan-invalid', `${twist.id} is no twist that a drill can do`);
    const { isNotedElsewhere = false, ...armed } = await arm(context, twist);
    const name = findCatalogueEntry(twist.id)?.name ?? twist.id;
    if (!isNotedElsewhere) await context.note('twist', { twist: twist.id, name, seed: twist.seed, ...armed });
    if (armed.armed) truths.push(truthOf(twist, armed));
  }
  return truths;
}

function truthOf(twist: PlannedTwist, { where, what }: ArmedTwist): Truth {
  return truthWithoutRows({ fault: twist.id, store: where, seed: twist.seed, description: what });
}
