import { countOf } from '../../kernel/count.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

/** Nothing went round its proxy, came back, or was delivered again once it ran again. Null: so it is. */
export function judgeTraffic(evidence: Evidence, flow: string): JudgedClaim | null {
  const looked = momentsOf(evidence, 'flow-traffic').findLast(({ facts }) => facts.flow === flow);
  if (looked === undefined) return null;
  const { again, againMessages, echoed, echoedMessages, round } = looked.facts;
  const [first] = round;
  const sentences = [
    ...(first === undefined ? [] : [`Something went round ${flow}: ${first}.`]),
    ...(echoedMessages === 0
      ? []
      : [`${flow} brings back what was sent the other way: ${countOf(echoedMessages, 'message')}.`]),
    ...(againMessages === 0
      ? []
      : [`${flow} delivered ${countOf(againMessages, 'message')} that it had delivered before.`]),
  ];
  if (sentences.length === 0) return null;
  return {
    state: 'failed',
    sentence: sentences.join(' '),
    because: [
      ...round.map((one) => `${flow}: ${one}`),
      ...echoed.map((id) => `${flow}, came back: ${id}`),
      ...again.map((id) => `${flow}, delivered again: ${id}`),
    ],
    settledAtMs: looked.atMs,
  };
}
