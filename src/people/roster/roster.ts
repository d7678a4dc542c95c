/** Present, absent, or nobody said. */
export type Presence = 'present' | 'absent' | 'unknown';

/** A role as the plan names it. Types rather than interfaces, because they are written down as JSON. */
export type InvitedRole = {
  readonly role: string;
  readonly person: string | null;
  readonly deputy: string | null;
};

export type RosterRole = InvitedRole & {
  readonly presence: Presence;
  /** Null where the plan names no deputy. */
  readonly deputyPresence: Presence | null;
  /** Who acts in this role here, as far as anybody said; null: nobody is left. */
  readonly actedBy: string | null;
};

export type Roster = {
  /** Everybody of the plan is invited. */
  readonly roles: readonly RosterRole[];
};

/** What was said about who is there. */
export interface Attendance {
  /** Role → who has it here. */
  readonly present: ReadonlyMap<string, string>;
  /** Names of people, in whatever roles. */
  readonly here: ReadonlySet<string>;
  readonly absent: ReadonlySet<string>;
}

export const NOTHING_SAID: Attendance = { present: new Map(), here: new Set(), absent: new Set() };

export function rosterOf(invited: readonly InvitedRole[], said: Attendance): Roster {
  const here = new Set([...said.present.values(), ...said.here]);
  const presenceOf = (name: string): Presence =>
    here.has(name) ? 'present' : said.absent.has(name) ? 'absent' : 'unknown';
  return {
    roles: invited.map((one) => {
      const presence = presenceOf(holderOf(one));
      const deputyPresence = one.deputy === null ? null : presenceOf(one.deputy);
      const inPlace = deputyPresence === 'absent' ? null : one.deputy;
      const actedBy = said.present.get(one.role) ?? (presence === 'absent' ? inPlace : holderOf(one));
      return { ...one, presence, deputyPresence, actedBy };
    }),
  };
}

/** A role without a name is somebody all the same. */
export function holderOf({ person, role }: InvitedRole): string {
  return person ?? role;
}

/** `Dr. Paul Okafor (sponsor)`, or the bare role. */
export function inWords({ person, role }: InvitedRole): string {
  return person === null ? role : `${person} (${role})`;
}

/** Everybody who is invited, once, with all their roles. */
export interface InvitedPerson {
  readonly name: string;
  readonly roles: readonly string[];
  readonly standsInFor: readonly string[];
  readonly presence: Presence;
}

export function peopleOf({ roles }: Roster): readonly InvitedPerson[] {
  const names = new Set(
    roles.flatMap((one) => [holderOf(one), one.deputy, one.actedBy].filter((name) => name !== null)),
  );
  return [...names].map((name) => {
    const held = roles.filter((one) => holderOf(one) === name);
    const deputised = roles.filter((one) => one.deputy === name);
    const taken = roles.filter((one) => one.actedBy === name && holderOf(one) !== name && one.deputy !== name);
    return {
      name,
      roles: [...held, ...taken].map(({ role }) => role),
      standsInFor: deputised.map(({ role }) => role),
      presence: taken.length > 0 ? 'present' : (held[0]?.presence ?? deputised[0]?.deputyPresence ?? 'unknown'),
    };
  });
}

/** What somebody must do. */
export interface Duty {
  readonly step: string;
  readonly owner: string;
  /** Role that the step itself names for the owner's place. */
  readonly deputy: string | null;
}

/** Who is left for it: the owner's role first, then the role that the step names. Null: nobody. */
export function actorFor({ roles }: Roster, { owner, deputy }: Duty): string | null {
  const acting = (wanted: string): string | null => roles.find(({ role }) => role === wanted)?.actedBy ?? null;
  return acting(owner) ?? (deputy === null ? null : acting(deputy));
}

/** A role whose own person is absent. */
export interface Gap {
  readonly role: RosterRole;
  /** Steps that nobody else may do. */
  readonly nobody: readonly string[];
  /** Step and who does it in their place. */
  readonly covered: readonly { readonly step: string; readonly by: string }[];
}

export function gapsOf(roster: Roster, duties: readonly Duty[]): readonly Gap[] {
  return roster.roles
    .filter(({ presence }) => presence === 'absent')
    .map((role) => {
      const own = duties.filter(({ owner }) => owner === role.role);
      const acted = own.map((duty) => ({ step: duty.step, by: actorFor(roster, duty) }));
      return {
        role,
        nobody: acted.filter(({ by }) => by === null).map(({ step }) => step),
        covered: acted.flatMap(({ step, by }) => (by === null ? [] : [{ step, by }])),
      };
    });
}

/** Why nobody is left for a duty, with every name. */
export function whyNobody({ roles }: Roster, { owner, deputy }: Omit<Duty, 'step'>): string {
  const names = [owner, ...(deputy === null ? [] : [deputy])].flatMap((wanted) => {
    const role = roles.find((one) => one.role === wanted);
    return role === undefined ? [] : [absenceOf(role)];
  });
  return names.join('; ');
}

function absenceOf(role: RosterRole): string {
  const standIn = role.deputy === null ? 'nobody is named to stand in' : `so is the deputy ${role.deputy}`;
  return `${inWords(role)} is absent and ${standIn}`;
}
