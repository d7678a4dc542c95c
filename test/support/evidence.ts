import { parse, stringify } from 'yaml';
import { composeDrill } from '../../src/drill/compose/compose.ts';
import type { Activity } from '../../src/drill/activity.ts';
import { type GraphNode, inOrder, journalledGraph, waitedForBy } from '../../src/drill/graph.ts';
import type { DrillEvent, NodeOutcome, Recorded } from '../../src/journal/journal.ts';
import type { Plan, PlanInput } from '../../src/plan/schema.ts';
import { type Evidence, gatherEvidence } from '../../src/proof/evidence.ts';
import { asJson, type Facts, type Topic } from '../../src/proof/facts.ts';
import type { Comparison } from '../../src/proof/record.ts';
import { loadGood, SAMPLE_PLAN } from './plans.ts';

/** A note by topic, as an activity leaves it. */
export type Note = { readonly [T in Topic]: { readonly topic: T; readonly facts: Facts[T] } }[Topic];

/** How a drill of the sample plan went, where it did not go as it should. Nodes are named by id. */
export interface Story {
  readonly scenario?: 'clean-return' | 'data-corruption';
  readonly edit?: ((plan: PlanInput) => void) | undefined;
  readonly outcomes?: Readonly<Record<string, NodeOutcome>>;
  /** Failed, then skipped by a person with this reason. */
  readonly byHand?: Readonly<Record<string, string>>;
  /** What a node notes instead of what it notes in a good drill. */
  readonly notes?: Readonly<Record<string, (usual: readonly Note[]) => readonly Note[]>>;
  /** Milliseconds of work, 100 where nothing is said, and of waiting before it. */
  readonly takes?: Readonly<Record<string, number>>;
  readonly waits?: Readonly<Record<string, number>>;
  readonly partial?: boolean;
  readonly profile?: 'faithful' | 'fast';
  readonly productionBytes?: number | null;
}

export const BASELINE_BYTES = 1_000_000;

export function failedBy(blame: 'plan' | 'backup' | 'environment' | 'rollproof', detail = 'it broke'): NodeOutcome {
  return { kind: 'failed', detail, blame };
}

export function note<T extends Topic>(topic: T, facts: Facts[T]): Note {
  return { topic, facts } as Note;
}

/** Changes the facts of one topic and leaves the other notes as they are. */
export function changed<T extends Topic>(
  topic: T,
  change: (facts: Facts[T]) => Facts[T],
): (usual: readonly Note[]) => readonly Note[] {
  return (usual) => usual.map((one) => (one.topic === topic ? note(topic, change(one.facts as Facts[T])) : one));
}

export function without(topic: Topic): (usual: readonly Note[]) => readonly Note[] {
  return (usual) => usual.filter((one) => one.topic !== topic);
}

export function plus(...more: readonly Note[]): (usual: readonly Note[]) => readonly Note[] {
  return (usual) => [...usual, ...more];
}

/** Evidence of a drill of the sample plan in which everything goes well, but for what the story says. */
export function evidenceOf(story: Story = {}): Evidence {
  const input = parse(SAMPLE_PLAN) as PlanInput;
  story.edit?.(input);
  const { plan } = loadGood(stringify(input));
  const scenarioName = story.scenario ?? 'clean-return';
  const scenario = plan.scenarios[scenarioName];
  if (scenario === undefined) throw new Error(`the plan has no scenario ${scenarioName}`);
  return gatherEvidence({
    plan,
    scenarioName,
    scenario,
    events: new Teller(plan, scenarioName, story).tell(),
    partial: story.partial ?? false,
    profile: story.profile ?? 'faithful',
    productionBytes: story.productionBytes === undefined ? BASELINE_BYTES : story.productionBytes,
  });
}

const SUCCEEDED: NodeOutcome = { kind: 'succeeded', detail: 'done' };

type Timed = { readonly atMs: number; readonly event: DrillEvent };

/** Goes through the composed graph in its order, each node as soon as those before it have ended. */
class Teller {
  private readonly plan: Plan;
  private readonly scenarioName: string;
  private readonly story: Story;
  private readonly endedAt = new Map<string, number>();
  private readonly stopped = new Set<string>();

  constructor(plan: Plan, scenarioName: string, story: Story) {
    this.plan = plan;
    this.scenarioName = scenarioName;
    this.story = story;
  }

