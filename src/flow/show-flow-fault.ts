import type { Clock } from '../kernel/clock.ts';
import { countOf } from '../kernel/count.ts';
import { messageOf } from '../kernel/errors.ts';
import type { FlowClient, FlowRequest } from './flow-client.ts';
import type { FlowFault } from './flow-fault.ts';
import type { FlowProxy, Handling, Traffic } from './proxy.ts';
import { HITS, showInMessages, type TestMessages } from './show-in-messages.ts';

export interface ShowFlowFault {
  readonly fault: FlowFault;
  readonly flow: string;
  readonly proxy: FlowProxy;
  readonly clock: Clock;
  /** To the same endpoint: through the flow's proxy, and past its faults. */
  readonly through: FlowClient;
  readonly direct: FlowClient;
  /** Harmless, and answered with 2xx. It is counted as the flow's own traffic. */
  readonly request: FlowRequest;
  /** For faults of messages. Without it only the proxy's log of the flow's own messages is left. */
  readonly messages?: TestMessages;
}

export interface FaultShown {
  readonly shown: boolean;
  /** One sentence without values. */
  readonly evidence: string;
}

/** Is the fault really there? The same request both ways; for faults of messages, what arrived of test messages. */
export async function showFlowFault(show: ShowFlowFault): Promise<FaultShown> {
  const direct = await ask(show.direct, show);
  if (!isGood(direct))
    return { shown: false, evidence: `the endpoint itself does not work: past the proxy ${told(direct)}` };
  const { fault } = show;
  switch (fault.kind) {
    case 'refuse':
    case 'black-hole':
      return showSilence(show, fault.kind);
    case 'slow':
      return showDelay(show, { leastMs: fault.latencyMs, direct });
    case 'expired':
      return showStatus(show, { status: 401, tries: 1 });
    case 'quota':
      return showStatus(show, { status: 429, tries: fault.perMinute + 1 });
    case 'server-errors':
      return showStatus(show, { status: fault.status, tries: triesFor(fault.rate) * fault.burst });
    case 'rejected':
      return showStatus(show, { status: 400, tries: triesFor(fault.rate) });
    case 'reset':
      return showReset(show, triesFor(fault.rate));
    case 'renamed':
      return showRenamed(show, fault, direct);
    default:
      return show.messages === undefined
        ? byLog(await show.proxy.traffic(show.flow), fault)
        : showInMessages({ ...show, fault, messages: show.messages, tries: triesOf(fault) });
  }
}

const SURE = 0.001;
const MOST_TRIES = 2_000;

/** So many that a fault of this share is missed by all of them once in a thousand times. */
export function triesFor(rate: number): number {
  if (rate >= 1) return 1;
  return Math.min(MOST_TRIES, Math.ceil(Math.log(SURE) / Math.log(1 - rate)));
}

function triesOf(fault: FlowFault): number {
  return 'rate' in fault ? triesFor(fault.rate) : 1;
}

type Reply =
  | { readonly answered: true; readonly status: number; readonly body: string; readonly tookMs: number }
  | { readonly answered: false; readonly why: string; readonly tookMs: number };

async function ask(client: FlowClient, { request, clock }: ShowFlowFault): Promise<Reply> {
  const began = clock.monotonicMs();
  try {
    const { status, body } = await client.send(request);
    return { answered: true, status, body, tookMs: clock.monotonicMs() - began };
  } catch (error) {
    return { answered: false, why: messageOf(error), tookMs: clock.monotonicMs() - began };
  }
}

function isGood(reply: Reply): boolean {
  return reply.answered && reply.status >= 200 && reply.status < 300;
}

function told(reply: Reply): string {
  return reply.answered ? `it answers ${reply.status}` : `there is no answer (${reply.why})`;
}

async function showSilence(show: ShowFlowFault, kind: 'refuse' | 'black-hole'): Promise<FaultShown> {
  const before = await show.proxy.traffic(show.flow);
  const reply = await ask(show.through, show);
  const after = await show.proxy.traffic(show.flow, before.lastSeq);
  const taken = after.counters.connections - before.counters.connections;
  const swallowed = grown('swallowed', before, after);
  const shown = !reply.answered && (kind === 'refuse' ? taken === 0 : swallowed > 0);
  const counts = `meanwhile the proxy took ${countOf(taken, 'connection')} and left ${countOf(swallowed, 'request')} without an answer`;
  return { shown, evidence: `the endpoint answers past the proxy; through it ${told(reply)}; ${counts}` };
}

