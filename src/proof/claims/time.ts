import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import type { Evidence } from '../evidence.ts';
import type { ClaimState, Clocks } from '../record.ts';
import { formatShare, volumeOf } from '../volume.ts';
import { type JudgedClaim, worst } from './claim.ts';

/** In time is proven only at this share of production bytes, restored by the same method. */
const ENOUGH_OF_PRODUCTION = 0.8;

/** Law 9: minutes that nobody spent prove nothing, so the machine's part alone never proves the whole. */
export function judgeTime(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const machine = judgeMachineTime(evidence, clocks);
  const people = {
    name: 'people part',
    state: 'not-examined' as const,
    sentence: 'No human minute was measured.',
  };
  const state = worst([machine.state, people.state]);
  return { state, sentence: sentenceOf(machine), because: [], parts: [{ name: 'machine part', ...machine }, people] };
}

/** The figures stand in the parts. */
function sentenceOf({ state, sentence }: MachineTime): string {
  if (state === 'failed') return sentence;
  return state === 'proven'
    ? 'The machines are fast enough; nobody measured the people.'
    : 'Nothing shows that the rollback is in time.';
}

interface MachineTime {
  readonly state: ClaimState;
  readonly sentence: string;
}

function judgeMachineTime(evidence: Evidence, { rtaMs, limitMs }: Clocks): MachineTime {
  if (limitMs === null) return { state: 'not-examined', sentence: 'The plan names no limit (objectives.rto).' };
  if (rtaMs === null) return { state: 'not-examined', sentence: 'The rollback did not get to the first user’s write.' };
  const measured = `${formatDuration(rtaMs)} of ${formatDuration(limitMs)}`;
  if (rtaMs > limitMs) return { state: 'failed', sentence: `Too slow: ${measured}.` };
  const { bytes, productionBytes, shareOfProduction } = volumeOf(evidence);
  if (evidence.profile === 'fast')
    return {
      state: 'not-examined',
      sentence: `${measured}, but with settings that no production server has (profile fast).`,
    };
  if (productionBytes === null || shareOfProduction === null)
    return { state: 'not-examined', sentence: `${measured} here; the plan does not say how large production is.` };
  const at = `${measured} at ${formatShare(shareOfProduction)} of production`;
  if (shareOfProduction >= ENOUGH_OF_PRODUCTION) return { state: 'proven', sentence: `${at} size.` };
  const sizes = `${formatSize(bytes)} of ${formatSize(productionBytes)}`;
  return { state: 'not-examined', sentence: `${at} (${sizes}): a forecast, not a proof.` };
}
