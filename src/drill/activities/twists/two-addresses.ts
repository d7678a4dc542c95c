import { writeAsUser } from '../../../people/first-write.ts';
import type { UserGroup } from '../../../plan/schema.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import { isFound, writingAbilityOf, type WritingAbility } from '../opening.ts';
import { listUsers, passwordsOf } from '../twins.ts';

/** Somebody who does not come through the entry. */
export interface OwnAddress {
  readonly groupName: string;
  readonly group: UserGroup;
  readonly ability: WritingAbility;
  /** Program whose own address they use. */
  readonly program: string;
}

/** Undefined where the group has no ability whose write can be found. */
export function ownAddress(world: World, groupName: string, program: string): OwnAddress | undefined {
  const group = world.plan.users[groupName];
  const ability = group === undefined ? undefined : writingAbilityOf(group);
  return group === undefined || ability === undefined ? undefined : { groupName, group, ability, program };
}

export interface OwnWrite {
  readonly user: string;
  /** Null: refused, as `note` says. */
  readonly id: string | null;
  readonly note: string;
}

export async function usersOf(world: World, { group }: OwnAddress, count: number): Promise<readonly string[]> {
  const listed = await listUsers(world.sqlStore(group.list.in), group.list.sql);
  return listed.slice(0, count).map((one) => one.user);
}

export async function writeThere(
  { world, signal }: Context,
  { group, ability, program }: OwnAddress,
  user: string,
): Promise<OwnWrite> {
  const { clock } = world.ports;
  const client = world.ports.httpClient(world.program(program).socket);
  const passwordOf = await passwordsOf(world, group);
  return { user, ...(await writeAsUser({ group, ability, user, passwordOf, client, clock, signal })) };
}

export async function isThere(world: World, { ability }: OwnAddress, id: string): Promise<boolean> {
  return isFound(world.sqlStore(ability.found.in), ability.found.sql, id);
}
