import { type Evidence, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

export function judgeDecision(evidence: Evidence): JudgedClaim {
  const decision = momentsOf(evidence, 'decision').at(-1);
  if (decision === undefined)
    return { state: 'not-examined', sentence: 'The drill did not get to the decision.', because: [] };
  const { by, how, choice } = decision.facts;
  if (choice !== 'go-back')
    return {
      state: 'failed',
      sentence: `${by} chose ${choice} instead of the scenario’s rollback.`,
      because: [],
      settledAtMs: decision.atMs,
    };
  const sentence =
    how === 'person'
      ? `${by} called it; whether the right people decide in time needs a drill with them.`
      : 'No person decided: the unattended policy called it.';
  return { state: 'not-examined', sentence, because: [] };
}
