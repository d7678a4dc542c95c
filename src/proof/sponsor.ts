import { formatDuration } from '../kernel/duration.ts';
import type { Evidence } from './evidence.ts';
import type { Claim, ClaimState, Clocks, DrillRecord } from './record.ts';

/** Fewer than three drills: the worst measured time, with a quarter more (`domain.md` section 2, headroom). */
const FIRST_DRILLS_FACTOR = 1.25;

export interface SponsorInput {
  readonly evidence: Evidence;
  readonly claims: readonly Claim[];
  readonly clocks: Clocks;
  readonly whole: ClaimState;
  readonly share: number | null;
  readonly startedAt: string;
}

/** The five sentences that a decision maker reads, each an answer to a question they would ask. */
export function sponsorSentences(input: SponsorInput): DrillRecord['sponsor'] {
  return [
    { question: 'Can we return?', answer: canWeReturn(input) },
    { question: 'Until when can we decide, and how long are people out of work?', answer: untilWhen(input) },
    { question: 'What do we lose?', answer: whatIsLost(input) },
    { question: 'What is not proven?', answer: whatIsOpen(input) },
    { question: 'What do I sign, and what does waiting cost?', answer: whatIsSigned(input) },
  ];
}

function canWeReturn({ evidence, whole, startedAt, share }: SponsorInput): string {
  const scenario = `scenario ${evidence.scenarioName} of plan ${evidence.plan.name}`;
  const size =
    share === null
      ? 'the size of production is not stated in the plan'
      : `at ${Math.round(Math.min(share, 1) * 100)} % of production size`;
  const shown = `shown on ${startedAt.slice(0, 10)}, ${size}`;
  if (whole === 'proven') return `Yes: ${scenario} was rehearsed and every required claim is proven, ${shown}.`;
  if (whole === 'failed') return `No: ${scenario} was rehearsed and failed, ${shown}.`;
  return `Not known: ${scenario} was rehearsed, but what was required could not be shown (${shown}).`;
}

function untilWhen({ evidence, clocks }: SponsorInput): string {
  if (clocks.rtaMs === null) return 'Not known: the rollback did not get to the first user’s write.';
  const out = clocks.outOfWorkMs === null ? '' : ` People are out of work for ${formatDuration(clocks.outOfWorkMs)}.`;
  const measured = `From the decision to the first user’s write it took ${formatDuration(clocks.rtaMs)}.${out}`;
  const { window } = evidence.plan;
  if (window === undefined) return `${measured} The plan names no window, so no last moment can be given.`;
  const last = new Date(Date.parse(window.backBy) - clocks.rtaMs * FIRST_DRILLS_FACTOR);
  return `The last safe moment to decide is ${last.toISOString().slice(0, 16).replace('T', ' ')} UTC, so that the old system is back by ${window.backBy.replace('T', ' ')}. ${measured}`;
}

function whatIsLost({ evidence, claims }: SponsorInput): string {
  const data = claims.find((claim) => claim.name === 'data');
  const jobs = evidence.all('jobs').flatMap((one) => (one.held ? one.stored : []));
  const work = 'Everything typed into the new system after it opened: this plan does not carry it back yet.';
  const armed = jobs.length === 0 ? '' : ` ${jobs.length} stored jobs come back armed and must be held.`;
  return data?.state === 'proven'
    ? `Nothing of the state before the go-live. ${work}${armed}`
    : `Not known, because the data are ${data?.state === 'failed' ? 'not as they were' : 'not proven'}. ${work}`;
}

function whatIsOpen({ evidence, claims }: SponsorInput): string {
  const open = claims.filter(
    (claim) =>
      claim.state !== 'proven' &&
      (claim.required || ['time', 'decision', 'loss', 'communication'].includes(claim.name)),
  );
  const owner = evidence.plan.decision?.by;
  const by = owner === undefined ? 'The plan names nobody who owns this.' : `Owner: ${owner}.`;
  return open.length === 0
    ? 'Nothing of what this scenario examines.'
    : `${open.map((claim) => `${claim.name} (${claim.state.replace('-', ' ')})`).join(', ')}. ${by}`;
}

function whatIsSigned({ evidence, clocks, whole }: SponsorInput): string {
  const sign =
    whole === 'proven'
      ? 'That this plan, in this revision, may be relied on for this scenario'
      : 'Nothing yet: this plan cannot be relied on for this scenario';
  const margin =
    clocks.marginMs === null
      ? 'no limit is set, so the cost of waiting is not known'
      : clocks.marginMs >= 0
        ? `waiting costs up to ${formatDuration(clocks.marginMs)} of margin before the limit is missed`
        : `the limit is missed by ${formatDuration(-clocks.marginMs)} already`;
  return `${sign}; ${margin}. A changed step, backup method or version makes the proof stale (${evidence.plan.name}).`;
}
