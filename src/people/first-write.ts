import type { Clock } from '../kernel/clock.ts';
import { judge } from './ability.ts';
import type { HttpClient } from './http-client.ts';
import { pacerOf } from './pacer.ts';
import { NO_SESSION } from './session.ts';
import { logIn } from './sweep.ts';
import { readPath } from './template.ts';
import type { Ability, UserGroup } from './user-group.ts';
import { ask, parseJson, type Visit } from './visit.ts';

export interface WriteRequest {
  readonly group: UserGroup;
  readonly ability: Extract<Ability, { readonly create: unknown }>;
  readonly user: string;
  readonly passwordOf: (user: string) => string | undefined;
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const TIMEOUT_MS = 10_000;

/** One user logs in and creates one thing that stays. `id` is null when it was not acknowledged; `note` says why. */
export async function writeAsUser(
  request: WriteRequest,
): Promise<{ readonly id: string | null; readonly note: string }> {
  const { clock, client, signal, user, ability } = request;
  const visit: Visit = {
    client,
    pacer: pacerOf(clock, undefined),
    signal,
    timeoutMs: TIMEOUT_MS,
    user,
    nowMs: () => clock.wallMs(),
    session: NO_SESSION,
  };
  const login = await logIn(visit, request);
  if (login.outcome !== 'can') return { id: null, note: login.note };
  const reply = await ask(visit, ability.create, { user });
  const refusal = judge(reply, ability.create, 'create');
  if (refusal !== null || 'failure' in reply) return { id: null, note: refusal?.note ?? 'no answer' };
  const id = readPath(parseJson(reply.body), ability.create.read ?? 'id');
  if (typeof id !== 'string' && typeof id !== 'number')
    return { id: null, note: `the answer has no ${ability.create.read ?? 'id'}` };
  return { id: String(id), note: 'acknowledged' };
}
