import { formatDuration } from '../../kernel/duration.ts';
import { decidersInWords, frozenDigest, nobodyMayCall, rightOf } from '../../people/roster/decision.ts';
import { withinMs } from '../../plan/decision.ts';
import { type Evidence, type Moment, momentsOf } from '../evidence.ts';
import { decidingIn } from '../people.ts';
import type { JudgedClaim } from './claim.ts';

type Called = Moment<'decision'>;
type Frozen = Moment<'facts-frozen'>;

/** Somebody who may call it called it, in time, on facts that were frozen before, and by the scenario's way back. */
export function judgeDecision(evidence: Evidence): JudgedClaim {
  const called = momentsOf(evidence, 'decision').at(-1);
  const frozen = momentsOf(evidence, 'facts-frozen').at(-1);
  if (called === undefined)
    return { state: 'not-examined', sentence: 'The drill did not get to the decision.', because: [] };
  const made = { evidence, called, frozen };
  return wrong(made) ?? byPolicy(made) ?? open(made) ?? proven(made);
}

interface Made {
  readonly evidence: Evidence;
  readonly called: Called;
  readonly frozen: Frozen | undefined;
}

function wrong({ evidence, called, frozen }: Made): JudgedClaim | null {
  const { by, how, choice } = called.facts;
  if (choice !== evidence.scenario.rollback)
    return failed(called, `${by} chose ${choice} instead of the scenario’s rollback ${evidence.scenario.rollback}.`);
  const deciding = decidingIn(evidence);
  const nobody = nobodyMayCall(deciding);
  if (nobody !== null) return failed(called, `Nobody who may call the rollback is there: ${nobody}.`);
  if (how === 'unattended') return null;
  const right = rightOf(by, deciding);
  if (right.kind === 'may not') return failed(called, `${whoIn(called)} called it, but ${right.sentence}.`);
  const within = withinMs(evidence.plan);
  const took = tookMs(called, frozen);
  if (within === null || took === null || took <= within) return null;
  return failed(
    called,
    `${whoIn(called)} took ${formatDuration(took)} to call it; the plan allows ${formatDuration(within)}.`,
  );
}

function failed(called: Called, sentence: string): JudgedClaim {
  return { state: 'failed', sentence, because: [], settledAtMs: called.atMs };
}

function byPolicy({ called }: Made): JudgedClaim | null {
  if (called.facts.how !== 'unattended') return null;
  return { state: 'not-examined', sentence: 'No person decided: the unattended policy called it.', because: [] };
}

/** Law 9: an answer that was written down before the question shows who may call it, and nothing about when. */
function open({ evidence, called, frozen }: Made): JudgedClaim | null {
  const doubtful = (sentence: string): JudgedClaim => ({ state: 'inconclusive', sentence, because: [] });
  const deciding = decidingIn(evidence);
  const right = rightOf(called.facts.by, deciding);
  if (right.kind === 'doubtful') return doubtful(`${whoIn(called)} called it, and ${right.sentence}.`);
  if (frozen === undefined || !restsOn(called, frozen))
    return doubtful(`It is not shown that ${whoIn(called)} decided on the facts that were frozen.`);
  if (called.facts.how === 'person') return null;
  const right2 =
    deciding.deciders === null ? '' : ` ${decidersInWords(deciding.roster, deciding.deciders)} may call it;`;
  return doubtful(
    `${whoIn(called)} called it by an answer written before the facts were known:${right2} that they do so in time is not shown.`,
  );
}

function restsOn(called: Called, frozen: Frozen): boolean {
  const { facts } = frozen;
  return (
    frozen.atMs <= called.atMs && called.facts.factsDigest === facts.digest && frozenDigest(facts) === facts.digest
  );
}

function proven({ evidence, called, frozen }: Made): JudgedClaim {
  const right = rightOf(called.facts.by, decidingIn(evidence));
  const within = withinMs(evidence.plan);
  const took = tookMs(called, frozen) ?? 0;
  const limit = within === null ? 'the plan sets no limit' : `${formatDuration(within)} allowed`;
  return {
    state: 'proven',
    sentence: `${whoIn(called)} called it ${right.sentence}, ${formatDuration(took)} after the facts were frozen (${limit}).`,
    because: called.facts.reason === '' ? [] : [`reason given: ${called.facts.reason}`],
    settledAtMs: called.atMs,
  };
}

function whoIn({ facts: { by, role } }: Called): string {
  return role === null || role === by ? by : `${by} (${role})`;
}

function tookMs(called: Called, frozen: Frozen | undefined): number | null {
  return frozen === undefined ? null : called.atMs - frozen.atMs;
}