  tell(): readonly Recorded[] {
    const graph = composeDrill(this.plan, this.scenarioName, { attended: false });
    this.assertKnown(new Set(graph.nodes.map((node) => node.id)));
    const opened: Timed = { atMs: 0, event: { kind: 'drill-opened', graph: journalledGraph(graph), facts: {} } };
    const timed = [opened, ...inOrder(graph).flatMap((node) => this.eventsOf(node))];
    return timed
      .toSorted((one, other) => one.atMs - other.atMs)
      .map(({ event, atMs }, index) => ({
        ...event,
        seq: index + 1,
        at: { wallMs: 1_700_000_000_000 + atMs, monotonicMs: 5_000 + atMs, bootId: 'boot' },
      }));
  }

  /** A story about a node that the drill does not have tells nothing. */
  private assertKnown(ids: ReadonlySet<string>): void {
    const { outcomes = {}, byHand = {}, notes = {}, takes = {}, waits = {} } = this.story;
    for (const id of [outcomes, byHand, notes, takes, waits].flatMap((part) => Object.keys(part)))
      if (!ids.has(id)) throw new Error(`the drill has no node ${id}`);
  }

  private eventsOf(node: GraphNode<Activity>): readonly Timed[] {
    const { id } = node;
    const readyAt = Math.max(0, ...waitedForBy(node).map((before) => this.endedAt.get(before) ?? 0));
    const blocked = waitedForBy(node).find((before) => this.stopped.has(before));
    if (blocked !== undefined && !node.always) {
      this.stopped.add(id);
      this.endedAt.set(id, readyAt);
      return [{ atMs: readyAt, event: { kind: 'node-skipped', node: id, reason: `${blocked} failed` } }];
    }
    const startAt = readyAt + (this.story.waits?.[id] ?? 0);
    const takes = this.story.takes?.[id] ?? 100;
    const endAt = startAt + takes;
    this.endedAt.set(id, endAt);
    const reason = this.story.byHand?.[id];
    const outcome = this.story.outcomes?.[id] ?? (reason === undefined ? SUCCEEDED : failedBy('plan'));
    if (outcome.kind !== 'succeeded' && reason === undefined) this.stopped.add(id);
    const usual = outcome.kind === 'succeeded' ? usualNotes(this.plan, this.scenarioName, node.activity) : [];
    const notes = this.story.notes?.[id]?.(usual) ?? usual;
    const skip: DrillEvent = {
      kind: 'operator-decided',
      node: id,
      choice: 'skip',
      by: 'dba',
      reason: `skipped by hand: ${reason ?? ''}`,
    };
    return [
      { atMs: readyAt, event: { kind: 'node-ready', node: id } },
      { atMs: startAt, event: { kind: 'node-started', node: id, attempt: 1 } },
      ...notes.map(({ topic, facts }) => ({
        atMs: startAt + takes * 0.9,
        event: { kind: 'noted', node: id, topic, facts: asJson(facts) } as const,
      })),
      { atMs: endAt, event: { kind: 'node-ended', node: id, attempt: 1, outcome, final: reason === undefined } },
      ...(reason === undefined ? [] : [{ atMs: endAt, event: skip }]),
    ];
  }
}

function usualNotes(plan: Plan, scenarioName: string, activity: Activity): readonly Note[] {
  const rollback = plan.procedures[plan.scenarios[scenarioName]?.rollback ?? ''];
  const target = plan.states[rollback?.to ?? ''];
  switch (activity.kind) {
    case 'seal':
      return activity.stores.map((store) => reading(store, activity.stores.length));
    case 'gap':
      return [note('comparison', comparison(activity.store, { reading: 'between seal and first change' }))];
    case 'departure':
      return Object.keys(target?.systems ?? {}).map((store) =>
        note('departure', { store, at: 'live', differs: store !== 'entry', sentence: `${store} differs` }),
      );
    case 'verify-state':
      return activity.when === 'before' ? [] : [check(`works ${activity.when}`, activity.when)];
    case 'watch-before':
      return Object.keys(plan.triggers).map((trigger) =>
        note('trigger-reading', { trigger, phase: 'before', value: '0', colour: 'green' }),
      );
    case 'at-rest':
      return [note('comparison', comparison(activity.store, { reading: 'at rest' }))];
    case 'second-reading':
      return [note('comparison', comparison(activity.store, { reading: 'second reading' }))];
    case 'sweep':
      return activity.when === 'before' ? [] : [note('sweep', sweepOf(activity.group))];
    default:
      return usualTurn(plan, scenarioName, activity);
  }
}

