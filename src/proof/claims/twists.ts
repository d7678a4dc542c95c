import type { ClaimName } from '../../plan/schema.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

/** What went wrong around the rollback and was not withstood fails the claim that it belongs to, and is named. */
export function withTwists(evidence: Evidence, name: ClaimName, judged: JudgedClaim): JudgedClaim {
  const harmful = momentsOf(evidence, 'twist-shown').filter(({ facts }) => facts.shown && facts.fails === name);
  if (harmful.length === 0) return judged;
  const sentences = harmful.map(({ facts }) => `${facts.twist}: ${facts.evidence}.`);
  return {
    state: 'failed',
    sentence: judged.state === 'failed' ? judged.sentence : sentences.join(' '),
    because: [...(judged.state === 'failed' ? sentences : [judged.sentence]), ...judged.because],
    settledAtMs: Math.min(...harmful.map((one) => one.atMs), judged.settledAtMs ?? Infinity),
  };
}
