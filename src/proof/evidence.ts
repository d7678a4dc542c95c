import type { JournalledNode, NodeOutcome, Recorded } from '../journal/journal.ts';
import type { Plan, Scenario } from '../plan/schema.ts';
import { type Facts, factsOf, type Topic } from './facts.ts';

/** Everything that one drill left behind, read from its journal alone. Judging is pure from here on. */
export interface Evidence {
  readonly plan: Plan;
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly events: readonly Recorded[];
  readonly nodes: readonly NodeHistory[];
  /** Only a part of the plan was run (`--until`, `--from`): nothing is proven. */
  readonly partial: boolean;
  readonly profile: 'faithful' | 'fast';
  readonly productionBytes: number | null;
  all<T extends Topic>(topic: T): readonly Facts[T][];
}

export interface NodeHistory {
  readonly node: JournalledNode;
  readonly attempts: number;
  /** Milliseconds since the first event, null where it did not get there. */
  readonly readyAt: number | null;
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly outcome: NodeOutcome | null;
  readonly skipped: string | null;
}

export interface EvidenceInput {
  readonly plan: Plan;
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly events: readonly Recorded[];
  readonly partial: boolean;
  readonly profile: 'faithful' | 'fast';
  readonly productionBytes: number | null;
}

export function gatherEvidence(input: EvidenceInput): Evidence {
  return {
    ...input,
    nodes: historiesOf(input.events),
    all: (topic) => factsOf(input.events, topic).map((note) => note.facts),
  };
}

export function originOf(events: readonly Recorded[]): number {
  return events[0]?.at.monotonicMs ?? 0;
}

function historiesOf(events: readonly Recorded[]): readonly NodeHistory[] {
  const opened = events.find((event) => event.kind === 'drill-opened');
  const nodes = opened?.kind === 'drill-opened' ? opened.graph.nodes : [];
  const origin = originOf(events);
  return nodes.map((node) => historyOf(node, events, origin));
}

function historyOf(node: JournalledNode, events: readonly Recorded[], origin: number): NodeHistory {
  let history: NodeHistory = {
    node,
    attempts: 0,
    readyAt: null,
    startAt: null,
    endAt: null,
    outcome: null,
    skipped: null,
  };
  for (const event of events) {
    if (!('node' in event) || event.node !== node.id) continue;
    const at = event.at.monotonicMs - origin;
    if (event.kind === 'node-ready') history = { ...history, readyAt: history.readyAt ?? at };
    if (event.kind === 'node-started')
      history = { ...history, startAt: history.startAt ?? at, attempts: event.attempt };
    if (event.kind === 'node-ended') history = { ...history, endAt: at, outcome: event.outcome };
    if (event.kind === 'node-skipped') history = { ...history, skipped: event.reason };
    if (event.kind === 'operator-decided' && event.choice === 'skip') history = { ...history, skipped: event.reason };
  }
  return history;
}

/** Nodes that ended in anything but success and were not made good by a later attempt. */
export function brokenNodes(
  evidence: Evidence,
): readonly (NodeHistory & { readonly outcome: Exclude<NodeOutcome, { kind: 'succeeded' }> })[] {
  return evidence.nodes.flatMap((history) => {
    const { outcome } = history;
    return outcome === null || outcome.kind === 'succeeded' ? [] : [{ ...history, outcome }];
  });
}

export function skippedByHand(evidence: Evidence): readonly NodeHistory[] {
  return evidence.nodes.filter((history) => history.skipped?.startsWith('skipped by hand') === true);
}

/** Trouble of our own making or of the machine: what was judged in its window proves nothing. */
export function environmentTroubles(evidence: Evidence): readonly string[] {
  const noted = evidence
    .all('trouble')
    .filter((trouble) => trouble.blame === 'environment' || trouble.blame === 'rollproof');
  const broken = brokenNodes(evidence).filter(
    (history) => history.outcome.blame === 'environment' || history.outcome.blame === 'rollproof',
  );
  const own = broken.filter((history) => history.node.stage !== 'release');
  return [
    ...noted.map((trouble) => trouble.what),
    ...own.map((history) => `${history.node.title}: ${history.outcome.detail}`),
  ];
}

export function reached(evidence: Evidence, node: string): boolean {
  return evidence.nodes.some((history) => history.node.id === node && history.outcome?.kind === 'succeeded');
}