function usualTurn(plan: Plan, scenarioName: string, activity: Activity): readonly Note[] {
  const isS0 = plan.scenarios[scenarioName]?.kind === 'S0';
  switch (activity.kind) {
    case 'inject':
      return [injection(), instant('t0'), note('truth-sealed', { digest: DIGEST }), presence()];
    case 'detect': {
      const found = isS0
        ? { by: 'referee' as const, name: 'referee', readings: 0, liveCadenceMs: 0 }
        : { by: 'trigger' as const, name: 'orphans', readings: 2, liveCadenceMs: 300_000 };
      return [note('detection', { ...found, falseAlarm: false }), instant('t1')];
    }
    case 'decide':
      return [note('decision', { by: 'the policy', how: 'unattended', choice: 'go-back', facts: [] }), instant('t2')];
    case 'shut-out':
      return [instant('t3')];
    case 'answers':
      return [instant('t4')];
    case 'verified':
      return [instant('t5')];
    case 'first-write':
      return [note('first-write', { group: 'staff', user: 'ada', found: true, sentence: 'ada wrote' }), instant('t6')];
    case 'release':
      return [note('isolation', { level: 'netns', outsideReached: true, attempts: 3, escaped: [] }), leak()];
    case 'evaluate':
      return isS0 ? [] : [note('truth-opened', { digest: DIGEST, earlyOpenings: 0 }), remaining()];
    default:
      return [];
  }
}

export const DIGEST = `sha256:${'0'.repeat(64)}`;

export function instant(name: Facts['instant']['name']): Note {
  return note('instant', { name, note: name });
}

export function leak(...leaked: readonly string[]): Note {
  return note('leak', { leaked });
}

export function injection(facts: Partial<Facts['injection']> = {}): Note {
  const usual = { fault: 'DC-04', name: 'lost rows', store: 'db', where: 'public.deals', seed: 7, rows: 2 };
  return note('injection', { ...usual, description: 'two rows lost', applicable: true, ...facts });
}

export function presence(facts: Partial<Facts['presence']> = {}): Note {
  return note('presence', { fault: 'DC-04', shown: true, evidence: '2 rows lost', ...facts });
}

export function remaining(facts: Partial<Facts['remaining']> = {}): Note {
  return note('remaining', { fault: 'DC-04', store: 'db', keys: [], complete: true, sentence: 'nothing', ...facts });
}

export function check(name: string, when: Facts['check']['when'], facts: Partial<Facts['check']> = {}): Note {
  const usual = { name, when, system: 'db', outcome: 'passed' as const, expected: 'is 1', actual: '1', gating: true };
  return note('check', { ...usual, ...facts });
}

function reading(store: string, stores: number): Note {
  return note('reading', {
    store,
    label: 'baseline',
    digest: DIGEST,
    schema: DIGEST,
    rows: 1_000,
    bytes: BASELINE_BYTES / stores,
    parts: 3,
    unread: [],
    tookMs: 10,
  });
}

type PartDifference = Comparison['difference']['parts'][number];

export function part(name: string, facts: Partial<PartDifference> = {}): PartDifference {
  return {
    part: name,
    before: 10,
    after: 10,
    totals: { insert: 0, delete: 0, update: 1 },
    columns: { city: 1 },
    changes: [{ operation: 'update', key: 'id=1', columns: ['city'] }],
    buckets: { different: 1, total: 1 },
    ...facts,
  };
}

export function comparison(
  store: string,
  facts: Partial<Comparison> & { readonly parts?: PartDifference[] } = {},
): Comparison {
  const { parts = [], ...others } = facts;
  return {
    store,
    kind: store === 'docs' ? 'directory' : 'postgres',
    reading: 'at rest',
    comparedWith: 'baseline (final-backup)',
    verdict: parts.length > 0 ? 'different' : 'equal',
    difference: {
      store,
      parts,
      objects: [],
      counters: [],
      unread: [],
      compared: { parts: 17, rows: 1_000, objects: 303, counters: 9 },
    },
    allowed: [],
    notes: [],
    tiles: [],
    tookMs: 10,
    ...others,
  };
}

type Sweep = Facts['sweep'];
type SweptUser = Sweep['users'][number];

export function user(name: string, facts: Partial<SweptUser> = {}): SweptUser {
  const can = { outcome: 'can' as const, note: 'status 200' };
  return { user: name, role: 'seller', before: { 'log in': can }, after: { 'log in': can }, changes: [], ...facts };
}

export function sweepOf(group: string, facts: Partial<Sweep> = {}): Sweep {
  return {
    group,
    how: 'on a throw-away clone',
    abilities: ['log in'],
    users: [user('ada'), user('bob')],
    anonymous: [{ path: '/api/contacts', before: 'refused 401', after: 'refused 401', changed: false }],
    tookMs: 10,
    ...facts,
  };
}
