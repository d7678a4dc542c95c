import { ERROR_POLICY, EXIT, foldExitCodes } from '../kernel/errors.ts';
import type { Blame } from '../journal/journal.ts';
import { type BrokenNode, brokenNodes, type Evidence, madeGoodIn } from './evidence.ts';
import type { ClaimState } from './record.ts';

export interface Ending {
  readonly whole: ClaimState;
  /** Something that Rollproof made is still there. */
  readonly leaked: boolean;
  readonly interrupted: boolean;
}

/** The one rule: what a claim says, and what kept a node from being carried out, each by the closed table; the first of its order wins. */
export function exitCodeOf(evidence: Evidence, { whole, leaked, interrupted }: Ending): number {
  const madeGood = madeGoodIn(evidence);
  const broken = brokenNodes(evidence)
    .filter(({ node }) => !madeGood.has(node.id))
    .flatMap(codesOf);
  return foldExitCodes([
    ...(interrupted ? [EXIT.interrupted] : []),
    ...(leaked ? [EXIT.unclean] : []),
    ...broken.filter((code) => code !== EXIT.failed || !evidence.partial),
    EXIT_OF[whole],
  ]);
}

/** What is the plan's is said by the claims. What was observed, such as a lack of memory, counts only where nothing could begin. */
function codesOf({ node, outcome }: BrokenNode): readonly number[] {
  if (outcome.kind === 'unknown' || outcome.blame === 'plan') return [];
  if (outcome.error !== undefined) return [ERROR_POLICY[outcome.error].exit];
  return node.stage === 'prepare' ? [OBSERVED[outcome.blame]] : [];
}

const OBSERVED: Readonly<Record<Exclude<Blame, 'plan'>, number>> = {
  backup: EXIT.failed,
  environment: EXIT.environmentNotReady,
  rollproof: EXIT.inconclusive,
};

const EXIT_OF: Readonly<Record<ClaimState, number>> = {
  'proven': EXIT.ok,
  'failed': EXIT.failed,
  'inconclusive': EXIT.inconclusive,
  'not-examined': EXIT.inconclusive,
};
