import { countOf } from '../../../kernel/count.ts';
import { parseDuration } from '../../../kernel/duration.ts';
import { pacerOf } from '../../../people/pacer.ts';
import { NO_SESSION } from '../../../people/session.ts';
import { logIn } from '../../../people/sweep.ts';
import { ask, type Visit } from '../../../people/visit.ts';
import type { HttpRequest, PlannedTwist, UserGroup } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import { signInBeforeRestore } from '../opening.ts';
import type { ArmedTwist } from './twists.ts';
import { listUsers, passwordsOf } from '../twins.ts';

const ID = 'GF-14';
const AT_A_TIME = 8;
const TIMEOUT_MS = 10_000;

/** More requests than anybody can answer. That they were accepted is what shows them present. */
export async function armFlood(context: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const { world } = context;
  const { in: where = '', users = '', http, count = 0 } = twist;
  const group = world.plan.users[users];
  if (group === undefined || http === undefined)
    return { where, armed: false, what: `nobody of ${users} can be asked` };
  const visit = await visitOf(context, group, twist);
  if (visit === null) return { where, armed: false, what: `nobody of ${users} can sign in` };
  const accepted = await askAll(visit, http, count);
  const what = `${accepted} of ${countOf(count, 'request')} accepted by ${where}, and nobody answers them`;
  await context.note('twist-shown', { twist: twist.id, where, shown: accepted > 0, evidence: what });
  return { where, armed: true, what };
}

async function visitOf(context: Context, group: UserGroup, twist: PlannedTwist): Promise<Visit | null> {
  const { world, signal } = context;
  const { clock } = world.ports;
  const [first] = await listUsers(world.sqlStore(group.list.in), group.list.sql);
  if (first === undefined) return null;
  await signInBeforeRestore(world, group, first.user);
  const withinMs = parseDuration(twist.within ?? '');
  const visit: Visit = {
    client: world.ports.httpClient(world.socketOf(twist.in ?? '')),
    pacer: pacerOf(clock, withinMs === undefined ? undefined : ((twist.count ?? 1) * 1_000) / withinMs),
    signal,
    timeoutMs: TIMEOUT_MS,
    user: first.user,
    nowMs: () => clock.wallMs(),
    session: NO_SESSION,
  };
  const login = await logIn(visit, { group, passwordOf: await passwordsOf(world, group) });
  return login.outcome === 'can' ? visit : null;
}

async function askAll(visit: Visit, request: HttpRequest, count: number): Promise<number> {
  let begun = 0;
  let accepted = 0;
  const work = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const reply = await ask(visit, request, { user: visit.user });
      if (!('failure' in reply) && reply.status >= 200 && reply.status < 300) accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return accepted;
}

/** Triggers that are red because of it: no false alarm. */
export function floodTriggers({ request }: World): ReadonlySet<string> {
  return new Set(request.scenario.twists.flatMap(({ id, trigger }) => (id === ID ? (trigger ?? []) : [])));
}

/** Asked when the detection is over: does the trigger that is meant for it see them waiting? */
export async function judgeFloods(context: Context, isRed: (trigger: string) => Promise<boolean>): Promise<void> {
  for (const { id, in: where = '', trigger = '' } of context.world.request.scenario.twists) {
    if (id !== ID) continue;
    const isSeen = await isRed(trigger);
    const evidence = `${trigger} ${isSeen ? 'sees' : 'does not see'} them waiting`;
    const fails = isSeen ? {} : { fails: 'detection' as const };
    await context.note('twist-shown', { twist: ID, where, shown: true, evidence, ...fails });
  }
}
