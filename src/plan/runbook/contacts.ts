import type { Plan } from '../schema.ts';
import type { RunbookProcedure } from './runbook.ts';

/** Who a role is on the night. What the plan leaves open is a line for a pen. */
export interface RoleHolder {
  readonly role: string;
  readonly person: string | null;
  readonly contacts: readonly string[];
  readonly deputy: Deputy | null;
}

export interface Deputy {
  readonly person: string;
  /** Known where the deputy holds a role as well. */
  readonly contacts: readonly string[];
}

export interface Contact extends RoleHolder {
  readonly decides: 'first' | 'in their place' | null;
  /** Numbers of the cards that this role owns. */
  readonly cards: readonly number[];
}

export function roleHolder(plan: Plan, role: string): RoleHolder {
  const { person, contacts, deputy } = plan.team[role] ?? {};
  return {
    role,
    person: person ?? null,
    contacts: contacts ?? [],
    deputy: deputy === undefined ? null : { person: deputy, contacts: contactsOfPerson(plan, deputy) },
  };
}

function contactsOfPerson(plan: Plan, name: string): readonly string[] {
  return Object.values(plan.team).find(({ person }) => person === name)?.contacts ?? [];
}

/** Every role that the plan names anywhere, those that decide first. */
export function contactsOf(plan: Plan, procedures: readonly RunbookProcedure[]): readonly Contact[] {
  const cards = procedures.flatMap((procedure) => procedure.cards);
  const { by, deputy } = plan.decision ?? {};
  const roles = [by, deputy, ...Object.keys(plan.team), ...cards.map((card) => card.owner?.role)];
  const named = [...new Set(roles.filter((role) => role !== undefined))];
  return named.map((role) => ({
    ...roleHolder(plan, role),
    decides: role === by ? 'first' : role === deputy ? 'in their place' : null,
    cards: cards.filter((card) => card.owner?.role === role).map((card) => card.number),
  }));
}
