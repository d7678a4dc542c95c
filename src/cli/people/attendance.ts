import { RollproofError } from '../../kernel/errors.ts';
import { type Attendance, type InvitedRole, type Roster, rosterOf } from '../../people/roster/roster.ts';
import { listNames } from '../../plan/nearest.ts';

/** As written: `--present ROLE=NAME` or `--present ROLE`, `--absent ROLE` or the name of a person. */
export interface Said {
  readonly present: readonly string[];
  readonly absent: readonly string[];
}

export function rosterFrom(invited: readonly InvitedRole[], said: Said): Roster {
  const present = new Map(said.present.map((text) => presentIn(invited, text)));
  const absent = new Set(said.absent.map((text) => absentIn(invited, text)));
  const both = [...present.values()].find((name) => absent.has(name));
  if (both !== undefined)
    throw new RollproofError('usage-invalid', `${both} is said to be present and absent`, {
      hint: 'One person may have several roles; --absent takes them out of all of them.',
    });
  const attendance: Attendance = { present, absent };
  return rosterOf(invited, attendance);
}

function presentIn(invited: readonly InvitedRole[], text: string): readonly [string, string] {
  const [wanted = '', ...rest] = text.split('=');
  const role = invited.find((one) => one.role === wanted.trim());
  if (role === undefined) throw unknown(invited, { option: '--present', text: wanted });
  const name = rest.join('=').trim();
  return [role.role, name === '' ? (role.person ?? role.role) : name];
}

function absentIn(invited: readonly InvitedRole[], text: string): string {
  const wanted = text.trim();
  const role = invited.find((one) => one.role === wanted);
  if (role !== undefined) return role.person ?? role.role;
  const isNamed = invited.some(({ person, deputy }) => person === wanted || deputy === wanted);
  if (isNamed) return wanted;
  throw unknown(invited, { option: '--absent', text: wanted });
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
  return new RollproofError('usage-invalid', `${option} ${text}: the plan has no such role`, {
    hint: roles.length === 0 ? 'Name the roles under `team` first.' : `Write ${listNames(roles)}.`,
  });
}
