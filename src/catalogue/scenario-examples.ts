/** Scenarios to paste for failures of a go-live; names of steps, systems, tables and columns are examples. */
export const SCENARIO_EXAMPLES: Readonly<Record<string, string>> = {
  'GF-01': `late: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-01, rate: 90%, seed: 7 }], rollback: go-back }`,
  'GF-03': `locked-out: { kind: S3, at: { during: go-live, step: up }, faults: [{ id: GF-03, in: new-db, table: users, column: active, rate: 20%, seed: 7 }], rollback: go-back }`,
  'GF-05': `open-to-all: { kind: S3, at: { during: go-live, step: up }, faults: [{ id: GF-05, in: new-db, table: permissions, column: public, rate: 20%, seed: 7 }], rollback: go-back }`,
  'GF-08': `old-extract: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-08, in: new-db, table: orders, column: ordered_at, rate: 2%, seed: 7 }], rollback: go-back }`,
  'GF-09': `old-locked: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-09, in: legacy-db }], rollback: go-back }`,
};
