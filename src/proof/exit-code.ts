import { EXIT, foldExitCodes } from '../kernel/errors.ts';
import { brokenNodes, type Evidence } from './evidence.ts';
import type { ClaimState } from './record.ts';

export interface Ending {
  readonly whole: ClaimState;
  /** Something that Rollproof made is still there. */
  readonly leaked: boolean;
  readonly interrupted: boolean;
}

/** A place that lacks something keeps a drill from beginning, and has its own code. A bad restore point has failed a claim. */
export function exitCodeOf(evidence: Evidence, { whole, leaked, interrupted }: Ending): number {
  const blames = new Set(
    brokenNodes(evidence)
      .filter((history) => history.node.stage === 'prepare')
      .map((history) => history.outcome.blame),
  );
  return foldExitCodes([
    ...(interrupted ? [EXIT.interrupted] : []),
    ...(leaked ? [EXIT.unclean] : []),
    ...(blames.has('environment') ? [EXIT.environmentNotReady] : []),
    EXIT_OF[whole],
  ]);
}

const EXIT_OF: Readonly<Record<ClaimState, number>> = {
  'proven': EXIT.ok,
  'failed': EXIT.failed,
  'inconclusive': EXIT.inconclusive,
  'not-examined': EXIT.inconclusive,
};
