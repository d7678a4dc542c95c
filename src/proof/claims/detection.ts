import type { Evidence } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { voidReason } from './void.ts';

export function judgeDetection(evidence: Evidence): JudgedClaim {
  const detection = evidence.all('detection').at(-1);
  const redBefore = evidence
    .all('trigger-reading')
    .filter((reading) => reading.phase === 'before' && reading.colour === 'red')
    .map((reading) => `${reading.trigger} was red before any damage, so it proves nothing`);
  if (evidence.scenario.kind === 'S0') {
    if (detection?.falseAlarm === true)
      return {
        state: 'failed',
        sentence: `False alarm: ${detection.name} turned red without any damage.`,
        because: redBefore,
      };
    return { state: 'not-examined', sentence: 'There was nothing to detect in this scenario.', because: redBefore };
  }
  if (detection === undefined)
    return { state: 'inconclusive', sentence: 'The drill did not get to the detection.', because: redBefore };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  if (evidence.all('truth-opened').some((one) => one.earlyOpenings > 0))
    return {
      state: 'inconclusive',
      sentence: 'The sealed truth was opened before the evaluation, so whoever noticed the damage may have known of it.',
      because: redBefore,
    };
  if (detection.by !== 'referee')
    return {
      state: 'proven',
      sentence: `The ${detection.by} ${detection.name} noticed the damage${detection.readings > 1 ? ` in ${detection.readings} readings` : ''}.`,
      because: redBefore,
    };
  const blind = [
    ...new Set(
      evidence
        .all('trigger-reading')
        .filter((reading) => reading.colour === 'unknown')
        .map((reading) => `${reading.trigger}: ${reading.value}`),
    ),
  ];
  if (blind.length > 0)
    return {
      state: 'inconclusive',
      sentence: 'A trigger could not be read, so it is not known whether it would have noticed.',
      because: [...blind, ...redBefore],
    };
  return {
    state: 'failed',
    sentence: 'No trigger and no check of the plan noticed the damage; the referee had to call it.',
    because: redBefore,
  };
}

export function judgeDecision(evidence: Evidence): JudgedClaim {
  const decision = evidence.all('decision').at(-1);
  if (decision !== undefined && decision.choice !== 'go-back')
    return {
      state: 'failed',
      sentence: `${decision.by} chose ${decision.choice} instead of the scenario’s rollback.`,
      because: [],
    };
  if (decision?.how === 'person')
    return {
      state: 'not-examined',
      sentence: `${decision.by} called it; whether the right people decide in time needs a drill with them.`,
      because: [],
    };
  return { state: 'not-examined', sentence: 'No person decided: the unattended policy called it.', because: [] };
}
