/** TR rollback triggers · DC data corruption · IF flow failures · GF go-live failures · BK backup defects. */
export const FAMILIES = ['TR', 'DC', 'IF', 'GF', 'BK'] as const;
export type Family = (typeof FAMILIES)[number];

export interface CatalogueEntry {
  /** Stable: plans, findings and records name it. Never given to something else. */
  readonly id: string;
  readonly family: Family;
  readonly name: string;
  readonly happens: string;
  /** What notices it. For the ones that row counts miss, counts are not named. */
  readonly seenBy: string;
  /** Triggers: when it is red unless the plan says otherwise, and what usually follows. */
  readonly threshold?: string;
  readonly response?: string;
  /** Triggers: YAML to paste under `triggers:` of a plan. */
  readonly template?: string;
  /** `available`: this release can do it. `planned`: described, so that plans can be thought through; not executable yet. */
  readonly availability: 'available' | 'planned';
}

/** Id, name, what happens, what sees it. */
export type EntryRow = readonly [id: string, name: string, happens: string, seenBy: string];

export function entriesFrom(
  family: Family,
  rows: readonly EntryRow[],
  available: readonly string[] = [],
): readonly CatalogueEntry[] {
  return rows.map(([id, name, happens, seenBy]) => ({
    id,
    family,
    name,
    happens,
    seenBy,
    availability: available.includes(id) ? 'available' : 'planned',
  }));
}
