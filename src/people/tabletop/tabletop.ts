import { z } from 'zod';

export const TABLETOP_FORMAT = 'rollproof-tabletop/1';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const isoTime = z.iso.datetime();

const walkedStep = z.strictObject({
  step: z.string(),
  owner: z.string().nullable(),
  /** Who spoke for it. */
  by: z.string(),
  said: z.enum(['confirmed', 'finding']),
  /** What is wrong; empty where it was confirmed. */
  finding: z.string(),
  at: isoTime,
  /** How long it was talked about: never how long it takes. Null where the answer came from a file. */
  talkedMs: z.number().min(0).nullable(),
});

/** What is kept of one walk; rewritten whole after each step, so that an interruption loses nothing that was said. */
export const tabletopRecord = z.strictObject({
  format: z.literal(TABLETOP_FORMAT),
  id: z.string(),
  plan: z.strictObject({ name: z.string(), file: z.string(), digest }),
  scenario: z.string(),
  procedure: z.string(),
  startedAt: isoTime,
  /** Null while steps are left. */
  endedAt: isoTime.nullable(),
  roles: z.array(z.strictObject({ role: z.string(), person: z.string().nullable(), deputy: z.string().nullable() })),
  /** All steps to be walked, in the order in which they are carried out. */
  steps: z.array(z.string()),
  walked: z.array(walkedStep),
});

export type TabletopRecord = z.output<typeof tabletopRecord>;
export type WalkedStep = z.output<typeof walkedStep>;

/** The step that comes next; undefined when all are walked. */
export function nextStep({ steps, walked }: TabletopRecord): string | undefined {
  return steps.find((step) => !walked.some((one) => one.step === step));
}

export function withStep(record: TabletopRecord, walked: WalkedStep): TabletopRecord {
  const after = { ...record, walked: [...record.walked, walked] };
  return nextStep(after) === undefined ? { ...after, endedAt: walked.at } : after;
}

export interface TabletopResult {
  readonly walked: number;
  readonly of: number;
  readonly findings: readonly WalkedStep[];
  /** Steps that nobody spoke for who holds or deputises the role that owns them. */
  readonly notByOwner: readonly string[];
  /** All steps, each by its own role: the named roles walked it. */
  readonly isByNamedRoles: boolean;
}

export function resultOf(record: TabletopRecord): TabletopResult {
  const { steps, walked } = record;
  const notByOwner = walked.filter((one) => !isByOwner(record, one)).map(({ step }) => step);
  return {
    walked: walked.length,
    of: steps.length,
    findings: walked.filter(({ said }) => said === 'finding'),
    notByOwner,
    isByNamedRoles: steps.length > 0 && walked.length === steps.length && notByOwner.length === 0,
  };
}

function isByOwner({ roles }: TabletopRecord, { owner, by }: WalkedStep): boolean {
  const role = roles.find((one) => one.role === owner);
  return role !== undefined && [role.person ?? role.role, role.deputy].includes(by);
}
