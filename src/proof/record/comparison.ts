import { z } from 'zod';

const rowChange = z.object({
  operation: z.enum(['insert', 'delete', 'update']),
  key: z.string(),
  columns: z.array(z.string()),
});
const partDifference = z.object({
  part: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
  totals: z.object({ insert: z.number(), delete: z.number(), update: z.number() }).nullable(),
  columns: z.record(z.string(), z.number()),
  changes: z.array(rowChange),
  buckets: z.object({ different: z.number(), total: z.number() }),
});
const difference = z.object({
  store: z.string(),
  parts: z.array(partDifference),
  objects: z.array(
    z.object({
      kind: z.string(),
      name: z.string(),
      operation: z.enum(['insert', 'delete', 'update']),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
  counters: z.array(
    z.object({
      name: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
      direction: z.enum(['ahead', 'behind', 'missing', 'extra']),
    }),
  ),
  unread: z.array(z.object({ what: z.string(), why: z.string() })),
  compared: z.object({ parts: z.number(), rows: z.number(), objects: z.number(), counters: z.number() }),
});
export const comparison = z.object({
  store: z.string(),
  kind: z.enum(['postgres', 'directory']),
  /**
   * `completeness of the backup`: the restored copy against the source. `declared untouched`: in the new state, where the plan
   * says that the go-live leaves the store alone. `at rest`: before any program starts.
   * `second reading`: after the watch.
   */
  reading: z.enum([
    'completeness of the backup',
    'between seal and first change',
    'declared untouched',
    'at rest',
    'second reading',
  ]),
  comparedWith: z.string(),
  verdict: z.enum(['equal', 'different', 'incomplete']),
  /** What differs and is not allowed. */
  difference,
  allowed: z.array(
    z.object({
      part: z.string(),
      operation: z.string(),
      columns: z.array(z.string()),
      rows: z.number(),
      why: z.string(),
    }),
  ),
  notes: z.array(z.string()),
  tiles: z.array(z.object({ part: z.string(), rows: z.number(), equal: z.boolean() })),
  tookMs: z.number(),
});
