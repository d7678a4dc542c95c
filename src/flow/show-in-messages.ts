import type { Clock } from '../kernel/clock.ts';
import { countOf } from '../kernel/count.ts';
import { messageOf } from '../kernel/errors.ts';
import type { FlowClient, FlowRequest } from './flow-client.ts';
import type { FlowFault } from './flow-fault.ts';
import type { FlowProxy, Handling, Passage } from './proxy.ts';
import type { FaultShown } from './show-flow-fault.ts';

/** Messages of our own. They reach the endpoint like those of the flow; taking them away again is the caller's affair. */
export interface TestMessages {
  /** A request that carries exactly these ids as `messageId`: one message, or a batch. */
  make(ids: readonly string[]): FlowRequest;
  /** Ids that the endpoint has, in the order of their arrival, each as often as it arrived. */
  arrived(): Promise<readonly string[]>;
}

export type MessageFault = Extract<
  FlowFault,
  { kind: 'partial-batch' | 'duplicate' | 'reorder' | 'lost' | 'held-back' | 'truncated' }
>;

export interface ShowInMessages {
  readonly fault: MessageFault;
  readonly flow: string;
  readonly proxy: FlowProxy;
  readonly clock: Clock;
  readonly through: FlowClient;
  readonly direct: FlowClient;
  readonly messages: TestMessages;
  readonly tries: number;
}

const BATCH = 20;
const ARRIVES_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;

/** Sends until the proxy says that one was hit, then looks at the endpoint whether that is so. */
export async function showInMessages(show: ShowInMessages): Promise<FaultShown> {
  const { proxy, flow, fault } = show;
  const before = await proxy.traffic(flow);
  const word = `rollproof-probe-${show.clock.wallMs().toString(36)}-${before.lastSeq}`;
  for (let asked = 1; asked <= show.tries; asked += 1) {
    const ids = Array.from({ length: fault.kind === 'partial-batch' ? BATCH : 1 }, (_, at) => `${word}-${asked}.${at}`);
    await send(show.through, show.messages.make(ids));
    const { passages } = await proxy.traffic(flow, before.lastSeq);
    const hit = passages.find((passage) => passage.messageIds[0] === ids[0] && isHit(passage, fault));
    if (hit !== undefined) return lookAtEndpoint(show, hit, word);
  }
  return { shown: false, evidence: `none of ${countOf(show.tries, 'test message')} through the proxy was hit` };
}

/** No answer is an answer too: what arrived is looked up. */
async function send(client: FlowClient, request: FlowRequest): Promise<number | string> {
  try {
    return (await client.send(request)).status;
  } catch (error) {
    return messageOf(error);
  }
}

/** How the log calls what such a fault does. */
export const HITS = {
  'partial-batch': 'thinned',
  'duplicate': 'duplicated',
  'reorder': 'held',
  'lost': 'lost',
  'held-back': 'held',
  'truncated': 'truncated',
} as const satisfies Record<MessageFault['kind'], Handling>;

function isHit(passage: Passage, fault: MessageFault): boolean {
  return passage.handling === HITS[fault.kind];
}

async function lookAtEndpoint(show: ShowInMessages, hit: Passage, word: string): Promise<FaultShown> {
  const { fault, messages } = show;
  const later = `${word}-later`;
  // One that is sent after it: once that is there, what is missing is missing.
  const way = fault.kind === 'reorder' ? show.through : show.direct;
  const said = await send(way, messages.make([later]));
  const isComplete = (arrived: readonly string[]): boolean =>
    arrived.includes(later) && (fault.kind !== 'reorder' || hit.messageIds.every((id) => arrived.includes(id)));
  const arrived = await waitFor(show, isComplete);
  if (!arrived.includes(later))
    return { shown: false, evidence: `a later test message did not arrive either (${said})` };
  return judge(fault, { hit, arrived, later });
}

async function waitFor(
  { messages, clock }: ShowInMessages,
  isComplete: (arrived: readonly string[]) => boolean,
): Promise<readonly string[]> {
  const deadline = clock.monotonicMs() + ARRIVES_WITHIN_MS;
  let arrived = await messages.arrived();
  while (!isComplete(arrived) && clock.monotonicMs() < deadline) {
    await clock.wait(LOOK_EVERY_MS);
    arrived = await messages.arrived();
  }
  return arrived;
}

interface Seen {
  readonly hit: Passage;
  readonly arrived: readonly string[];
  readonly later: string;
}

function judge(fault: MessageFault, { hit, arrived, later }: Seen): FaultShown {
  const timesOf = (id: string): number => arrived.filter((other) => other === id).length;
  const absent = hit.messageIds.filter((id) => timesOf(id) === 0).length;
  const heard = `the flow was answered ${hit.status ?? 'nothing'}`;
  const isBelieved = hit.status !== null && hit.status >= 200 && hit.status < 300;
  if (fault.kind === 'duplicate') {
    const twice = hit.messageIds.filter((id) => timesOf(id) > 1).length;
    return { shown: twice > 0, evidence: `${countOf(twice, 'test message')} sent once arrived more than once` };
  }
  if (fault.kind === 'reorder') {
    const isBehind = hit.messageIds.some((id) => arrived.indexOf(id) > arrived.indexOf(later));
    return {
      shown: isBehind,
      evidence: `a test message arrived ${isBehind ? 'after' : 'before'} one that was sent after it`,
    };
  }
  const sentence = `of ${countOf(hit.messageIds.length, 'test message')} ${absent} did not arrive, one sent later did; ${heard}`;
  if (fault.kind === 'truncated') return { shown: absent > 0, evidence: `${sentence}, and its body was cut` };
  return { shown: absent > 0 && isBelieved, evidence: sentence };
}
