import { countOf } from '../../kernel/count.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { judgeDifference, NO_RULES } from '../../subject/allowance.ts';
import { compareManifests } from '../../subject/compare.ts';
import { verdictOf } from '../../subject/difference.ts';
import type { World } from '../world.ts';
import { type Context, succeeded } from './context.ts';
import { olderPointOf } from './reference.ts';

/** The other way back begins: from here on its state is what must be reached and is verified. */
export async function fallBack(
  context: Context,
  { procedure, insteadOf }: { readonly procedure: string; readonly insteadOf: readonly string[] },
): Promise<NodeOutcome> {
  const { world } = context;
  world.wayBack = procedure;
  const failed = (await context.events()).findLast(
    (event) => event.kind === 'node-ended' && event.outcome.kind !== 'succeeded' && insteadOf.includes(event.node),
  );
  const [node, detail] =
    failed?.kind === 'node-ended' && failed.outcome.kind !== 'succeeded'
      ? [failed.node, failed.outcome.detail]
      : ['', 'it is not known what failed'];
  const to = world.targetStateName();
  await context.note('fallback', { procedure, to, insteadOf: node, why: detail, givenUp: givenUp(world) });
  return succeeded(`${procedure} instead, which leads to ${to}`);
}

/** What was done between an older restore point and the freeze does not come back. */
function givenUp(world: World): readonly string[] {
  return world.storeNames().flatMap((store) => {
    const older = olderPointOf(world, store);
    if (older === null) return [];
    const { remaining } = judgeDifference(
      compareManifests(world.reading(store, 'restored'), world.reading(store, 'baseline')),
      NO_RULES,
    );
    if (verdictOf(remaining) !== 'different') return [];
    const { parts, objects, counters } = remaining;
    const places = countOf(parts.length + objects.length + counters.length, 'place');
    const named = parts.map(({ part }) => part).slice(0, 4);
    return [
      `${store} goes back to ${older} and is older in ${places}${named.length === 0 ? '' : `: ${named.join(', ')}`}`,
    ];
  });
}
