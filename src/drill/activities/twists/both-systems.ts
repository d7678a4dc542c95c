import { countOf } from '../../../kernel/count.ts';
import type { PlannedTwist } from '../../../plan/schema.ts';
import { factsOf } from '../../../proof/facts.ts';
import type { Context } from '../context.ts';
import { signInBeforeRestore } from '../opening.ts';
import type { ArmedTwist } from './twists.ts';
import { isThere, type OwnAddress, ownAddress, usersOf, writeThere } from './two-addresses.ts';

const DEFAULT_COUNT = 5;

/** Some never heard of the switch: they go on in the old program, which is started for them if it does not run. */
export async function armBothSystems(context: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const { world } = context;
  const program = twist.in ?? '';
  const address = ownAddress(world, twist.users ?? '', program);
  const where = program;
  if (address === undefined)
    return { where, armed: false, what: `${twist.users ?? ''} writes nothing that can be found` };
  const kept = await goOnWorking(context, address, twist.count ?? DEFAULT_COUNT);
  const what = `${countOf(kept.length, 'write')} by ${program} after the freeze, while the new system takes work`;
  const evidence = kept.length === 0 ? `nobody could write by ${program}` : `${what}: ${namesOf(kept)}`;
  await context.note('twist-shown', { twist: twist.id, where, shown: kept.length > 0, evidence });
  world.twisted.looks.push((later) => lookAgain(later, { twist, where, address, kept }));
  return { where, armed: true, what };
}

/** What was acknowledged and is there. */
async function goOnWorking(context: Context, address: OwnAddress, count: number): Promise<readonly KeptWrite[]> {
  const { world } = context;
  const service = world.service(address.program);
  // Before it starts, so that nobody else writes between.
  const users = await usersOf(world, address, count);
  for (const user of users) await signInBeforeRestore(world, address.group, user);
  const isStarted = !service.status().running;
  if (isStarted) await service.start({ jobs: 'running', signal: context.signal });
  try {
    const kept: KeptWrite[] = [];
    for (const user of users) {
      const { id } = await writeThere(context, address, user);
      if (id !== null && (await isThere(world, address, id))) kept.push({ user, id });
    }
    return kept;
  } finally {
    if (isStarted) await service.stop();
  }
}

interface KeptWrite {
  readonly user: string;
  readonly id: string;
}

function namesOf(writes: readonly KeptWrite[]): string {
  return writes.map(({ user, id }) => `${user} (${id})`).join(', ');
}

interface Made {
  readonly twist: PlannedTwist;
  readonly where: string;
  readonly address: OwnAddress;
  readonly kept: readonly KeptWrite[];
}

/** Gone is lost; there although the store must be as it was is in nobody's plan either. */
async function lookAgain(context: Context, { twist, where, address, kept }: Made): Promise<void> {
  const store = address.ability.found.in;
  const gone: KeptWrite[] = [];
  for (const write of kept) if (!(await isThere(context.world, address, write.id))) gone.push(write);
  const base = { twist: twist.id, where, shown: kept.length > 0 };
  if (gone.length > 0) {
    const evidence = `${gone.length} of ${countOf(kept.length, 'write')} by ${where} after the freeze are gone: ${namesOf(gone)}`;
    await context.note('twist-shown', { ...base, evidence, fails: 'loss' });
  }
  const left = kept.filter((write) => !gone.includes(write));
  if (left.length === 0) return;
  const isForeign = factsOf(await context.events(), 'comparison').some(
    ({ facts }) => facts.store === store && facts.reading === 'at rest' && facts.verdict === 'different',
  );
  const evidence = `${countOf(left.length, 'write')} by ${where} after the freeze ${left.length === 1 ? 'is' : 'are'} still in ${store}: ${namesOf(left)}`;
  await context.note('twist-shown', {
    ...base,
    evidence: isForeign ? `${evidence}, which must be as it was` : evidence,
    ...(isForeign ? { fails: 'data' as const } : {}),
  });
}
