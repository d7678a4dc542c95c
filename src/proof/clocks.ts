import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { type Evidence, type NodeHistory, originOf } from './evidence.ts';
import { factsOf, type InstantName } from './facts.ts';
import type { Bar, ClockName, Clocks } from './record.ts';

const CLOCKS: readonly ClockName[] = ['detect', 'decide', 'execute', 'restore', 'verify', 'communicate'];

const MEANING: Readonly<Record<InstantName, string>> = {
  t0: 'first damage takes effect',
  t1: 'detection',
  t2: 'decision',
  t3: 'last foreign writer shut out',
  t4: 'restored systems answer in the right version',
  t5: 'verified: last gating check answered',
  t6: 'first user’s write through the switched route',
  t7: '“open again” acknowledged by 95 % of each audience',
};

/** One stretch of the critical path; stretches follow each other without a gap, so the clocks add up to wall time. */
interface Stretch {
  readonly history: NodeHistory;
  readonly from: number;
  readonly workFrom: number;
  readonly to: number;
}

/** The clocks of `product.md` section 5, from the journal's monotonic times alone. */
export function readClocks(evidence: Evidence): Clocks {
  const instants = instantsOf(evidence);
  const at = (name: InstantName): number | null => instants.find((instant) => instant.name === name)?.atMs ?? null;
  const path = criticalPath(evidence);
  const limitMs = limitOf(evidence);
  const rtaMs = difference(at('t2'), at('t6'));
  const firstRefused = firstRefusal(evidence);
  return {
    instants,
    spans: CLOCKS.map((clock) =>
      spanOf(clock, {
        evidence,
        path,
        detectMs: difference(at('t0'), at('t1')),
        decideMs: difference(at('t1'), at('t2')),
      }),
    ),
    bars: evidence.nodes.filter((history) => history.startAt !== null).map((history) => barOf(history, path)),
    rtaMs,
    outOfWorkMs: firstRefused === null ? null : difference(firstRefused, at('t6')),
    limitMs,
    marginMs: rtaMs === null || limitMs === null ? null : limitMs - rtaMs,
    overheadMs: overheadOf(evidence),
    totalMs: lastMoment(evidence),
  };
}

function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}

function instantsOf(evidence: Evidence): Clocks['instants'] {
  const notes = factsOf(evidence.events, 'instant');
  const origin = originOf(evidence.events);
  // In S0 nothing is to be detected: the clock starts with the decision.
  const nameOf = (name: InstantName): InstantName => (evidence.scenario.kind === 'S0' && name === 't1' ? 't2' : name);
  return (Object.keys(MEANING) as InstantName[]).map((name) => {
    const note = notes.findLast((one) => one.facts.name === nameOf(name));
    return {
      name,
      meaning: MEANING[name],
      atMs: note === undefined ? null : Math.max(0, note.monotonicMs - origin),
      wall: note === undefined ? null : isoOf(note.wallMs),
      note: note?.facts.note ?? 'not reached',
    };
  });
}

export function isoOf(wallMs: number): string {
  return new Date(wallMs).toISOString();
}

/** Backwards from the last step that opened, always to the predecessor that ended last, until the damage was done. */
function criticalPath(evidence: Evidence): readonly Stretch[] {
  const byId = new Map(evidence.nodes.map((history) => [history.node.id, history]));
  const opened = byId.get('first-write');
  const start = opened === undefined || opened.endAt === null ? lastEnded(evidence) : opened;
  const path: Stretch[] = [];
  let current = start;
  while (current !== undefined && current.node.stage !== 'inject' && current.endAt !== null) {
    const before = latestPredecessor(current, byId);
    const from = before?.endAt ?? current.startAt ?? 0;
    path.unshift({ history: current, from, workFrom: Math.max(from, current.startAt ?? from), to: current.endAt });
    current = before;
  }
  return path;
}

function latestPredecessor(history: NodeHistory, byId: ReadonlyMap<string, NodeHistory>): NodeHistory | undefined {
  const ended = history.node.after.flatMap((id) => {
    const before = byId.get(id);
    return before === undefined || before.endAt === null ? [] : [before];
  });
  return ended.reduce<NodeHistory | undefined>(
    (latest, one) => ((latest?.endAt ?? -1) >= (one.endAt ?? 0) ? latest : one),
    undefined,
  );
}

function lastEnded(evidence: Evidence): NodeHistory | undefined {
  return evidence.nodes
    .filter((history) => history.node.clock !== null && history.endAt !== null)
    .reduce<NodeHistory | undefined>(
      (latest, one) => ((latest?.endAt ?? -1) >= (one.endAt ?? 0) ? latest : one),
      undefined,
    );
}

interface SpanContext {
  readonly evidence: Evidence;
  readonly path: readonly Stretch[];
  readonly detectMs: number | null;
  readonly decideMs: number | null;
}

