import { type Gate, GATES, isBehindGate } from '../catalogue/message-templates.ts';
import { type Evidence, originOf } from './evidence.ts';
import { instantsOf } from './instants.ts';
import type { SentMessage } from '../people/messages/sent-message.ts';

/** The moment that opens each gate. */
const OPENS: Readonly<Record<Gate, 't2' | 't5' | 't6'>> = { decided: 't2', verified: 't5', open: 't6' };

export interface GateState {
  readonly heldBack: SentMessage['heldBack'];
  /** On the machine's monotonic clock; null where there is no gate or it is closed. */
  readonly openedAtMs: number | null;
  /** Wall time in milliseconds at which this gate opened. */
  wallOf(gate: Gate): number | null;
}

/**
 * Judged like the verdict itself: `verified` counts only when everything that had to be verified held, not when the last
 * check was asked.
 */
export function gateState(evidence: Evidence, gate: Gate | null): GateState {
  const instants = instantsOf(evidence);
  const closed = GATES.filter((one) => isBehindGate(gate, one)).find((one) => instants.at(OPENS[one]) === null);
  const at = gate === null || closed !== undefined ? null : instants.at(OPENS[gate]);
  return {
    heldBack: closed === undefined ? null : reasonOf(evidence, closed),
    openedAtMs: at === null ? null : at + originOf(evidence.events),
    wallOf: (one) => {
      const wall = instants.all.find((instant) => instant.name === OPENS[one])?.wall ?? null;
      return wall === null ? null : Date.parse(wall);
    },
  };
}

function reasonOf(evidence: Evidence, closed: Gate): SentMessage['heldBack'] {
  const wasLooked = evidence.all('instant').some((instant) => instant.name === OPENS[closed]);
  return wasLooked
    ? { why: 'not-verified', sentence: `not everything that had to be \`${closed}\` held` }
    : { why: 'too-early', sentence: `\`${closed}\` had not happened` };
}
