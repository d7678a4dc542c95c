import { parse, stringify } from 'yaml';
import { composeDrill } from '../../src/drill/compose/compose.ts';
import type { Activity, ActivityKind } from '../../src/drill/activity.ts';
import { type GraphNode, inOrder, journalledGraph, waitedForBy } from '../../src/drill/graph.ts';
import type { DrillEvent, NodeOutcome, Recorded } from '../../src/journal/journal.ts';
import type { Plan, PlanInput, Scenario } from '../../src/plan/schema.ts';
import { type Evidence, gatherEvidence } from '../../src/proof/evidence.ts';
import { frozenDigest } from '../../src/people/roster/decision.ts';
import { NOTHING_SAID, rosterOf } from '../../src/people/roster/roster.ts';
import { newStateOf } from '../../src/plan/departure-point.ts';
import { invitedBy } from '../../src/plan/duties.ts';
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
  /** Left out by the engine, without holding up what waits for it. */
  readonly skipped?: readonly string[];
  /** What a node notes instead of what it notes in a good drill. */
  readonly notes?: Readonly<Record<string, (usual: readonly Note[]) => readonly Note[]>>;
  /** Milliseconds of work, 100 where nothing is said, and of waiting before it. */
  readonly takes?: Readonly<Record<string, number>>;
  readonly waits?: Readonly<Record<string, number>>;
  readonly partial?: boolean;
  readonly profile?: 'faithful' | 'fast';
  readonly productionBytes?: number | null;
}

export const FROZEN = { facts: ['orphans is red'], choices: [{ name: 'go-back', costs: ['leads to before'] }] };
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
    events: new Teller({ plan, scenario }, scenarioName, story).tell(),
    partial: story.partial ?? false,
    profile: story.profile ?? 'faithful',
    productionBytes: story.productionBytes === undefined ? BASELINE_BYTES : story.productionBytes,
  });
}

const SUCCEEDED: NodeOutcome = { kind: 'succeeded', detail: 'done' };

type Timed = { readonly atMs: number; readonly event: DrillEvent };

/** Goes through the composed graph in its order, each node as soon as those before it have ended. */
class Teller {
  private readonly scene: Scene;
  private readonly scenarioName: string;
  private readonly story: Story;
  private readonly endedAt = new Map<string, number>();
  private readonly stopped = new Set<string>();

  constructor(scene: Scene, scenarioName: string, story: Story) {
    this.scene = scene;
    this.scenarioName = scenarioName;
    this.story = story;
  }

  tell(): readonly Recorded[] {
    const graph = composeDrill(this.scene.plan, this.scenarioName, { attended: false });
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
    const { outcomes = {}, byHand = {}, notes = {}, takes = {}, waits = {}, skipped = [] } = this.story;
    const named = [outcomes, byHand, notes, takes, waits].flatMap((part) => Object.keys(part));
    for (const id of [...named, ...skipped]) if (!ids.has(id)) throw new Error(`the drill has no node ${id}`);
  }

  private eventsOf(node: GraphNode<Activity>): readonly Timed[] {
    const { id } = node;
    const readyAt = Math.max(0, ...waitedForBy(node).map((before) => this.endedAt.get(before) ?? 0));
    const blocked = waitedForBy(node).find((before) => this.stopped.has(before));
    const isLeftOut = this.story.skipped?.includes(id) === true;
    if (!isLeftOut && (blocked === undefined || node.always)) return this.runOf(node, readyAt);
    if (!isLeftOut) this.stopped.add(id);
    this.endedAt.set(id, readyAt);
    return [{ atMs: readyAt, event: { kind: 'node-skipped', node: id, reason: `${blocked ?? 'nothing'} failed` } }];
  }

  private runOf({ id, activity }: GraphNode<Activity>, readyAt: number): readonly Timed[] {
    const { waits = {}, takes = {}, byHand = {} } = this.story;
    const startAt = readyAt + (waits[id] ?? 0);
    const endAt = startAt + (takes[id] ?? 100);
    const outcome = this.outcomeOf(id);
    const reason = byHand[id];
    this.endedAt.set(id, endAt);
    if (outcome.kind !== 'succeeded' && reason === undefined) this.stopped.add(id);
    return [
      { atMs: readyAt, event: { kind: 'node-ready', node: id } },
      { atMs: startAt, event: { kind: 'node-started', node: id, attempt: 1 } },
      ...this.notesOf(id, activity).map(({ topic, facts }) => ({
        atMs: startAt + (endAt - startAt) * 0.9,
        event: { kind: 'noted', node: id, topic, facts: asJson(facts) } as const,
      })),
      { atMs: endAt, event: { kind: 'node-ended', node: id, attempt: 1, outcome, final: reason === undefined } },
      ...(reason === undefined ? [] : [{ atMs: endAt, event: skipOf(id, reason) }]),
    ];
  }

  private outcomeOf(id: string): NodeOutcome {
    return this.story.outcomes?.[id] ?? (this.story.byHand?.[id] === undefined ? SUCCEEDED : failedBy('plan'));
  }

  private notesOf(id: string, activity: Activity): readonly Note[] {
    const usual = this.outcomeOf(id).kind === 'succeeded' ? usualNotes(this.scene, activity) : [];
    return this.story.notes?.[id]?.(usual) ?? usual;
  }
}

function skipOf(node: string, reason: string): DrillEvent {
  return { kind: 'operator-decided', node, choice: 'skip', by: 'dba', reason: `skipped by hand: ${reason}` };
}

interface Scene {
  readonly plan: Plan;
  readonly scenario: Scenario;
}

