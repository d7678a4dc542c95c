import type { PlannedTwist } from '../../../plan/schema.ts';
import type { Context } from '../context.ts';
import { signInFor } from '../opening.ts';
import type { ArmedTwist } from './twists.ts';
import { isThere, type OwnAddress, ownAddress, usersOf, writeThere } from './two-addresses.ts';

/** A bookmark, a phone, an add-in: after opening it still goes to the program's own address. */
export async function armStaleClient({ world }: Context, twist: PlannedTwist): Promise<ArmedTwist> {
  const where = twist.in ?? '';
  const address = ownAddress(world, twist.users ?? '', where);
  if (address === undefined)
    return { where, armed: false, what: `${twist.users ?? ''} writes nothing that can be found` };
  world.twisted.looks.push((later) => goThere(later, { twist, where, address }));
  return { where, armed: true, what: `a client of ${address.groupName} goes on to ${where} itself after opening` };
}

interface Client {
  readonly twist: PlannedTwist;
  readonly where: string;
  readonly address: OwnAddress;
}

/** It must be refused, or what it wrote must be where people work now. */
async function goThere(context: Context, { twist, where, address }: Client): Promise<void> {
  const { world } = context;
  const base = { twist: twist.id, where, shown: true } as const;
  if (!world.program(where).status().running) {
    await context.note('twist-shown', { ...base, evidence: `${where} refused it: it does not run` });
    return;
  }
  const [user = ''] = await usersOf(world, address, 1);
  await signInFor(world, address.group, user);
  const { id, note } = await writeThere(context, address, user);
  if (id === null) {
    await context.note('twist-shown', { ...base, evidence: `${where} refused the write of ${user}: ${note}` });
    return;
  }
  const { in: store, table, key } = address.ability.found;
  const isOfTarget = world.targetState().access.includes(address.groupName);
  const record = `the write of ${user} (${table} ${key}=${id})`;
  if (isOfTarget && (await isThere(world, address, id))) {
    world.ledger.push({
      store,
      part: table,
      operation: 'insert',
      key: `${key}=${id}`,
      why: 'the acknowledged write of a client that kept an address',
    });
    await context.note('twist-shown', { ...base, evidence: `${where} took ${record}, and it is in ${store}` });
    return;
  }
  const evidence = `${where} took ${record} after opening, and it is not where people work now`;
  await context.note('twist-shown', { ...base, evidence, fails: 'loss' });
}
