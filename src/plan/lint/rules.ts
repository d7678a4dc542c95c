import { addressInStep } from './addresses.ts';
import { brokenOffBeforeBackup } from './breaking-off.ts';
import { undecidable } from './deciding.ts';
import { contradictoryTrigger, deadTrigger } from './detection.ts';
import { fallbackTooLate, sameBadBackup } from './fallback.ts';
import { changesUnsaid, toldBeforeStop } from './flows.ts';
import { successTooEarly, unsentMessage } from './messages.ts';
import { cycle, noObjective, slowerThanAllowed, unreachableStep, uselessState } from './order.ts';
import { noDeputy, noExpectation, noOwner } from './people.ts';
import { incompleteBackup, olderPoint, overWhatIsThere, staleStatistics, storeLeftBehind } from './restoring.ts';
import type { LintRule } from './rule.ts';
import { lostWork } from './work.ts';
import {
  changedAfterVerified,
  destructiveWithoutRepeat,
  jobsRunTooEarly,
  openedUnverified,
  releaseLeftBehind,
  routeLeftBehind,
  unsafeRetry,
} from './switching.ts';
import { noAnonymousProbe, noVersionCheck, nothingVerifies, unusedCheck } from './verification.ts';

/** All rules but PL-18 (a waiver that waives nothing), which looks at the findings of the others. In order of their ids. */
export const LINT_RULES: readonly LintRule[] = [
  cycle,
  unreachableStep,
  uselessState,
  nothingVerifies,
  addressInStep,
  olderPoint,
  destructiveWithoutRepeat,
  slowerThanAllowed,
  contradictoryTrigger,
  staleStatistics,
  noOwner,
  noDeputy,
  noExpectation,
  noAnonymousProbe,
  noVersionCheck,
  incompleteBackup,
  routeLeftBehind,
  storeLeftBehind,
  releaseLeftBehind,
  unsafeRetry,
  openedUnverified,
  changedAfterVerified,
  jobsRunTooEarly,
  overWhatIsThere,
  unusedCheck,
  noObjective,
  lostWork,
  successTooEarly,
  unsentMessage,
  deadTrigger,
  undecidable,
  brokenOffBeforeBackup,
  fallbackTooLate,
  sameBadBackup,
  changesUnsaid,
  toldBeforeStop,
];

export const UNUSED_WAIVER = {
  id: 'PL-18',
  title: 'A waiver that waives nothing',
  severity: 'warning',
  capsConfidence: false,
} as const;
