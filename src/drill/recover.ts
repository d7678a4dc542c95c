import type { Clock } from '../kernel/clock.ts';
import { EXIT, foldExitCodes, messageOf, RollproofError } from '../kernel/errors.ts';
import type { Journal, JournalledNode, JournalledResource, NodeOutcome, Recorded } from '../journal/journal.ts';
import type { Graph, GraphNode } from './graph.ts';
import { type DrillState, replay } from './reduce.ts';
import { type NodeRun, runGraph } from './run.ts';

/** How a drill goes on whose process died. Decided once, by a person or by a named policy. */
export interface CrashDecision {
  readonly choose: CrashChoice;
  readonly by: string;
  readonly reason: string;
}

export type CrashChoice = 'clean' | 'continue';

/**
 * Was the drill left open? Only for a process that has just opened the journal: then whoever wrote it is dead. A journal
 * without any event was claimed by a process that died before its first one, so nothing was made.
 */
export function needsRecovery(events: readonly Recorded[]): boolean {
  return events.at(-1)?.kind !== 'drill-closed';
}

/**
 * Appends the decision unless one is in force already, and returns the one in force: what was decided before a crash in
 * the middle of cleaning up holds. Throws `usage-invalid` for a drill that is closed, or that is to be continued although
 * cleaning it up had begun.
 */
export async function recordCrashDecision(journal: Journal, decision: CrashDecision): Promise<CrashChoice> {
  const events = await journal.read();
  if (!needsRecovery(events))
    throw new RollproofError('usage-invalid', 'the drill has ended, so there is nothing to recover');
  const inForce = decisionInForce(events);
  if (inForce === 'clean' && decision.choose === 'continue') {
    throw new RollproofError('usage-invalid', 'the drill is being cleaned up and cannot be continued any more', {
      hint: 'Let it be cleaned up, then start a new one.',
    });
  }
  if (inForce === decision.choose) return inForce;
  const { choose: choice, by, reason } = decision;
  await journal.append({ kind: 'crash-decided', choice, by, reason });
  return choice;
}

/** `clean` holds for good; `continue` until the process that went on wrote something and died in its turn. */
function decisionInForce(events: readonly Recorded[]): CrashChoice | undefined {
  if (replay(events).cleaning) return 'clean';
  const last = events.at(-1);
  return last?.kind === 'crash-decided' ? last.choice : undefined;
}

/** Resources that were written down and not yet released: what a crash may have left. */
export function unreleasedResources(events: readonly Recorded[]): readonly JournalledResource[] {
  const open = new Map<string, JournalledResource>();
  for (const event of events) {
    if (event.kind === 'resource-planned') open.set(keyOf(event.resource), event.resource);
    if (event.kind === 'resource-released') open.delete(keyOf(event.resource));
  }
  return [...open.values()];
}

function keyOf({ kind, name }: JournalledResource): string {
  return JSON.stringify([kind, name]);
}

/** What a fresh process can still do for a drill: it has no live handles, so it works from the journal and the host alone. */
export type Cleaner = (run: NodeRun) => Promise<NodeOutcome>;

export interface CleaningPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** By node, such as `release`. Every other node is skipped, or written off when the crash cut it off. */
  readonly cleaners: ReadonlyMap<string, Cleaner>;
  readonly onEvent?: (event: Recorded) => void;
}

/**
 * Ends a drill whose process died: records the decision, runs the cleaners in the order of the drill's graph, closes the
 * journal. May be called again when this process died too; for a drill that is closed it does nothing.
 * A cleaner runs also if its node had already ended without success.
 */
export async function cleanDrill(
  ports: CleaningPorts,
  decision: { readonly by: string; readonly reason: string },
): Promise<DrillState> {
  const { journal, cleaners } = ports;
  if (!needsRecovery(await journal.read())) return replay(await journal.read());
  await recordCrashDecision(journal, { choose: 'clean', ...decision });
  const events = await journal.read();
  const graph = cleaningGraph(events, new Set(cleaners.keys()));
  if (graph.nodes.length > 0) {
    await tryAgain(journal, { events, graph, by: decision.by });
    await runCleaners(graph, ports);
  }
  const closing = await journal.read();
  await journal.append({ kind: 'drill-closed', end: 'cleaned', exitCode: exitCodeOf(graph, replay(closing)) });
  return replay(await journal.read());
}

async function runCleaners(graph: Graph<null>, { journal, clock, cleaners, onEvent }: CleaningPorts): Promise<void> {
  const perform = async (node: GraphNode<null>, run: NodeRun): Promise<NodeOutcome> => {
    const cleaner = cleaners.get(node.id);
    if (cleaner === undefined) throw new RollproofError('invariant-broken', `nothing cleans up ${node.id}`);
    return cleaner(run);
  };
  await runGraph(
    graph,
    {
      journal,
      clock,
      perform,
      operator: {
        decide: async (node) => ({ choice: 'abort', by: 'rollproof', reason: `${node.title} is only cleaned up` }),
      },
      outcomeOf: (error) => ({ kind: 'failed', detail: messageOf(error), blame: 'rollproof' }),
      ...(onEvent === undefined ? {} : { onEvent }),
    },
    new AbortController().signal,
  );
}

interface Renewal {
  readonly events: readonly Recorded[];
  readonly graph: Graph<null>;
  readonly by: string;
}

/** Cleaning up that failed before the crash is tried once more. */
async function tryAgain(journal: Journal, { events, graph, by }: Renewal): Promise<void> {
  const { nodes } = replay(events);
  for (const { id, always } of graph.nodes) {
    const node = nodes.get(id);
    if (!always || node?.kind !== 'ended' || node.outcome.kind === 'succeeded') continue;
    const reason = 'cleaning up failed before the crash';
    await journal.append({ kind: 'operator-decided', node: id, choice: 'retry', by, reason });
  }
}

const CLEANER_TIMEOUT_MS = 600_000;

/**
 * The graph of a drill that is only cleaned up, from its journal. The drill's own `always` steps are not among the
 * cleaners: they worked on an environment whose processes died with ours.
 */
export function cleaningGraph(events: readonly Recorded[], cleaners: ReadonlySet<string>): Graph<null> {
  const opened = events.find((event) => event.kind === 'drill-opened');
  const nodes: readonly JournalledNode[] = opened?.kind === 'drill-opened' ? opened.graph.nodes : [];
  return {
    nodes: nodes.map((node) => ({
      ...node,
      activity: null,
      always: cleaners.has(node.id),
      whenFailed: null,
      repeat: 'safe',
      retry: null,
      timeoutMs: CLEANER_TIMEOUT_MS,
      attended: false,
    })),
  };
}

/** A drill that was not brought to its end proves nothing; if something may have been left behind, it was unclean too. */
function exitCodeOf(graph: Graph<null>, { nodes }: DrillState): number {
  const isUnclean = graph.nodes.some((node) => {
    const state = nodes.get(node.id);
    return node.stage === 'release' && node.always && !(state?.kind === 'ended' && state.outcome.kind === 'succeeded');
  });
  return foldExitCodes([EXIT.inconclusive, ...(isUnclean ? [EXIT.unclean] : [])]);
}
