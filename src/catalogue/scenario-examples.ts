/** Scenarios to paste for failures of a go-live; names of steps, systems, tables and columns are examples. */
export const SCENARIO_EXAMPLES: Readonly<Record<string, string>> = {
  'GF-01': `late: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-01, rate: 90%, seed: 7 }], rollback: go-back }`,
  'GF-03': `locked-out: { kind: S3, at: { during: go-live, step: up }, faults: [{ id: GF-03, in: new-db, table: users, column: active, rate: 20%, seed: 7 }], rollback: go-back }`,
  'GF-05': `open-to-all: { kind: S3, at: { during: go-live, step: up }, faults: [{ id: GF-05, in: new-db, table: permissions, column: public, rate: 20%, seed: 7 }], rollback: go-back }`,
  'GF-08': `old-extract: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-08, in: new-db, table: orders, column: ordered_at, rate: 2%, seed: 7 }], rollback: go-back }`,
  'GF-09': `old-locked: { kind: S3, at: { during: go-live, step: load }, faults: [{ id: GF-09, in: legacy-db }], rollback: go-back }`,
  'GF-10': `bad-backup: { kind: S0, at: live, twists: [{ id: GF-10, in: db, defect: BK-01, seed: 7 }], rollback: go-back }`,
  'GF-11': `no-return: { kind: S0, at: live, twists: [{ id: GF-11, step: migrate }], rollback: go-back }`,
  'GF-12': `both-systems: { kind: S0, at: live, twists: [{ id: GF-12, in: legacy-app, users: legacy-staff, count: 5 }], rollback: go-back }`,
  'GF-13': `nobody-there: { kind: S0, at: live, twists: [{ id: GF-13, role: sponsor }], rollback: go-back }`,
  'GF-14': `overrun: { kind: S0, at: live, twists: [{ id: GF-14, in: app, users: staff, http: { method: POST, path: /api/tickets, json: { text: help } }, count: 50, within: 5s, trigger: waiting }], rollback: go-back }`,
  'GF-17': `no-mail: { kind: S0, at: live, twists: [{ id: GF-17, channel: mail }], rollback: go-back }`,
  'GF-18': `old-address: { kind: S0, at: live, twists: [{ id: GF-18, in: new-app, users: new-staff }], rollback: go-back }`,
  'GF-20': `wrong-host: { kind: S0, at: live, twists: [{ id: GF-20, step: restore, instead: other-db }], rollback: go-back }`,
};
