import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import type { Evidence } from '../evidence.ts';
import type { Clocks } from '../record.ts';
import type { JudgedClaim } from './claim.ts';

/** In time is proven only at this share of production bytes, restored by the same method. */
const ENOUGH_OF_PRODUCTION = 0.8;

export function judgeTime(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const machine = judgeMachineTime(evidence, clocks);
  const people = {
    name: 'people part',
    state: 'not-examined' as const,
    sentence: 'No person took part, so no human minute was measured.',
  };
  return { ...machine, parts: [{ name: 'machine part', state: machine.state, sentence: machine.sentence }, people] };
}

function judgeMachineTime(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const { rtaMs, limitMs } = clocks;
  if (limitMs === null)
    return { state: 'not-examined', sentence: 'The plan names no limit (objectives.rto).', because: [] };
  if (rtaMs === null)
    return {
      state: 'not-examined',
      sentence: 'The rollback did not get to the first user’s write, so there is no time to compare.',
      because: [],
    };
  const measured = `${formatDuration(rtaMs)} of ${formatDuration(limitMs)}`;
  if (rtaMs > limitMs) return { state: 'failed', sentence: `Too slow: ${measured}.`, because: [] };
  const bytes = evidence
    .all('reading')
    .filter((reading) => reading.label === 'baseline')
    .reduce((total, reading) => total + reading.bytes, 0);
  const { productionBytes } = evidence;
  if (evidence.profile === 'fast')
    return {
      state: 'not-examined',
      sentence: `${measured}, but with settings that no production server has (profile fast).`,
      because: [],
    };
  if (productionBytes === null)
    return {
      state: 'not-examined',
      sentence: `${measured} here; the plan does not say how large production is.`,
      because: [],
    };
  const share = bytes / productionBytes;
  if (share < ENOUGH_OF_PRODUCTION) {
    return {
      state: 'not-examined',
      sentence: `${measured} at ${Math.round(share * 100)} % of production (${formatSize(bytes)} of ${formatSize(productionBytes)}): a forecast, not a proof.`,
      because: [],
    };
  }
  return {
    state: 'proven',
    sentence: `${measured}, at ${Math.round(Math.min(share, 1) * 100)} % of production size.`,
    because: [],
  };
}
