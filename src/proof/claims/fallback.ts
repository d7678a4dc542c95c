import type { ClaimName } from '../../plan/schema.ts';
import { brokenNodes, type Evidence, madeGoodIn, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

/** Claims about the return itself: what keeps the first way from leading back makes them fail. */
const OF_THE_RETURN: readonly ClaimName[] = ['data', 'files', 'function'];

/**
 * Ended through the fallback: where a twist broke the first way, the fallback is what was to be shown. Otherwise the first way
 * has failed, and what the fallback shows stands beside it.
 */
export function withFallback(evidence: Evidence, name: ClaimName, judged: JudgedClaim): JudgedClaim {
  const taken = momentsOf(evidence, 'fallback').at(-1);
  if (taken === undefined || !OF_THE_RETURN.includes(name) || judged.state === 'not-examined') return judged;
  const { procedure, insteadOf, why } = taken.facts;
  const because = [`${procedure} was carried out because ${insteadOf} failed: ${why}`, ...judged.because];
  const guilty = untwisted(evidence);
  if (guilty.length === 0) return { ...judged, because };
  const isKnown = guilty.some(({ outcome }) => outcome.kind === 'failed' && isPlans(outcome.blame));
  return {
    state: isKnown || judged.state === 'failed' ? 'failed' : 'inconclusive',
    sentence: `${evidence.scenario.rollback} failed at ${insteadOf}; ${procedure} shows instead: ${judged.sentence}`,
    because,
    settledAtMs: Math.min(taken.atMs, judged.settledAtMs ?? taken.atMs),
  };
}

function isPlans(blame: string): boolean {
  return blame === 'plan' || blame === 'backup';
}

/** Steps that failed without anything having been made wrong for them. */
function untwisted(evidence: Evidence): ReturnType<typeof brokenNodes> {
  const madeGood = madeGoodIn(evidence);
  const twisted = new Set(momentsOf(evidence, 'twist-shown').map(({ node }) => node));
  return brokenNodes(evidence).filter(({ node }) => madeGood.has(node.id) && !twisted.has(node.id));
}
