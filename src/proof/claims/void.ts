import { type BrokenNode, brokenNodes, type Evidence, madeGoodIn } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

/** Why nothing is shown. */
export interface Reason {
  readonly what: string;
  readonly because: readonly string[];
}

/** Where the way back came to a halt. `failed` only where the plan or a backup is to blame and it is known how it ended. */
export interface Break {
  readonly state: 'failed' | 'inconclusive';
  readonly what: string;
  readonly because: readonly string[];
  readonly atMs: number;
}

/** The first step of the rollback that did not succeed, the systems not answering afterwards included. */
export function rollbackBreak(evidence: Evidence): Break | null {
  return breakAmong(evidence, ({ node }) => node.stage === 'roll back' || node.id === 'answers');
}

/** The same, with everything that users wait for until they work again. */
export function returnBreak(evidence: Evidence): Break | null {
  const awaited = new Set(['answers', 'checks', 'verified', 'first-write']);
  return breakAmong(
    evidence,
    ({ node }) => node.stage === 'roll back' || awaited.has(node.id) || node.id.startsWith('release-jobs.'),
  );
}

function breakAmong(evidence: Evidence, counts: (history: BrokenNode) => boolean): Break | null {
  const madeGood = madeGoodIn(evidence);
  const broken = brokenNodes(evidence).filter((one) => counts(one) && !madeGood.has(one.node.id));
  const guilty = broken.find(isPlans);
  const found = guilty ?? broken[0];
  if (found === undefined) return null;
  return {
    state: guilty === undefined ? 'inconclusive' : 'failed',
    what: `the rollback breaks off at ${found.node.id}`,
    because: [`${found.node.id}: ${found.outcome.detail}`],
    atMs: found.endAt ?? 0,
  };
}

/** A step of which nobody knows how it ended has not failed: law 3. */
function isPlans({ outcome }: BrokenNode): boolean {
  return outcome.kind === 'failed' && (outcome.blame === 'plan' || outcome.blame === 'backup');
}

const BEFORE_DETECTION: readonly string[] = ['prepare', 'go live', 'inject'];
const BEFORE_ROLLBACK: readonly string[] = [...BEFORE_DETECTION, 'detect', 'decide'];

/** Why nothing can be shown although nothing of the rollback failed: it was never reached, or there was nothing to undo. */
export function voidReason(evidence: Evidence): Reason | null {
  return notReached(evidence, BEFORE_ROLLBACK) ?? nothingToUndo(evidence) ?? twistAbsent(evidence);
}

/** Why a detection shows nothing: there was no damage, or nobody got as far as looking for it. */
export function undetectable(evidence: Evidence): Reason | null {
  return notReached(evidence, BEFORE_DETECTION) ?? nothingToUndo(evidence);
}

export function judgedVoid({ what, because }: Reason): JudgedClaim {
  return { state: 'inconclusive', sentence: `Nothing is shown: ${what}.`, because };
}

function notReached(evidence: Evidence, stages: readonly string[]): Reason | null {
  const broken = brokenNodes(evidence).find((history) => stages.includes(history.node.stage));
  if (broken === undefined) return null;
  return {
    what: 'the drill does not get to the rollback',
    because: [`${broken.node.title}: ${broken.outcome.detail}`],
  };
}

/** Law 2: no damage seen, no drill; and without a fault something must have changed. */
function nothingToUndo(evidence: Evidence): Reason | null {
  if (evidence.scenario.faults.length > 0) return faultAbsent(evidence);
  const departures = evidence.all('departure');
  return departures.length > 0 && departures.every((one) => !one.differs)
    ? { what: 'the new state does not differ from the old one', because: departures.map((one) => one.sentence) }
    : null;
}

/** What was to go wrong on the way back did not, so the way back was not tried under it. */
function twistAbsent(evidence: Evidence): Reason | null {
  const shown = evidence.all('twist-shown');
  const absent = evidence.all('twist').flatMap(({ twist, armed, what, where }) => {
    const own = shown.filter((one) => one.twist === twist && one.where === where);
    if (own.some((one) => one.shown)) return [];
    return [`${twist} not present: ${own.at(-1)?.evidence ?? (armed ? `nothing met it (${where}: ${what})` : what)}`];
  });
  return absent.length === 0 ? null : { what: 'what was to go wrong on the way back did not', because: absent };
}

function faultAbsent(evidence: Evidence): Reason | null {
  const injections = evidence.all('injection');
  const presences = evidence.all('presence');
  const missing = [
    ...presences.filter((one) => !one.shown).map((one) => one.evidence),
    ...injections.filter((one) => !one.applicable).map((one) => one.description),
  ];
  const isWhole = injections.length > 0 && presences.length >= injections.length;
  if (missing.length === 0 && isWhole) return null;
  const unseen = injections.length === 0 ? 'nothing was injected' : 'nobody looked for it';
  return {
    what: 'the damage is not there',
    because: (missing.length === 0 ? [unseen] : missing).map((one) => `fault not present: ${one}`),
  };
}