function spanOf(clock: ClockName, context: SpanContext): Clocks['spans'][number] {
  if (clock === 'detect') return detectSpan(context);
  if (clock === 'decide') return decideSpan(context);
  const own = context.path.filter((stretch) => stretch.history.node.clock === clock);
  const critical = new Set(own.map((stretch) => stretch.history.node.id));
  const beside = context.evidence.nodes.filter(
    (history) => history.node.clock === clock && !critical.has(history.node.id),
  );
  const waitingMs = sum(own.map((stretch) => stretch.workFrom - stretch.from));
  const base = { clock, waitingMs, besideMs: sum(beside.map(workOf)), expected: expectedOf(own) };
  if (own.length === 0 && beside.length === 0)
    return { ...base, actualMs: 0, state: 'none', note: 'nothing of this clock was run' };
  return {
    ...base,
    actualMs: sum(own.map((stretch) => stretch.to - stretch.from)),
    state: 'measured',
    note: `${own.length} steps on the critical path`,
  };
}

function detectSpan({ evidence, detectMs }: SpanContext): Clocks['spans'][number] {
  const base = { clock: 'detect' as const, waitingMs: 0, besideMs: 0, expected: null };
  const detection = evidence.all('detection').at(-1);
  if (detectMs === null || detection === undefined)
    return { ...base, actualMs: 0, state: 'none', note: 'there was nothing to detect' };
  const liveMs = detection.readings * detection.liveCadenceMs;
  const note =
    liveMs === 0
      ? `${detection.by} ${detection.name}`
      : `${detection.readings} readings; on the night every ${formatDuration(detection.liveCadenceMs)}, so about ${formatDuration(liveMs)} (modelled)`;
  return { ...base, actualMs: detectMs, state: 'measured', note };
}

function decideSpan({ evidence, decideMs }: SpanContext): Clocks['spans'][number] {
  const base = { clock: 'decide' as const, waitingMs: 0, besideMs: 0, expected: null };
  const decision = evidence.all('decision').at(-1);
  if (decision === undefined) return { ...base, actualMs: 0, state: 'none', note: 'nobody decided' };
  const within = parseDuration(evidence.plan.decision?.within ?? '');
  const assumed = decision.how === 'unattended';
  const expected = within === undefined ? null : { p50Ms: within, p90Ms: within };
  return {
    ...base,
    expected,
    actualMs: decideMs ?? 0,
    state: assumed ? 'assumed' : 'measured',
    note: assumed ? 'called by the unattended policy; no person spent this time' : `called by ${decision.by}`,
  };
}

function expectedOf(stretches: readonly Stretch[]): Clocks['spans'][number]['expected'] {
  const known = stretches.flatMap((stretch) => stretch.history.node.expected ?? []);
  if (known.length === 0) return null;
  return { p50Ms: sum(known.map((range) => range.p50Ms)), p90Ms: sum(known.map((range) => range.p90Ms)) };
}

function barOf(history: NodeHistory, path: readonly Stretch[]): Bar {
  const { node, outcome } = history;
  const startMs = history.startAt ?? 0;
  return {
    id: node.id,
    title: node.title,
    procedure: node.procedure ?? node.stage,
    clock: clockOf(history),
    owner: node.owner,
    readyAtMs: history.readyAt ?? startMs,
    startMs,
    endMs: history.endAt ?? startMs,
    expected: node.expected,
    outcome: history.skipped === null ? (outcome?.kind ?? 'unknown') : 'skipped',
    critical: path.some((stretch) => stretch.history.node.id === node.id),
    attempt: Math.max(1, history.attempts),
    detail: outcome?.detail ?? history.skipped ?? 'did not end',
  };
}

function clockOf(history: NodeHistory): ClockName | null {
  return CLOCKS.find((clock) => clock === history.node.clock) ?? null;
}

function limitOf(evidence: Evidence): number | null {
  const limit = evidence.plan.objectives.rto?.limit;
  return limit === undefined ? null : (parseDuration(limit) ?? null);
}

/** The first program that the rollback stops is where users begin to be refused. */
function firstRefusal(evidence: Evidence): number | null {
  const first = evidence.nodes.find(
    (history) => history.node.stage === 'roll back' && history.node.procedure !== null && history.startAt !== null,
  );
  return first?.startAt ?? null;
}

/** Time of the drill's critical path in which no step, reading, check or wait of the plan ran: our own cost. */
function overheadOf(evidence: Evidence): number {
  const busy = evidence.nodes.flatMap((history) =>
    history.startAt === null || history.endAt === null ? [] : [[history.startAt, history.endAt] as const],
  );
  busy.sort((a, b) => a[0] - b[0]);
  let covered = 0;
  let until = 0;
  for (const [from, to] of busy) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return Math.max(0, lastMoment(evidence) - covered);
}

function lastMoment(evidence: Evidence): number {
  const last = evidence.events.at(-1);
  return last === undefined ? 0 : Math.max(0, last.at.monotonicMs - originOf(evidence.events));
}

function workOf(history: NodeHistory): number {
  return history.startAt === null || history.endAt === null ? 0 : history.endAt - history.startAt;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
