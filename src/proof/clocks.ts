import { formatDuration, parseDuration } from '../kernel/duration.ts';
import { countOf } from '../kernel/count.ts';
import { type CriticalPath, criticalPath } from './critical-path.ts';
import { type Evidence, type NodeHistory, originOf, type Period, waitedWithin } from './evidence.ts';
import { instantsOf, type Instants } from './instants.ts';
import { communicateOf } from './messages.ts';
import type { Bar, ClockName, Clocks } from './record.ts';

const CLOCKS: readonly ClockName[] = ['detect', 'decide', 'execute', 'restore', 'verify', 'communicate'];

/** The clocks of `product.md` section 5, from the journal's monotonic times alone. */
export function readClocks(evidence: Evidence): Clocks {
  const instants = instantsOf(evidence);
  const path = criticalPath(evidence, { from: instants.at('t2'), to: instants.at('t6') });
  const limitMs = limitOf(evidence);
  const rtaMs = difference(instants.at('t2'), instants.at('t6'));
  return {
    instants: [...instants.all],
    spans: CLOCKS.map((clock) => spanOf(clock, { evidence, path, instants })),
    bars: evidence.nodes.filter((history) => history.startAt !== null).map((history) => barOf(history, path)),
    rtaMs,
    outOfWorkMs: difference(firstRefusal(evidence), instants.at('t6')),
    communicate: communicateOf(evidence, instants),
    limitMs,
    marginMs: rtaMs === null || limitMs === null ? null : limitMs - rtaMs,
    overheadMs: overheadOf(evidence),
    totalMs: lastMoment(evidence),
  };
}

function difference(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}

type Span = Clocks['spans'][number];

interface SpanContext {
  readonly evidence: Evidence;
  readonly path: CriticalPath;
  readonly instants: Instants;
}

/** Before t2 a clock runs between two instants; from t2 to t6 it is what the critical path spent on its steps. */
function spanOf(clock: ClockName, context: SpanContext): Span {
  const { evidence, path } = context;
  const own = path.filter((stretch) => stretch.history.node.clock === clock);
  const onPath = new Set(own.map((stretch) => stretch.history.node.id));
  const beside = evidence.nodes.filter(
    ({ node, startAt }) => node.clock === clock && startAt !== null && !onPath.has(node.id) && !CALLING.has(node.stage),
  );
  const steps: Span = {
    clock,
    waitingMs: sum(own.map(waitingIn)),
    besideMs: sum(beside.map(workOf)),
    expected: expectedOf(own),
    actualMs: sum(own.map((stretch) => stretch.to - stretch.from)),
    state: own.length === 0 && beside.length === 0 ? 'none' : 'measured',
    note:
      own.length === 0 && beside.length === 0
        ? 'nothing of this clock was run'
        : `${countOf(own.length, 'step')} on the critical path`,
  };
  if (clock === 'communicate') return withMessages(steps, context);
  if (clock === 'detect') return withDetection(steps, context);
  return clock === 'decide' ? withDecision(steps, context) : steps;
}

function waitingIn({ history, from, workFrom, to }: CriticalPath[number]): number {
  return workFrom - from + waitedWithin(history, { fromMs: workFrom, toMs: to });
}

/** Their own nodes are measured by instants. */
const CALLING: ReadonlySet<string> = new Set(['detect', 'decide']);

function withDetection(steps: Span, { evidence, instants }: SpanContext): Span {
  const detectMs = difference(instants.at('t0'), instants.at('t1'));
  const detection = evidence.all('detection').at(-1);
  if (detectMs === null || detection === undefined)
    return steps.state === 'none' ? { ...steps, note: 'there was nothing to detect' } : steps;
  const liveMs = detection.readings * detection.liveCadenceMs;
  const note =
    liveMs === 0
      ? `${detection.by} ${detection.name}`
      : `${countOf(detection.readings, 'reading')}; on the night every ${formatDuration(detection.liveCadenceMs)}, so about ${formatDuration(liveMs)} (modelled)`;
  return { ...steps, actualMs: steps.actualMs + detectMs, state: 'measured', note };
}

