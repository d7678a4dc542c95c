import { type Digest, digestOf } from '../../kernel/digest.ts';
import { holderOf, inWords, peopleOf, type Roster, type RosterRole } from './roster.ts';

/** Who may call a rollback, by role. */
export interface Deciders {
  readonly by: string;
  readonly deputy: string | null;
}

/** What lies before those who decide; from here on it does not change any more. */
export type FrozenFacts = {
  readonly facts: readonly string[];
  readonly choices: readonly Choice[];
};

export type Choice = {
  readonly name: string;
  readonly costs: readonly string[];
};

export function frozenDigest({ facts, choices }: FrozenFacts): Digest {
  return digestOf({ facts, choices });
}

export interface RollbackCall extends FrozenFacts {
  /** The procedure by which the scenario goes back. */
  readonly rollback: string;
  readonly callers: readonly Caller[];
  /** The plan has a rule about how long a repair may take; how much time is left for one, where that is known. */
  readonly rule: { readonly leftMs: number | null } | null;
}

export type RollbackAnswer = {
  /** Name of a person where one is known, else of the role. */
  readonly by: string;
  readonly role: string | null;
  /** `script`: it was written on the command line before the facts were known. */
  readonly how: 'person' | 'script' | 'unattended';
  readonly choice: string;
  readonly reason: string;
  /** Pessimistic estimate of the repair; null where nobody gave one. */
  readonly fixP90Ms: number | null;
};

export interface Caller {
  readonly name: string;
  readonly role: string | null;
  readonly right: Right;
}

/** May this person call it? `doubtful`: nobody said whether the one before them is absent. */
export type Right =
  | { readonly kind: 'may'; readonly sentence: string }
  | { readonly kind: 'doubtful'; readonly sentence: string }
  | { readonly kind: 'may not'; readonly sentence: string };

/** Who may call it stands only in the decision of the plan. */
export function rightOf(name: string, { roster, deciders }: Deciding): Right {
  if (deciders === null) return { kind: 'doubtful', sentence: 'the plan names nobody who may call it' };
  const first = roleIn(roster, deciders.by);
  const second = secondIn(roster, deciders);
  if (first !== undefined && name === holderOf(first)) return rightOfFirst(first);
  if (first === undefined || second === null || name !== second.name)
    return { kind: 'may not', sentence: `only ${decidersInWords(roster, deciders)} may call it` };
  if (second.presence === 'absent') return { kind: 'may not', sentence: `${name} is absent` };
  if (first.presence === 'absent') return { kind: 'may', sentence: `in place of ${inWords(first)}, who is absent` };
  if (first.presence === 'present')
    return { kind: 'may not', sentence: `only in place of ${inWords(first)}, who is present` };
  return { kind: 'doubtful', sentence: `nobody said whether ${inWords(first)} is absent` };
}

export interface Deciding {
  readonly roster: Roster;
  readonly deciders: Deciders | null;
}

function rightOfFirst(first: RosterRole): Right {
  return first.presence === 'absent'
    ? { kind: 'may not', sentence: `${inWords(first)} is absent` }
    : { kind: 'may', sentence: `as ${first.role}` };
}

interface Second {
  readonly name: string;
  readonly presence: RosterRole['presence'];
}

/** The role that the decision names; without one the deputy of the first role. Nobody after that. */
function secondIn(roster: Roster, { by, deputy }: Deciders): Second | null {
  if (deputy !== null) {
    const role = roleIn(roster, deputy);
    return role === undefined ? null : { name: holderOf(role), presence: role.presence };
  }
  const first = roleIn(roster, by);
  return first === undefined || first.deputy === null
    ? null
    : { name: first.deputy, presence: first.deputyPresence ?? 'unknown' };
}

function roleIn({ roles }: Roster, wanted: string): RosterRole | undefined {
  return roles.find(({ role }) => role === wanted);
}

/** `Paul (sponsor), in whose absence Mara (lead)`. */
export function decidersInWords(roster: Roster, deciders: Deciders): string {
  const first = roleIn(roster, deciders.by);
  const second = deciders.deputy === null ? undefined : roleIn(roster, deciders.deputy);
  const standIn = second === undefined ? (first?.deputy ?? null) : inWords(second);
  const decider = first === undefined ? deciders.by : inWords(first);
  return standIn === null ? decider : `${decider}, or in their absence ${standIn},`;
}

/** Nobody who may call it is left: every name, or null while somebody is. */
export function nobodyMayCall({ roster, deciders }: Deciding): string | null {
  if (deciders === null) return null;
  const first = roleIn(roster, deciders.by);
  if (first === undefined || first.presence !== 'absent') return null;
  const second = secondIn(roster, deciders);
  if (second !== null && second.presence !== 'absent') return null;
  return second === null
    ? `${inWords(first)} is absent, and nobody is named to stand in`
    : `${inWords(first)} is absent, and so is ${second.name}`;
}

/** Everybody who may be there, those first who may call it. */
export function callersOf(deciding: Deciding): readonly Caller[] {
  const order = ['may', 'doubtful', 'may not'] as const;
  return peopleOf(deciding.roster)
    .filter(({ presence }) => presence !== 'absent')
    .map(({ name, roles, standsInFor }) => ({
      name,
      role: roles[0] ?? (standsInFor[0] === undefined ? null : `deputy of ${standsInFor[0]}`),
      right: rightOf(name, deciding),
    }))
    .toSorted((one, other) => order.indexOf(one.right.kind) - order.indexOf(other.right.kind));
}