type Usual = {
  readonly [K in ActivityKind]?: (activity: Extract<Activity, { kind: K }>, scene: Scene) => readonly Note[];
};

/** What each activity notes in a drill in which everything goes well. */
const USUAL: Usual = {
  'seal': ({ stores }) => stores.map((store) => reading(store, stores.length)),
  'gap': ({ store }) => [note('comparison', comparison(store, { reading: 'between seal and first change' }))],
  'read': ({ store, label }, { plan, scenario }) => {
    const live = plan.states[newStateOf(plan, scenario) ?? '']?.systems[store];
    const isPromised = label === 'live' && typeof live === 'object' && live.untouched === true;
    return isPromised ? [note('comparison', comparison(store, { reading: 'declared untouched' }))] : [];
  },
  'departure': (_activity, { plan, scenario }) =>
    Object.keys(plan.states[plan.procedures[scenario.rollback]?.to ?? '']?.systems ?? {}).map((store) =>
      note('departure', { store, at: 'live', differs: store !== 'entry', sentence: `${store} differs` }),
    ),
  'verify-state': ({ when }) => (when === 'before' ? [] : [check(`works ${when}`, when)]),
  'workload': ({ workload }) => [work({ name: workload })],
  'balance': ({ workload, when }) => [balance({ workload, when })],
  'watch-before': (_activity, { plan }) =>
    Object.keys(plan.triggers).map((trigger) =>
      note('trigger-reading', { trigger, phase: 'before', value: '0', colour: 'green' }),
    ),
  'inject': () => [injection(), instant('t0'), note('truth-sealed', { digest: DIGEST }), presence()],
  'detect': (_activity, { scenario }) => [
    note('detection', { ...(scenario.kind === 'S0' ? REFEREE : ORPHANS), falseAlarm: false }),
    instant('t1'),
  ],
  'provision': (_activity, { plan }) => [note('roster', rosterOf(invitedBy(plan), NOTHING_SAID))],
  'decide': () => [
    note('facts-frozen', { ...FROZEN, digest: frozenDigest(FROZEN) }),
    note('decision', {
      by: 'the policy',
      role: null,
      how: 'unattended',
      choice: 'go-back',
      reason: '',
      fixP90Ms: null,
      factsDigest: frozenDigest(FROZEN),
    }),
    instant('t2'),
  ],
  'shut-out': () => [instant('t3')],
  'at-rest': ({ store }) => [note('comparison', comparison(store, { reading: 'at rest' }))],
  'answers': () => [instant('t4')],
  'sweep': ({ group, when }) => (when === 'before' ? [] : [note('sweep', sweepOf(group))]),
  'verified': () => [instant('t5')],
  'first-write': () => [
    note('first-write', { group: 'staff', user: 'ada', found: true, sentence: 'ada wrote' }),
    instant('t6'),
  ],
  'second-reading': ({ store }) => [note('comparison', comparison(store, { reading: 'second reading' }))],
  'release': () => [note('isolation', { level: 'netns', outsideReached: true, attempts: 3, escaped: [] }), leak()],
  'evaluate': (_activity, { scenario }) =>
    scenario.kind === 'S0' ? [] : [note('truth-opened', { digest: DIGEST, earlyOpenings: 0 }), remaining()],
};

const REFEREE = { by: 'referee', name: 'referee', readings: 0, liveCadenceMs: 0 } as const;
const ORPHANS = { by: 'trigger', name: 'orphans', readings: 2, liveCadenceMs: 300_000 } as const;

function usualNotes<K extends ActivityKind>(scene: Scene, activity: Extract<Activity, { kind: K }>): readonly Note[] {
  const usual: Usual[K] = USUAL[activity.kind];
  return usual?.(activity, scene) ?? [];
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

export function work(facts: Partial<Facts['workload']> = {}): Note {
  const usual = { name: 'office-day', group: 'staff', in: 'entry', users: 3, planned: 40, invoked: 40 };
  return note('workload', { ...usual, ok: 38, failed: 2, unknown: 0, broken: null, tookMs: 400, ...facts });
}

/** 38 writes, given up as signed, but for what `ends` says. */
export function balance(facts: Partial<Facts['balance']> = {}, ends: Partial<Facts['balance']['ends']> = {}): Note {
  const none = { kept: 0, replayed: 0, parked: 0, lost: 0, duplicated: 0, resurrected: 0, unresolved: 0 };
  const wrong = (ends.lost ?? 0) + (ends.duplicated ?? 0) + (ends.resurrected ?? 0) + (ends.unresolved ?? 0);
  const waived = 38 - wrong - (ends.kept ?? 0);
  return note('balance', {
    workload: 'office-day',
    when: 'verify',
    captured: 38,
    ends: { ...none, 'failed-and-absent': 2, 'failed-but-present': 0, waived, ...ends },
    unaccounted: wrong,
    waiver: { by: 'sponsor', why: 'entered again by hand', upTo: 40 },
    owners: waived === 0 ? [] : [{ owner: 'sponsor', end: 'waived', records: waived }],
    losers: [{ user: 'ada', records: waived + (ends.lost ?? 0) }],
    listed: (['lost', 'duplicated', 'resurrected'] as const).flatMap((end) =>
      Array.from({ length: ends[end] ?? 0 }, (_, index) => ({
        mark: `d-1-office-day-00000${index}`,
        operation: 'add-note',
        user: 'ada',
        table: 'activities',
        key: `id=${index}`,
        end,
        why: 'acknowledged',
      })),
    ),
    oldestLostMs: 5_000,
    tookMs: 10,
    ...facts,
  });
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