function grown(handling: Handling, before: Traffic, after: Traffic): number {
  return (after.counters.byHandling[handling] ?? 0) - (before.counters.byHandling[handling] ?? 0);
}

async function showDelay(
  show: ShowFlowFault,
  { leastMs, direct }: { readonly leastMs: number; readonly direct: Reply },
): Promise<FaultShown> {
  const reply = await ask(show.through, show);
  const took = `${told(reply)} after ${Math.round(reply.tookMs)} ms, past it after ${Math.round(direct.tookMs)} ms`;
  // One that was given up on is slow only if it was waited for long enough.
  const isSlow = reply.tookMs >= leastMs && reply.tookMs > direct.tookMs;
  return { shown: isSlow, evidence: `through the proxy ${took}; injected were at least ${Math.round(leastMs)} ms` };
}

async function showStatus(
  show: ShowFlowFault,
  { status, tries }: { readonly status: number; readonly tries: number },
): Promise<FaultShown> {
  let last: Reply | undefined;
  for (let asked = 1; asked <= tries; asked += 1) {
    last = await ask(show.through, show);
    if (last.answered && last.status === status)
      return {
        shown: true,
        evidence: `through the proxy request ${asked} was answered ${status}; past it the endpoint answers 2xx`,
      };
  }
  const end = last === undefined ? '' : `, at last ${told(last)}`;
  return {
    shown: false,
    evidence: `none of ${countOf(tries, 'request')} through the proxy was answered ${status}${end}`,
  };
}

async function showReset(show: ShowFlowFault, tries: number): Promise<FaultShown> {
  const before = await show.proxy.traffic(show.flow);
  for (let asked = 1; asked <= tries; asked += 1) {
    const reply = await ask(show.through, show);
    const after = await show.proxy.traffic(show.flow, before.lastSeq);
    if (!reply.answered && grown('reset', before, after) > 0)
      return {
        shown: true,
        evidence: `through the proxy request ${asked} was cut off (${reply.why}); past it the endpoint answers 2xx`,
      };
  }
  return { shown: false, evidence: `none of ${countOf(tries, 'request')} through the proxy was cut off` };
}

async function showRenamed(
  show: ShowFlowFault,
  fault: Extract<FlowFault, { kind: 'renamed' }>,
  direct: Reply,
): Promise<FaultShown> {
  if (!direct.answered || !holds(direct.body, fault.field)) return byLog(await show.proxy.traffic(show.flow), fault);
  const reply = await ask(show.through, show);
  const isRenamed = reply.answered && !holds(reply.body, fault.field) && holds(reply.body, fault.to);
  return {
    shown: isRenamed,
    evidence: `past the proxy the answer has the field ${fault.field}, through it ${
      isRenamed ? `${fault.to} instead` : `that is no different: ${told(reply)}`
    }`,
  };
}

function holds(body: string, field: string): boolean {
  return body.includes(`${JSON.stringify(field)}:`) || body.includes(`${JSON.stringify(field)} :`);
}

const HANDLING_OF = { ...HITS, renamed: 'renamed' } as const;

/** Weaker: no word but the proxy's own, though about the flow's real messages. */
function byLog(traffic: Traffic, fault: FlowFault & { readonly kind: keyof typeof HANDLING_OF }): FaultShown {
  const since = traffic.faults.findLast(({ what }) => what === 'injected')?.seq ?? 0;
  const hit = traffic.passages.filter(
    ({ seq, handling }) =>
      seq > since && (handling === HANDLING_OF[fault.kind] || (fault.kind === 'reorder' && handling === 'shuffled')),
  ).length;
  return {
    shown: hit > 0,
    evidence: `only by the proxy's log: ${countOf(hit, 'request')} of the flow ${hit === 1 ? 'was' : 'were'} ${HANDLING_OF[fault.kind]} since the injection`,
  };
}
