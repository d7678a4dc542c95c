import { type Evidence, skippedByHand } from '../evidence.ts';
import type { Claim, ClaimState } from '../record.ts';
import { shownAt, volumeOf } from '../volume.ts';

export interface WholeVerdict {
  readonly whole: ClaimState;
  readonly reasons: readonly string[];
}

/** Any failed claim makes the whole failed, required or not; a required one that is not proven makes it inconclusive. */
export function judgeWhole(evidence: Evidence, claims: readonly Claim[]): WholeVerdict {
  const failed = claims.filter((claim) => claim.state === 'failed');
  if (failed.length > 0) return { whole: 'failed', reasons: failed.map(reasonOf) };
  const required = claims.filter((claim) => claim.required);
  const open = required.filter((claim) => claim.state !== 'proven');
  const why = [...open.map(reasonOf), ...reservations(evidence, required)];
  if (why.length > 0) return { whole: 'inconclusive', reasons: why };
  const names = required.map((claim) => claim.name).join(', ');
  return { whole: 'proven', reasons: [`${names} proven on ${shownAt(volumeOf(evidence))}`] };
}

function reasonOf(claim: Claim): string {
  return `${claim.name}: ${claim.sentence}`;
}

/** What keeps a drill from proving anything although no claim is open. */
function reservations(evidence: Evidence, required: readonly Claim[]): readonly string[] {
  return [
    ...(required.length === 0 ? ['no claim is required of this plan, so there is no evidence'] : []),
    ...(evidence.partial ? ['only a part of the plan was run'] : []),
    ...skippedByHand(evidence).map((history) => `${history.node.id} was ${history.skipped ?? 'skipped by hand'}`),
  ];
}
