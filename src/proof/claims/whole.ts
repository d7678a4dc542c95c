import { type Evidence, skippedByHand } from '../evidence.ts';
import type { Claim, ClaimState } from '../record.ts';

export interface WholeVerdict {
  readonly whole: ClaimState;
  readonly reasons: readonly string[];
}

/** Any failed claim makes the whole failed, required or not; a required one that is not proven makes it inconclusive. */
export function judgeWhole(evidence: Evidence, claims: readonly Claim[]): WholeVerdict {
  const failed = claims.filter((claim) => claim.state === 'failed');
  if (failed.length > 0) return { whole: 'failed', reasons: failed.map((claim) => `${claim.name}: ${claim.sentence}`) };
  const required = claims.filter((claim) => claim.required);
  const open = required.filter((claim) => claim.state !== 'proven');
  if (open.length > 0 || required.length === 0)
    return { whole: 'inconclusive', reasons: open.map((claim) => `${claim.name}: ${claim.sentence}`) };
  if (evidence.partial) return { whole: 'inconclusive', reasons: ['only a part of the plan was run'] };
  const byHand = skippedByHand(evidence);
  if (byHand.length > 0)
    return {
      whole: 'inconclusive',
      reasons: byHand.map((history) => `${history.node.id} was ${history.skipped ?? 'skipped'}`),
    };
  return { whole: 'proven', reasons: [`${required.map((claim) => claim.name).join(', ')} proven`] };
}
