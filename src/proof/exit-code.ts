import { EXIT, foldExitCodes } from '../kernel/errors.ts';
import { brokenNodes, type Evidence } from './evidence.ts';
import type { ClaimState } from './record.ts';

export interface Ending {
  readonly whole: ClaimState;
  /** Something that Rollproof made is still there. */
  readonly leaked: boolean;
  readonly interrupted: boolean;
}

/** What keeps a drill from beginning has its own code: a restore point that cannot be restored, or a place that lacks something. */
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
    ...(blames.has('backup') && !evidence.partial ? [EXIT.failed] : []),
    EXIT_OF[whole],
  ]);
}

const EXIT_OF: Readonly<Record<ClaimState, number>> = {
  'proven': EXIT.ok,
  'failed': EXIT.failed,
  'inconclusive': EXIT.inconclusive,
  'not-examined': EXIT.inconclusive,
};
