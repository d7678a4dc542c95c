import { RollproofError } from '../../kernel/errors.ts';
import { type Attendance, type InvitedRole, type Roster, rosterOf } from '../../people/roster/roster.ts';
import { listNames } from '../../plan/nearest.ts';

/** As written: `--present ROLE=NAME`, else a role or the name of a person. */
export interface Said {
  readonly present: readonly string[];
  readonly absent: readonly string[];
}

export function rosterFrom(invited: readonly InvitedRole[], said: Said): Roster {
  const takes = said.present.filter((text) => text.includes('=')).map((text) => takenIn(invited, text));
  const bare = said.present.filter((text) => !text.includes('='));
  const attendance: Attendance = {
    present: new Map(takes),
    here: new Set(bare.map((text) => personIn(invited, '--present', text))),
    absent: new Set(said.absent.map((text) => personIn(invited, '--absent', text))),
  };
  const both = [...attendance.present.values(), ...attendance.here].find((name) => attendance.absent.has(name));
  if (both === undefined) return rosterOf(invited, attendance);
  throw new RollproofError('usage-invalid', `${both} is said to be present and absent`, {
    hint: 'One person may have several roles; --absent takes them out of all of them.',
  });
}

function takenIn(invited: readonly InvitedRole[], text: string): readonly [string, string] {
  const [wanted = '', ...rest] = text.split('=');
  const role = invited.find((one) => one.role === wanted.trim());
  if (role === undefined) throw unknown(invited, { option: '--present', text: wanted });
  const name = rest.join('=').trim();
  return [role.role, name === '' ? (role.person ?? role.role) : name];
}

/** Of a role the person who has it; else somebody whom the plan names. */
function personIn(invited: readonly InvitedRole[], option: string, text: string): string {
  const wanted = text.trim();
  const role = invited.find((one) => one.role === wanted);
  if (role !== undefined) return role.person ?? role.role;
  const isNamed = invited.some(({ person, deputy }) => person === wanted || deputy === wanted);
  if (isNamed) return wanted;
  throw unknown(invited, { option, text: wanted });
}

/** Who `--as` means: a role is whoever acts in it here; a name is that person. */
export function personNamed({ roles }: Roster, wanted: string): { readonly by: string; readonly role: string | null } {
  const role = roles.find((one) => one.role === wanted);
  if (role !== undefined) return { by: role.actedBy ?? role.person ?? role.role, role: role.role };
  const held = roles.find(({ person, actedBy }) => person === wanted || actedBy === wanted);
  return { by: wanted, role: held?.role ?? null };
}

function unknown(
  invited: readonly InvitedRole[],
  { option, text }: { readonly option: string; readonly text: string },
): RollproofError {
  const roles = invited.map(({ role }) => role);
  return new RollproofError('usage-invalid', `${option} ${text}: the plan has no such role or person`, {
    hint: roles.length === 0 ? 'Name the roles under `team` first.' : `Write ${listNames(roles)}.`,
  });
}
