import { countOf } from '../../kernel/count.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

/** Conservation: captured = replayed + parked with an owner. Null where nothing is carried back, or all of it is. */
export function judgeDelta(evidence: Evidence): JudgedClaim | null {
  const bad = momentsOf(evidence, 'delta').filter(
    ({ facts }) => facts.unaccounted.length > 0 || facts.repeatable === 'no',
  );
  const [first] = bad;
  if (first === undefined) return null;
  const { name, unaccounted } = first.facts;
  return {
    state: 'failed',
    sentence:
      unaccounted.length > 0
        ? `${countOf(unaccounted.length, 'record')} of ${name} ${unaccounted.length === 1 ? 'is' : 'are'} neither carried back nor parked with an owner.`
        : `Carrying ${name} back a second time changes something, so a repeated step would do it twice.`,
    because: unaccounted,
    settledAtMs: first.atMs,
  };
}
