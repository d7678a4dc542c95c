import { countOf, formatCount } from '../kernel/count.ts';
import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { brokenOffAt } from '../plan/departure-point.ts';
import type { Evidence } from './evidence.ts';
import type { Claim, ClaimState, Clocks, DrillRecord, WorkRecord } from './record.ts';
import { listOf } from './report/words.ts';
import { formatShare, volumeOf } from './volume.ts';
import { lastBalance, worksOf } from './work.ts';

/** Fewer than three drills: the worst measured time, with a quarter more (`domain.md` section 2, headroom). */
const FIRST_DRILLS_FACTOR = 1.25;

export interface SponsorInput {
  readonly evidence: Evidence;
  readonly claims: readonly Claim[];
  readonly clocks: Clocks;
  readonly whole: ClaimState;
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

function canWeReturn({ evidence, whole, startedAt }: SponsorInput): string {
  const scenario = `scenario ${evidence.scenarioName} of plan ${evidence.plan.name}`;
  const { shareOfProduction } = volumeOf(evidence);
  const size =
    shareOfProduction === null
      ? 'the size of production is not stated in the plan'
      : `at ${formatShare(shareOfProduction)} of production size`;
  const shown = `shown on ${startedAt.slice(0, 10)}, ${size}`;
  if (whole === 'proven') return `Yes: ${scenario} was rehearsed and every required claim is proven, ${shown}.`;
  if (whole === 'failed') return `No: ${scenario} was rehearsed and failed, ${shown}.`;
  return `Not known: ${scenario} was rehearsed, but what is required could not be shown (${shown}).`;
}

function untilWhen({ evidence, clocks, whole }: SponsorInput): string {
  if (clocks.rtaMs === null) return 'Not known: the rollback did not get to the first user’s write.';
  const out = clocks.outOfWorkMs === null ? '' : ` People are out of work for ${formatDuration(clocks.outOfWorkMs)}.`;
  const measured = `From the decision to the first user’s write it takes ${formatDuration(clocks.rtaMs)} here.${out}`;
  return `${lastMoment(evidence, { rtaMs: clocks.rtaMs, whole })} ${measured}`;
}

/** `domain.md` section 2, headroom: the worst time and a quarter, scaled to production, and the time that deciding may take. */
function lastMoment(
  evidence: Evidence,
  { rtaMs, whole }: { readonly rtaMs: number; readonly whole: ClaimState },
): string {
  const { window, decision } = evidence.plan;
  const { shareOfProduction } = volumeOf(evidence);
  if (whole !== 'proven') return 'No last moment can be given, because the way back is not proven.';
  if (window === undefined) return 'The plan names no window, so no last moment can be given.';
  if (shareOfProduction === null)
    return 'The plan does not say how large production is, so no last moment can be given.';
  const scale = Math.min(shareOfProduction, 1);
  const decidingMs = parseDuration(decision?.within ?? '') ?? 0;
  const needMs = (rtaMs * FIRST_DRILLS_FACTOR) / scale + decidingMs;
  const last = inZoneOf(window.backBy, Date.parse(window.backBy) - needMs);
  const forecast = scale < 1 ? `, a forecast from ${formatShare(scale)} of production` : '';
  return `The last safe moment to call for a decision is ${last}${forecast}, so that the old system is back by ${window.backBy.replace('T', ' ')}.`;
}

/** In the zone in which the plan was written, to the minute before. */
function inZoneOf(instant: string, ms: number): string {
  const [zone = 'Z', sign, hours, minutes] = /(?:Z|([+-])(\d{2}):(\d{2}))$/.exec(instant) ?? [];
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return `${new Date(ms + offset * 60_000).toISOString().slice(0, 16).replace('T', ' ')} ${zone === 'Z' ? 'UTC' : zone}`;
}

function whatIsLost({ evidence, claims }: SponsorInput): string {
  const works = worksOf(evidence);
  const stores = claims.filter(
    (claim) => ['data', 'files'].includes(claim.name) || (claim.name === 'loss' && works.length === 0),
  );
  const isWhole = stores.every(
    (claim) => claim.state === 'proven' || (!claim.required && claim.state === 'not-examined'),
  );
  const isDamaged = stores.some((claim) => claim.state === 'failed');
  const jobs = evidence.all('jobs').flatMap((one) => (one.held ? one.stored : []));
  const work = works.length === 0 ? withoutWork(evidence) : works.map(workSentence).join(' ');
  const armed =
    jobs.length === 0
      ? ''
      : ` ${countOf(jobs.length, 'stored job')} ${jobs.length === 1 ? 'comes' : 'come'} back armed and must be held.`;
  return isWhole
    ? `Nothing of the state before the go-live. ${work}${armed}`
    : `Not known, because data or files are ${isDamaged ? 'not as they were' : 'not proven'}. ${work}`;
}

function withoutWork({ scenario }: Evidence): string {
  return brokenOffAt(scenario) === null
    ? 'Everything typed into the new system after it opened: this plan does not carry it back yet.'
    : 'Nobody worked in the new system yet.';
}

/** By owner: who signed, who has it on a list, and what nobody answers for. */
function workSentence(work: WorkRecord): string {
  const balance = lastBalance(work);
  if (balance === undefined) return `What became of the writes of ${work.name} is not known.`;
  const owned = balance.owners.map(({ owner, end, records }) =>
    end === 'waived'
      ? `${formatCount(records)} are given up, signed by ${owner}`
      : `${formatCount(records)} wait for ${owner}`,
  );
  const carried = balance.ends.kept + balance.ends.replayed;
  const parts = [
    ...(carried === 0 ? [] : [`${formatCount(carried)} are as their users left them`]),
    ...owned,
    ...(balance.unaccounted === 0
      ? []
      : [`${formatCount(balance.unaccounted)} are unaccounted for, and nobody signed for that`]),
  ];
  const made = `Of ${countOf(balance.captured, 'write')} that ${countOf(work.users, 'user')} of ${work.group} made in the new system`;
  return `${made}, ${listOf(parts.length === 0 ? ['none was acknowledged'] : parts)}.`;
}

function whatIsOpen({ evidence, claims }: SponsorInput): string {
  const open = claims.filter(
    (claim) =>
      claim.state !== 'proven' &&
      (claim.state === 'failed' ||
        claim.required ||
        ['time', 'decision', 'loss', 'communication'].includes(claim.name)),
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
