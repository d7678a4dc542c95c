import type { JournalledNode, NodeOutcome, Recorded } from '../journal/journal.ts';
import { fallbackOf } from '../plan/fallback.ts';
import type { Plan, Scenario, State } from '../plan/schema.ts';
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

/** Milliseconds since the first event. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface NodeHistory {
  readonly node: JournalledNode;
  readonly attempts: number;
  /** Milliseconds since the first event, null where it did not get there. */
  readonly readyAt: number | null;
  readonly startAt: number | null;
  readonly endAt: number | null;
  /** Between start and end: waited for a person, or for the next attempt. In their order, apart from each other. */
  readonly waits: readonly Period[];
  readonly outcome: NodeOutcome | null;
  readonly skipped: string | null;
  /** A person said to go on without it; how it ended before that no longer counts. */
  readonly byHand: boolean;
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
    waits: [],
    outcome: null,
    skipped: null,
    byHand: false,
  };
  for (const event of events) {
    if (!('node' in event) || event.node !== node.id) continue;
    history = happened(history, event, event.at.monotonicMs - origin);
  }
  return history;
}

function happened(history: NodeHistory, event: Extract<Recorded, { readonly node: string }>, at: number): NodeHistory {
  switch (event.kind) {
    case 'node-ready':
      return { ...history, readyAt: history.readyAt ?? at };
    case 'node-started':
      return {
        ...history,
        startAt: history.startAt ?? at,
        attempts: event.attempt,
        waits: history.endAt === null ? history.waits : [...history.waits, { fromMs: history.endAt, toMs: at }],
      };
    case 'noted':
      return event.topic === 'waited' ? waited(history, event.facts as unknown as Facts['waited'], at) : history;
    case 'node-ended':
      return { ...history, endAt: at, outcome: event.outcome };
    case 'node-skipped':
      return { ...history, skipped: event.reason };
    case 'operator-decided':
      return decided(history, event, at);
  }
}

/** A retry begins when the next attempt does; otherwise the node was over when a person had said so. */
function decided(
  history: NodeHistory,
  event: Recorded & { readonly kind: 'operator-decided' },
  at: number,
): NodeHistory {
  const { endAt, waits } = history;
  if (event.choice === 'retry') return history;
  const isAsked = endAt !== null && at > endAt;
  const asked = isAsked ? { ...history, endAt: at, waits: [...waits, { fromMs: endAt, toMs: at }] } : history;
  return event.choice === 'skip' ? { ...asked, skipped: event.reason, byHand: true } : asked;
}

function waited(history: NodeHistory, { ms }: Facts['waited'], at: number): NodeHistory {
  return { ...history, waits: [...history.waits, { fromMs: Math.max(history.startAt ?? 0, at - ms), toMs: at }] };
}

/** How much of a period a node waited. */
export function waitedWithin({ waits }: NodeHistory, { fromMs, toMs }: Period): number {
  return waits.reduce(
    (total, wait) => total + Math.max(0, Math.min(wait.toMs, toMs) - Math.max(wait.fromMs, fromMs)),
    0,
  );
}

export type BrokenNode = NodeHistory & { readonly outcome: Exclude<NodeOutcome, { kind: 'succeeded' }> };

/** Nodes that ended in anything but success and were neither made good by a later attempt nor skipped by a person. */
export function brokenNodes(evidence: Evidence): readonly BrokenNode[] {
  return evidence.nodes.flatMap((history) => {
    const { outcome } = history;
    return outcome === null || outcome.kind === 'succeeded' || history.byHand ? [] : [{ ...history, outcome }];
  });
}

/** Nodes whose failure was made good, because the fallback was carried out. */
export function madeGoodIn(evidence: Evidence): ReadonlySet<string> {
  const { plan, scenario } = evidence;
  if (evidence.all('fallback').length === 0) return new Set();
  return new Set(fallbackOf(plan, scenario.rollback)?.insteadOf.map((step) => `${scenario.rollback}.${step}`));
}

export function skippedByHand(evidence: Evidence): readonly NodeHistory[] {
  return evidence.nodes.filter((history) => history.byHand);
}

export interface EnvironmentTrouble {
  readonly what: string;
  /** Milliseconds since the first event: when the node began that noticed it, because it may have happened since. */
  readonly fromMs: number;
}

/** Law 12: what the machine did to the drill, oldest first. Whatever is found out from then on says nothing about the plan. */
export function environmentTroubles(evidence: Evidence): readonly EnvironmentTrouble[] {
  return momentsOf(evidence, 'trouble')
    .filter(({ facts }) => facts.blame === 'environment')
    .map(({ facts, node, atMs }) => ({
      what: facts.what,
      fromMs: evidence.nodes.find((history) => history.node.id === node)?.startAt ?? atMs,
    }))
    .toSorted((one, other) => one.fromMs - other.fromMs);
}

/** Was the environment sound when this was found out? */
export function isTrusted(evidence: Evidence, atMs: number): boolean {
  return environmentTroubles(evidence).every((trouble) => atMs < trouble.fromMs);
}

export interface Moment<T extends Topic> {
  readonly facts: Facts[T];
  readonly node: string;
  /** Milliseconds since the first event. */
  readonly atMs: number;
}

export function momentsOf<T extends Topic>(evidence: Evidence, topic: T): readonly Moment<T>[] {
  const origin = originOf(evidence.events);
  return factsOf(evidence.events, topic).map(({ facts, node, monotonicMs }) => ({
    facts,
    node,
    atMs: monotonicMs - origin,
  }));
}

export function reached(evidence: Evidence, node: string): boolean {
  return evidence.nodes.some((history) => history.node.id === node && history.outcome?.kind === 'succeeded');
}

/** The procedure that led back: the scenario's, or the fallback that was gone over to. */
export function wayBackOf(evidence: Evidence): string {
  return evidence.all('fallback').at(-1)?.procedure ?? evidence.scenario.rollback;
}

/** The state that the way back must lead to. */
export function targetStateOf(evidence: Evidence): State | undefined {
  const procedure = evidence.plan.procedures[wayBackOf(evidence)];
  return procedure === undefined ? undefined : evidence.plan.states[procedure.to];
}
