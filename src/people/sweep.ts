import type { Clock } from '../kernel/clock.ts';
import { type AbilityResult, can, cannot, judge, tryAbility, unknown } from './ability.ts';
import { type AnonymousProbe, probeAnonymously } from './anonymous.ts';
import type { HttpClient } from './http-client.ts';
import { type Pacer, pacerOf } from './pacer.ts';
import { NO_SESSION } from './session.ts';
import type { SweptUser, UserGroup } from './user-group.ts';
import { formContent, saysNothing, send, type Visit } from './visit.ts';

export interface SweepRequest {
  readonly groupName: string;
  readonly group: UserGroup;
  readonly users: readonly SweptUser[];
  /** Undefined where no password is known; it never leaves the login request. */
  readonly passwordOf: (user: string) => string | undefined;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Of one answer. Default 10 s. */
  readonly timeoutMs?: number;
  /** Users at a time. Default 6. */
  readonly concurrency?: number;
  readonly onProgress?: (done: { readonly users: number; readonly ofUsers: number }) => void;
}

export interface SweepResult {
  readonly group: string;
  /** `log in` first, then the plan's, in its order. */
  readonly abilities: readonly string[];
  /** As listed. */
  readonly users: readonly UserSweep[];
  readonly anonymous: readonly AnonymousProbe[];
  readonly tookMs: number;
}

export interface UserSweep extends SweptUser {
  readonly results: Readonly<Record<string, AbilityResult>>;
}

export const LOG_IN = 'log in';
const TIMEOUT_MS = 10_000;
const CONCURRENCY = 6;

/** Every user logs in and tries everything that the plan says they can; strangers try what they should not see. */
export async function sweepUsers(request: SweepRequest): Promise<SweepResult> {
  const { group, users, clock } = request;
  const began = clock.monotonicMs();
  const pacer = pacerOf(clock, group.rate?.perSecond);
  const anonymous: AnonymousProbe[] = [];
  for (const path of group.anonymous) anonymous.push(await probeAnonymously(visitOf(request, pacer, ''), path));
  const swept = await inParallel(users, request, (user) =>
    sweepUser(visitOf(request, pacer, user.user), user, request),
  );
  return {
    group: request.groupName,
    abilities: [LOG_IN, ...Object.keys(group.can)],
    users: swept,
    anonymous,
    tookMs: clock.monotonicMs() - began,
  };
}

function visitOf(request: SweepRequest, pacer: Pacer, user: string): Visit {
  const { client, clock, signal } = request;
  return {
    client,
    pacer,
    signal,
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
    user,
    nowMs: () => clock.wallMs(),
    session: NO_SESSION,
  };
}

async function inParallel(
  users: readonly SweptUser[],
  request: SweepRequest,
  sweep: (user: SweptUser) => Promise<UserSweep>,
): Promise<readonly UserSweep[]> {
  const results: UserSweep[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < users.length; at = next++) {
      const user = users[at];
      if (user === undefined) return;
      request.signal.throwIfAborted();
      results[at] = await sweep(user);
      done += 1;
      request.onProgress?.({ users: done, ofUsers: users.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, request.concurrency ?? CONCURRENCY) }, work));
  return results;
}

async function sweepUser(visit: Visit, user: SweptUser, request: SweepRequest): Promise<UserSweep> {
  const { group } = request;
  const login = await logIn(visit, request);
  const results: Record<string, AbilityResult> = { [LOG_IN]: login };
  for (const [name, ability] of Object.entries(group.can)) {
    results[name] =
      login.outcome === 'can' ? await tryAbility(visit, ability) : { ...login, note: `not logged in: ${login.note}` };
  }
  return { ...user, results };
}

/** Without a status in the plan: an answer below 400 that brings a cookie and does not lead back to the form. */
export async function logIn(
  visit: Visit,
  request: { readonly group: UserGroup; readonly passwordOf: (user: string) => string | undefined },
): Promise<AbilityResult> {
  const { login } = request.group;
  const password = request.passwordOf(visit.user);
  if (password === undefined) return unknown('no password is known for this user');
  const form = formContent([
    [login.user, visit.user],
    [login.password, password],
  ]);
  const reply = await send(visit, { method: 'POST', path: login.form, ...form });
  if ('failure' in reply || login.status !== undefined) return judge(reply, login, 'log in') ?? can('logged in');
  if (saysNothing(reply.status)) return unknown(`could not log in: ${reply.status}`);
  if (reply.status >= 400) return cannot(`could not log in: ${reply.status}`);
  const [target] = reply.headers['location'] ?? [];
  if (target !== undefined && pathOf(target) === pathOf(login.form))
    return cannot('could not log in: sent back to the form');
  if (visit.session.cookies.length === 0) return cannot(`could not log in: ${reply.status} without a cookie`);
  return can('logged in');
}

function pathOf(address: string): string {
  return address.replace(/^https?:\/\/[^/]*/, '').replace(/[?#].*$/, '');
}
