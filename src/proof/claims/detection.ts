import { type Evidence, type Moment, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { undetectable } from './void.ts';

export function judgeDetection(evidence: Evidence): JudgedClaim {
  const detection = momentsOf(evidence, 'detection').at(-1);
  return evidence.scenario.kind === 'S0' ? judgeQuiet(evidence, detection) : judgeNotice(evidence, detection);
}

type Detection = Moment<'detection'> | undefined;

/** In S0 there is nothing to notice, so whatever calls for a rollback calls for one on a healthy system. */
function judgeQuiet(evidence: Evidence, detection: Detection): JudgedClaim {
  const red = redBefore(evidence);
  const noticed = detection?.facts.falseAlarm === true ? [detection.facts.name] : [];
  const alarms = [...new Set([...red, ...noticed])];
  if (alarms.length === 0)
    return { state: 'not-examined', sentence: 'There is nothing to detect in this scenario.', because: [] };
  return {
    state: 'failed',
    sentence: `False alarm: ${alarms.join(', ')} ${alarms.length === 1 ? 'is' : 'are'} red without any damage.`,
    because: [],
    ...(detection === undefined ? {} : { settledAtMs: detection.atMs }),
  };
}

function judgeNotice(evidence: Evidence, detection: Detection): JudgedClaim {
  const because = redBefore(evidence).map((name) => `${name} was red before any damage, so it proves nothing`);
  const nothing = undetectable(evidence);
  if (nothing !== null)
    return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing.what}.`, because: nothing.because };
  if (detection === undefined)
    return { state: 'inconclusive', sentence: 'The drill did not get to the detection.', because };
  if (evidence.all('truth-opened').some((one) => one.earlyOpenings > 0))
    return {
      state: 'inconclusive',
      sentence: 'The sealed truth was opened before the evaluation, so whoever noticed may have known of the damage.',
      because,
    };
  const { by, name, readings } = detection.facts;
  if (by === 'referee') return judgeUnnoticed(evidence, { because, settledAtMs: detection.atMs });
  return {
    state: 'proven',
    sentence: `The ${by} ${name} notices the damage${readings > 1 ? ` in ${readings} readings` : ''}.`,
    because,
    settledAtMs: detection.atMs,
  };
}

/** The referee had to call it: either nothing sees such damage, or what would see it could not look. */
function judgeUnnoticed(
  evidence: Evidence,
  { because, settledAtMs }: Required<Pick<JudgedClaim, 'because' | 'settledAtMs'>>,
): JudgedClaim {
  const blind = [...new Set([...blindTriggers(evidence), ...blindChecks(evidence)])];
  if (blind.length > 0)
    return {
      state: 'inconclusive',
      sentence: 'Not everything that might notice could be asked, so it is not known whether it would.',
      because: [...blind, ...because],
      settledAtMs,
    };
  return {
    state: 'failed',
    sentence: 'No trigger and no check of the plan notices the damage; the referee had to call it.',
    because,
    settledAtMs,
  };
}

/** A trigger to watch only never calls for a rollback. */
function callers(evidence: Evidence): ReadonlySet<string> {
  const { triggers } = evidence.plan;
  return new Set(Object.keys(triggers).filter((name) => triggers[name]?.class !== 'watch'));
}

function redBefore(evidence: Evidence): readonly string[] {
  const names = callers(evidence);
  const red = evidence
    .all('trigger-reading')
    .filter((reading) => reading.phase === 'before' && reading.colour === 'red' && names.has(reading.trigger));
  return [...new Set(red.map((reading) => reading.trigger))];
}

function blindTriggers(evidence: Evidence): readonly string[] {
  const names = callers(evidence);
  return evidence
    .all('trigger-reading')
    .filter((reading) => reading.colour === 'unknown' && names.has(reading.trigger))
    .map((reading) => `${reading.trigger}: ${reading.value}`);
}

/** Checks of the live state serve as detectors. */
function blindChecks(evidence: Evidence): readonly string[] {
  return evidence
    .all('check')
    .filter((check) => check.when === 'live' && check.outcome === 'unknown')
    .map((check) => `${check.name}: ${check.actual}`);
}
