import { setTimeout as delay } from 'node:timers/promises';
import type { Decision } from '../../flow/decisions.ts';
import type { FlowFaultId } from '../../flow/flow-fault.ts';
import type { Handling } from '../../flow/proxy.ts';
import { type Answer, deliver } from './delivery.ts';
import { isSuccess } from './held-messages.ts';
import { type Head, methodOf } from './http-reader.ts';
import { findIds, type JsonBody, idsIn, readJsonBody, renameField, toBytes, withItems } from './json-body.ts';
import type { Lane } from './lane.ts';
import { now } from './traffic-log.ts';

export interface WholeRequest {
  readonly head: Head;
  readonly body: Buffer;
  readonly ids: readonly string[];
}

export interface Outcome {
  readonly handling: Handling;
  readonly fault: FlowFaultId | null;
  /** Null: the flow hears nothing. */
  readonly answer: Answer | null;
  readonly targetStatus: number | null;
  readonly deliveries: number;
  readonly withheldIds: readonly string[];
  readonly bytesPerSecond: number | null;
}

const CARRIES_A_MESSAGE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** What becomes of one request while a fault is in force. */
export async function meetFault(request: WholeRequest, lane: Lane): Promise<Outcome> {
  const { active } = lane;
  const json = readJsonBody(request.head, request.body);
  const isMessage = CARRIES_A_MESSAGE.has(methodOf(request.head));
  const decision: Decision = active?.decide({
    isMessage,
    items: isMessage ? (json?.batch?.length ?? 0) : 0,
    bytes: request.body.length,
    nowMs: now().monotonicMs,
  }) ?? { do: 'pass' };
  const meeting: Meeting = { request, lane, json, fault: active?.fault.id ?? null };
  const outcome = await act(decision, meeting);
  // Whatever was held so that a newer message could overtake it follows now.
  if (isMessage && outcome.deliveries > 0 && decision.do !== 'hold') await lane.held.releaseInOrder();
  return outcome;
}

interface Meeting {
  readonly request: WholeRequest;
  readonly lane: Lane;
  readonly json: JsonBody | undefined;
  readonly fault: FlowFaultId | null;
}

async function act(decision: Decision, meeting: Meeting): Promise<Outcome> {
  const { request, lane } = meeting;
  switch (decision.do) {
    case 'pass':
      return carry(meeting, 'passed');
    case 'overtake':
      return lane.held.count > 0 ? carry(meeting, 'passed') : hold(meeting);
    case 'delay':
      return slowDown(decision, meeting);
    case 'rename':
      return rename(decision, meeting);
    case 'thin':
    case 'shuffle':
      return rearrange(decision, meeting);
    case 'truncate':
      return carry(meeting, 'truncated', request.body.subarray(0, decision.bytes));
    case 'twice':
      return carryTwice(meeting);
    default:
      return withhold(decision, meeting);
  }
}

type Withholding = Extract<Decision, { do: 'answer' | 'reset' | 'swallow' | 'lose' | 'hold' }>;

/** The target does not hear of it, or not now. */
function withhold(decision: Withholding, meeting: Meeting): Outcome {
  switch (decision.do) {
    case 'answer':
      return keep(meeting, 'answered', ownAnswer(decision.status, decision.retryAfterSeconds));
    case 'reset':
      return keep(meeting, 'reset', null);
    case 'swallow':
      return keep(meeting, 'swallowed', null);
    case 'lose':
      return keep(meeting, 'lost', ownAnswer(202));
    case 'hold':
      return hold(meeting);
  }
}

