import type { Clock } from '../kernel/clock.ts';
import { messageOf, RollproofError } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { Json } from '../kernel/json.ts';
import type { NodeOutcome } from '../journal/journal.ts';
import type { GraphNode } from './graph.ts';

/** Executes one node. Throwing is allowed and becomes an outcome through `outcomeOf`. */
export type Perform<A> = (node: GraphNode<A>, run: NodeRun) => Promise<NodeOutcome>;

export interface NodeRun {
  readonly attempt: number;
  /** Aborted when the drill is ended or the node's time is over. The work must then end soon. */
  readonly signal: AbortSignal;
  /** Rejects once the attempt is over: what comes later can no longer be judged. */
  note(topic: string, facts: Json): Promise<void>;
}

export interface AttemptPorts<A> {
  readonly clock: Clock;
  readonly perform: Perform<A>;
  /** What a thrown error says about the step, and whose fault it is. */
  readonly outcomeOf: (error: unknown, node: GraphNode<A>) => NodeOutcome;
  readonly note: (node: string, topic: string, facts: Json) => Promise<void>;
}

export interface AttemptRequest<A> {
  readonly node: GraphNode<A>;
  readonly attempt: number;
  /** Aborting it ends the attempt with the drill. */
  readonly end: AbortController;
}

export interface AttemptResult {
  readonly outcome: NodeOutcome;
  /** It did not stop when told and may still be at work, so it must not be started again. */
  readonly abandoned: boolean;
}

/** Time for an attempt to end after it was told to. After that the drill goes on without it, so that cleaning up comes. */
export const GRACE_MS = 30_000;

/** One attempt of one node, from start to outcome. Rejects only if `outcomeOf` does. */
export async function attemptNode<A>(request: AttemptRequest<A>, ports: AttemptPorts<A>): Promise<AttemptResult> {
  const over = new AbortController();
  try {
    return await Promise.race([work(request, ports, over.signal), giveUp(request, ports, over.signal)]);
  } finally {
    over.abort();
  }
}

async function work<A>(
  { node, attempt, end }: AttemptRequest<A>,
  ports: AttemptPorts<A>,
  over: AbortSignal,
): Promise<AttemptResult> {
  const note = async (topic: string, facts: Json): Promise<void> => {
    if (over.aborted)
      throw new RollproofError('interrupted', `${node.id} is over, so nothing is noted about it any more`);
    await ports.note(node.id, topic, facts);
  };
  try {
    const outcome = await ports.perform(node, { attempt, signal: end.signal, note });
    return {
      outcome: outcome.kind !== 'succeeded' && endedWithDrill(end.signal) ? interrupted(outcome.detail) : outcome,
      abandoned: false,
    };
  } catch (error) {
    return { outcome: outcomeOfThrown(error, { node, signal: end.signal, ports }), abandoned: false };
  }
}

interface Thrown<A> {
  readonly node: GraphNode<A>;
  readonly signal: AbortSignal;
  readonly ports: AttemptPorts<A>;
}

function outcomeOfThrown<A>(error: unknown, { node, signal, ports }: Thrown<A>): NodeOutcome {
  if (endedWithDrill(signal)) return interrupted(messageOf(error));
  const outcome = ports.outcomeOf(error, node);
  if (!isTimeout(signal.reason)) return outcome;
  const detail = `${signal.reason.message}: ${messageOf(error)}`;
  // What is thrown by work that is called off says nothing about whose mistake it was.
  return outcome.kind === 'failed' ? { kind: 'failed', detail, blame: outcome.blame } : { ...outcome, detail };
}

/** Tells the work when its time is over, and stops waiting for it when it was told and goes on nevertheless. */
async function giveUp<A>(
  { node, end }: AttemptRequest<A>,
  { clock, outcomeOf }: AttemptPorts<A>,
  over: AbortSignal,
): Promise<AttemptResult> {
  const timeIsUp = clock.wait(node.timeoutMs, over).then(() => end.abort(new TimedOut(node.timeoutMs)));
  await Promise.race([timeIsUp, aborted(end.signal)]);
  await clock.wait(GRACE_MS, over);
  const detail = `still at work ${formatDuration(GRACE_MS)} after it was told to stop: ${messageOf(end.signal.reason)}`;
  const judged = endedWithDrill(end.signal) ? interrupted(detail) : outcomeOf(end.signal.reason, node);
  const blame = judged.kind === 'succeeded' ? 'rollproof' : judged.blame;
  return { outcome: { kind: 'unknown', detail, blame }, abandoned: true };
}

class TimedOut extends Error {
  override readonly name = 'TimeoutError';

  constructor(timeoutMs: number) {
    super(`not finished within ${formatDuration(timeoutMs)}`);
  }
}

function isTimeout(reason: unknown): reason is Error {
  return reason instanceof TimedOut;
}

function endedWithDrill(signal: AbortSignal): boolean {
  return signal.aborted && !isTimeout(signal.reason);
}

/** What was broken off in its middle says nothing about the plan. */
function interrupted(detail: string): NodeOutcome & { readonly kind: 'unknown' } {
  return { kind: 'unknown', detail: `broken off when the drill was ended: ${detail}`, blame: 'environment' };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