/** What was told beside the other steps costs no time of the way back; what is told after opening comes on top. */
function withMessages(steps: Span, { evidence, instants }: SpanContext): Span {
  const { firstMessageMs, openAgainMs, openAgainAssumed } = communicateOf(evidence, instants);
  const isAssumed = openAgainMs !== null && openAgainAssumed;
  const figures = [
    firstMessageMs === null ? [] : [`first message ${formatDuration(firstMessageMs)} after the decision`],
    openAgainMs === null ? [] : [`“open again” acknowledged ${formatDuration(openAgainMs)} after opening`],
  ].flat();
  if (figures.length === 0) return steps;
  return {
    ...steps,
    actualMs: steps.actualMs + (openAgainMs ?? 0),
    state: isAssumed ? 'assumed' : 'measured',
    note: `${figures.join('; ')}${isAssumed ? ' by the drill’s own reader, no person' : ''}`,
  };
}

const CALLED_BY = {
  person: 'called by a person',
  script: 'called by an answer written beforehand',
  unattended: 'called by the unattended policy',
} as const;

/** Law 9: what the unattended policy called is assumed, however long it took. */
function withDecision(steps: Span, { evidence, instants }: SpanContext): Span {
  const called: Period = { fromMs: instants.at('t1') ?? 0, toMs: instants.at('t2') ?? 0 };
  const deciding = evidence.nodes.filter((history) => history.node.stage === 'decide');
  const decision = evidence.all('decision').at(-1);
  if (decision === undefined) return steps.state === 'none' ? { ...steps, note: 'nobody decided' } : steps;
  const within = parseDuration(evidence.plan.decision?.within ?? '');
  const isAssumed = decision.how !== 'person';
  return {
    ...steps,
    expected: within === undefined ? null : { p50Ms: within, p90Ms: within },
    actualMs: steps.actualMs + (difference(instants.at('t1'), instants.at('t2')) ?? 0),
    waitingMs: steps.waitingMs + sum(deciding.map((history) => waitedWithin(history, called))),
    state: isAssumed ? 'assumed' : 'measured',
    note: isAssumed ? `${CALLED_BY[decision.how]}; no person spent this time` : `called by ${decision.by}`,
  };
}

function expectedOf(stretches: CriticalPath): Clocks['spans'][number]['expected'] {
  const known = stretches.flatMap((stretch) => stretch.history.node.expected ?? []);
  if (known.length === 0) return null;
  return { p50Ms: sum(known.map((range) => range.p50Ms)), p90Ms: sum(known.map((range) => range.p90Ms)) };
}

function barOf(history: NodeHistory, path: CriticalPath): Bar {
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
    waits: history.waits.map((wait) => ({ ...wait })),
    expected: node.expected,
    outcome: history.skipped === null ? (outcome?.kind ?? 'unknown') : 'skipped',
    critical: CALLING.has(node.stage) || path.some((stretch) => stretch.history.node.id === node.id),
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

/** Users are refused from the first program that the rollback stops; without one, from its first step. */
function firstRefusal(evidence: Evidence): number | null {
  const steps = evidence.nodes.filter(
    (history) => history.node.stage === 'roll back' && history.node.procedure !== null,
  );
  const stops = steps.filter((history) => isStop(evidence, history));
  const starts = (stops.length > 0 ? stops : steps).flatMap((history) => history.startAt ?? []);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** The title of a step's node is the id of the step. */
function isStop(evidence: Evidence, { node }: NodeHistory): boolean {
  const steps = evidence.plan.procedures[node.procedure ?? '']?.steps ?? [];
  return steps.some((step) => step.id === node.title && step.stop !== undefined);
}

/** What serves the drill alone: neither a step, a reading, a check nor a wait of the plan. */
const OURS = /^(provision|twins\..*|drop-twins\..*|release|evaluate)$/;

/** Time of the drill in which no step, reading, check or wait ran: our own cost. */
function overheadOf(evidence: Evidence): number {
  const busy = evidence.nodes.flatMap(({ node, startAt, endAt }) =>
    startAt === null || endAt === null || isOurs(node) ? [] : [[startAt, endAt] as const],
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

function isOurs({ id, procedure }: NodeHistory['node']): boolean {
  return procedure === null && OURS.test(id);
}

function lastMoment(evidence: Evidence): number {
  const last = evidence.events.at(-1);
  return last === undefined ? 0 : Math.max(0, last.at.monotonicMs - originOf(evidence.events));
}

function workOf(history: NodeHistory): number {
  const { startAt, endAt } = history;
  if (startAt === null || endAt === null) return 0;
  return endAt - startAt - waitedWithin(history, { fromMs: startAt, toMs: endAt });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