/** As an endpoint would say it that did nothing with the request. */
function ownAnswer(status: number, retryAfterSeconds: number | null = null): Answer {
  const isError = status >= 400;
  const body = Buffer.from(JSON.stringify(isError ? { error: REASONS[status] ?? 'Server Error' } : {}));
  return {
    status,
    reason: REASONS[status] ?? 'Server Error',
    rawHeaders: [
      'Content-Type',
      'application/json',
      ...(retryAfterSeconds === null ? [] : ['Retry-After', String(retryAfterSeconds)]),
      ...(status === 401 ? ['WWW-Authenticate', 'Bearer error="invalid_token"'] : []),
    ],
    body,
  };
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function keep(meeting: Meeting, handling: Handling, answer: Answer | null): Outcome {
  return {
    handling,
    fault: meeting.fault,
    answer,
    targetStatus: null,
    deliveries: 0,
    withheldIds: meeting.request.ids,
    bytesPerSecond: null,
  };
}

function hold(meeting: Meeting): Outcome {
  const { request, lane, fault } = meeting;
  const isHeld = fault !== null && lane.held.hold({ ...request, fault });
  return isHeld ? keep(meeting, 'held', ownAnswer(202)) : keep(meeting, 'too-large', ownAnswer(503));
}

async function carry(meeting: Meeting, handling: Handling, changed?: Buffer): Promise<Outcome> {
  const { request, lane } = meeting;
  const body = changed ?? request.body;
  const answer = await deliver(lane.way, { head: request.head, body });
  if (answer === undefined) return keep(meeting, 'unanswered', null);
  const arrived = changed === undefined ? request.ids : (findIds(request.head, body) ?? []);
  if (isSuccess(answer.status)) lane.log.delivered(arrived.length);
  return {
    handling,
    fault: meeting.fault,
    answer,
    targetStatus: answer.status,
    deliveries: 1,
    withheldIds: changed === undefined ? [] : without(request.ids, arrived),
    bytesPerSecond: null,
  };
}

function without(ids: readonly string[], arrived: readonly string[]): readonly string[] {
  const there = new Set(arrived);
  return ids.filter((id) => !there.has(id));
}

async function slowDown(decision: Extract<Decision, { do: 'delay' }>, meeting: Meeting): Promise<Outcome> {
  const outcome = await carry(meeting, 'delayed');
  await delay(decision.ms);
  return { ...outcome, bytesPerSecond: decision.bytesPerSecond };
}

async function rename(decision: Extract<Decision, { do: 'rename' }>, meeting: Meeting): Promise<Outcome> {
  const { request, json } = meeting;
  const sent = json === undefined ? undefined : renameField(json.value, decision);
  const isSentChanged = json !== undefined && hasChanged(json.value, sent);
  const outcome = await (isSentChanged ? carry(meeting, 'renamed', toBytes(sent)) : carry(meeting, 'passed'));
  const { answer } = outcome;
  if (answer === null || methodOf(request.head) === 'HEAD') return outcome;
  const heard = readJsonBody({ startLine: '', rawHeaders: answer.rawHeaders }, answer.body);
  const renamed = heard === undefined ? undefined : renameField(heard.value, decision);
  if (heard === undefined || !hasChanged(heard.value, renamed)) return outcome;
  return { ...outcome, handling: 'renamed', answer: { ...answer, body: toBytes(renamed) } };
}

function hasChanged(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) !== JSON.stringify(after);
}

async function rearrange(decision: Extract<Decision, { do: 'thin' | 'shuffle' }>, meeting: Meeting): Promise<Outcome> {
  const { json } = meeting;
  if (json?.batch === undefined) return carry(meeting, 'passed');
  const places = decision.do === 'thin' ? decision.kept : decision.order;
  if (places.length === 0) return keep(meeting, 'thinned', ownAnswer(200));
  const changed = withItems(json, places);
  const handling = decision.do === 'thin' ? 'thinned' : 'shuffled';
  const outcome = await carry(meeting, handling, toBytes(changed));
  return outcome.handling === handling
    ? { ...outcome, withheldIds: without(meeting.request.ids, idsIn(changed)) }
    : outcome;
}

async function carryTwice(meeting: Meeting): Promise<Outcome> {
  const first = await carry(meeting, 'duplicated');
  if (first.deliveries === 0) return first;
  const second = await carry(meeting, 'duplicated');
  return { ...first, deliveries: 1 + second.deliveries };
}
