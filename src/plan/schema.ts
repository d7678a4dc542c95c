import { z } from 'zod';
import { parseDuration } from '../kernel/duration.ts';
import { parseSize } from '../kernel/size.ts';

/**
 * The plan file, format 1: exactly what this release executes. Every object is strict, because a misspelt key that is
 * silently ignored is a step that silently does not happen. The descriptions become the help in the editor.
 */
const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, { error: 'write a duration such as 45m, 1h30m or 20s' })
  .describe('A duration: 250ms, 20s, 45m, 1h30m, 2d.');
const size = z
  .string()
  .refine((text) => parseSize(text) !== undefined, { error: 'write a size such as 412GiB or 500MB' })
  .describe('A size in bytes: 500MB, 412GiB, 1.7TB.');
const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*$/, { error: 'write a name of lower-case letters, digits and hyphens' })
  .describe('A name: lower-case letters, digits, hyphens.');
const instant = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/, {
    error: 'write a time with its zone, such as 2026-12-04T18:00+01:00',
  })
  .refine((text) => !Number.isNaN(Date.parse(text)), {
    error: 'write a time that exists, such as 2026-12-04T18:00+01:00',
  })
  .describe('A time with its zone: 2026-12-04T18:00+01:00.');
const argv = z
  .array(z.string(), { error: 'write the command as a list: [node, app.js, migrate]' })
  .min(1)
  .describe('A command as a list of words; no shell reads it.');
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const envName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'write the name of an environment variable' });

const sqlProbe = z
  .strictObject({ in: name, sql: z.string().min(1) })
  .describe('A query on one of the systems; read-only.');
const httpProbe = z
  .strictObject({ in: name, http: z.string().startsWith('/'), status: z.int().optional() })
  .describe('A GET request to one of the services.');

const person = z.strictObject({
  person: z.string().optional(),
  deputy: z.string().optional(),
  contacts: z.array(z.string()).optional(),
});

const restorePointSource = z.strictObject({
  format: z.enum(['pg_dump', 'base-backup', 'tar']),
  path: z.string().describe('File or folder, relative to the plan.'),
  wal: z.string().optional().describe('base-backup: folder with further WAL segments.'),
  globals: z.string().optional().describe('pg_dump: file written by pg_dumpall --globals-only.'),
});
const restorePoints = z
  .record(name, z.array(restorePointSource).min(1))
  .describe('Name of each restore point and the forms it exists in; the first that can be restored here is used.');

const production = z
  .strictObject({ size: size.optional(), note: z.string().optional() })
  .describe('What this system is on the night.');

const postgres = z.strictObject({
  kind: z.literal('postgres'),
  database: z.string().default('app').describe('Name of the database that the programs use.'),
  user: z.string().optional().describe('Role that the programs connect as. Default: the owner of the database.'),
  restorePoints: restorePoints.optional(),
  production: production.optional(),
  exact: z.array(z.string()).optional().describe('Tables in which nothing may change by itself.'),
  gapless: z.array(z.string()).optional().describe('Sequences that may not even be ahead.'),
});
const directory = z.strictObject({
  kind: z.literal('directory'),
  samePointAs: name.optional(),
  restorePoints: restorePoints.optional(),
  production: production.optional(),
});
const release = z.strictObject({
  from: z.string().describe('Folder or archive of the release, relative to the plan.'),
  run: argv,
  expects: z
    .strictObject({ in: name, sql: z.string(), is: scalar })
    .optional()
    .describe('What the store must say for this release: the version check of program against database.'),
});
const service = z.strictObject({
  kind: z.literal('service'),
  uses: z.record(envName, name).default({}).describe('Environment variable → system whose address it gets.'),
  env: z.record(envName, z.string()).default({}),
  port: envName.default('PORT').describe('Environment variable that tells the program on which TCP port to listen.'),
  ready: z.strictObject({ http: z.string().startsWith('/'), within: duration.default('30s') }),
  jobs: z
    .strictObject({ hold: argv, release: argv, stored: sqlProbe.optional() })
    .optional()
    .describe('How its background jobs are held and released, and where those stored in the data are listed.'),
  memory: size.optional().describe('Memory limit of the program in the drill.'),
  releases: z.record(name, release),
  production: production.optional(),
});
const route = z.strictObject({ kind: z.literal('route'), to: z.array(name).min(1), production: production.optional() });
const system = z.discriminatedUnion('kind', [postgres, directory, service, route]);

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().startsWith('/').describe('May hold {id} (of the thing created) and {user}.'),
  json: z.record(z.string(), z.unknown()).optional(),
  form: z.record(z.string(), z.string()).optional(),
  status: z.int().optional().describe('Expected status. Default: any 2xx.'),
  read: z.string().optional().describe('Dotted path into the JSON answer, such as id or items.0.id.'),
});
const ability = z.union([
  z.strictObject({ count: request }),
  z.strictObject({
    create: request,
    check: request.optional(),
    undo: request.optional(),
    found: z
      .strictObject({ in: name, sql: z.string(), table: z.string(), key: z.string() })
      .optional()
      .describe('Finds the created row in the store; :id is the id read from the answer.'),
  }),
]);
const users = z.strictObject({
  list: sqlProbe.describe('One row a user; first column the login name, a second one the role where given.'),
  login: z.strictObject({
    in: name,
    form: z.string().startsWith('/'),
    user: z.string().default('user'),
    password: z.string().default('password'),
    status: z.int().optional(),
  }),
  signIn: z
    .union([
      z.strictObject({ resetInClone: z.strictObject({ in: name, sql: z.string(), password: z.string() }) }),
      z.strictObject({ passwords: z.strictObject({ file: z.string() }) }),
    ])
    .describe('Where passwords come from: reset by SQL in a throw-away clone, or a CSV file of user,password.'),
  can: z.record(name, ability).default({}),
  anonymous: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('Addresses tried without login, before and after.'),
  rate: z.strictObject({ perSecond: z.number().positive() }).optional(),
});

const storeState = z.strictObject({
  equals: z.string().optional().describe('Name of a restore point: the store must be as it was then, row by row.'),
  untouched: z.boolean().optional(),
  checks: z.array(name).optional(),
});
const serviceState = z.strictObject({
  release: name.optional(),
  is: z.enum(['running', 'stopped']).optional(),
  checks: z.array(name).optional(),
});
const systemState = z.union([storeState.extend(serviceState.shape), name]);
const state = z.strictObject({
  systems: z.record(name, systemState),
  access: z.array(name).default([]).describe('User groups whose access is swept in this state.'),
});

const comparison = {
  is: scalar.optional(),
  sameAs: z.literal('before').optional().describe('Must be as it was when the baseline was sealed.'),
  atLeast: z.number().optional(),
  atMost: z.number().optional(),
};
const check = z.strictObject({
  in: name,
  sql: z.string().optional(),
  http: z.string().startsWith('/').optional(),
  status: z.int().optional(),
  read: z.string().optional(),
  run: argv.optional(),
  timeout: duration.default('30s'),
  catalogue: z.string().optional(),
  ...comparison,
});

const trigger = z.strictObject({
  catalogue: z.string().optional().describe('Id in the catalogue, TR-01 … TR-26.'),
  in: name,
  sql: z.string().describe('A query that answers one number.'),
  above: z.number().optional(),
  below: z.number().optional(),
  readings: z.int().min(1).default(2).describe('Readings in a row that must be red.'),
  every: z.strictObject({ live: duration, drill: duration }),
  class: z.enum(['mandatory', 'decide', 'watch']).default('decide'),
});

const allowedDifference = z.strictObject({
  in: name.optional(),
  table: z.string(),
  columns: z.array(z.string()).optional(),
  operations: z.array(z.enum(['insert', 'update', 'delete'])).min(1),
  max: z.int().min(0),
  why: z.string().min(1),
});

const phase = z.enum(['detect', 'decide', 'execute', 'restore', 'verify', 'communicate']);
const range = z.strictObject({ p50: duration, p90: duration });
/** One flat object instead of a union: its errors can name the one key that is wrong. `stepKindOf` says which kind it is. */
export const STEP_KINDS = [
  'run',
  'sql',
  'http',
  'backup',
  'restore',
  'release',
  'start',
  'stop',
  'route',
  'wait',
  'manual',
  'check',
] as const;
const step = z.strictObject({
  id: name,
  run: argv.optional().describe('Runs a command. With `in`: with the address variables and files of that service.'),
  sql: z.string().optional().describe('Runs SQL on the store named by `in`.'),
  http: request.optional().describe('Sends a request to the service named by `in`.'),
  backup: z.array(name).min(1).optional().describe('Makes the restore point that carries the name of this step.'),
  formats: z.array(z.enum(['pg_dump', 'base-backup', 'tar'])).optional(),
  restore: z.array(name).min(1).optional().describe('Restores these stores from the restore point named by `from`.'),
  from: name.optional(),
  into: z.enum(['empty', 'over']).optional().describe('over: onto what is there. Default: empty.'),
  release: name.optional().describe('Swaps the release of a service; does not start it.'),
  to: name.optional(),
  start: name.optional(),
  jobs: z.enum(['held', 'running']).optional(),
  stop: name.optional(),
  route: name.optional(),
  wait: z
    .union([sqlProbe.extend({ is: scalar }), httpProbe])
    .optional()
    .describe('Waits until this holds.'),
  manual: z.string().optional().describe('What a person does and confirms.'),
  observe: z.string().optional().describe('manual: what the person must note down.'),
  check: name.optional(),
  in: name.optional(),
  phase: phase.optional(),
  owner: name.optional(),
  deputy: name.optional(),
  after: z
    .array(name)
    .optional()
    .describe('Steps that must have ended. Left out: the one written before. []: at once.'),
  always: z.boolean().optional().describe('Runs even when a step before it failed.'),
  when: z.strictObject({ failed: name }).optional().describe('Runs only if that step failed; skipped otherwise.'),
  expected: range.optional(),
  timeout: duration.optional(),
  retry: z.strictObject({ times: z.int().min(1).max(10), wait: duration.default('1s') }).optional(),
  repeat: z
    .union([
      z.enum(['safe', 'ask']),
      z.strictObject({ check: z.literal('doneWhen'), run: argv }),
      z.strictObject({ check: z.literal('doneWhen'), sql: z.string(), in: name, is: scalar }),
    ])
    .optional()
    .describe('What to do after a crash in the middle: safe to run again, check first, or ask a person.'),
  else: name.optional().describe('Procedure that takes over when this step fails.'),
  pointOfNoReturn: z.enum(['technical', 'data', 'business', 'contractual', 'time']).optional(),
  destructive: z.boolean().optional(),
  onTheNight: z.strictObject({ run: argv.optional(), text: z.string().optional() }).optional(),
});

const procedure = z.strictObject({
  from: z.array(name).min(1).describe('States, or procedures that may be broken off, from which it starts.'),
  to: name,
  steps: z.array(step).min(1),
});

const fault = z.strictObject({
  id: z.string().regex(/^[A-Z]{2}-\d{2}$/, { error: 'write a catalogue id such as DC-04' }),
  in: name,
  table: z.string().optional(),
  column: z.string().optional(),
  rate: z
    .string()
    .regex(/^\d+(\.\d+)?%$/, { error: 'write a share such as 1%' })
    .optional(),
  seed: z.int().min(0).default(1),
});
const claimName = z.enum([
  'data',
  'files',
  'function',
  'access',
  'flows',
  'loss',
  'detection',
  'decision',
  'time',
  'communication',
]);
const scenario = z.strictObject({
  kind: z.enum(['S0', 'S1']),
  at: name,
  goLive: name.optional().describe('Procedure that performs the go-live. Default: the one that leads to `at`.'),
  restorePoint: name
    .optional()
    .describe('Restore point that the environment is built from. Default: the first of each store.'),
  faults: z.array(fault).default([]),
  rollback: name,
  detectWithin: duration.optional(),
  watch: duration.default('2s').describe('Quiet time after opening, before the second reading.'),
  requires: z.array(claimName).default([]).describe('Claims required beyond those of its kind.'),
});

const waiver = z.strictObject({ rule: z.string(), at: z.string().optional(), why: z.string().min(1) });

export const planSchema = z
  .strictObject({
    rollproof: z.literal(1).describe('Version of this format.'),
    name,
    description: z.string().optional(),
    window: z.strictObject({ opens: instant, backBy: instant }).optional(),
    objectives: z.strictObject({ rto: z.strictObject({ limit: duration }).optional() }).default({}),
    team: z.record(name, person).default({}),
    decision: z.strictObject({ by: name, deputy: name.optional(), within: duration.optional() }).optional(),
    isolation: z.strictObject({ atLeast: z.enum(['userns', 'netns', 'none']) }).default({ atLeast: 'none' }),
    systems: z.record(name, system),
    users: z.record(name, users).default({}),
    states: z.record(name, state),
    checks: z.record(name, check).default({}),
    triggers: z.record(name, trigger).default({}),
    differences: z.array(allowedDifference).default([]),
    procedures: z.record(name, procedure),
    scenarios: z.record(name, scenario),
    waivers: z.array(waiver).default([]).describe('Lint findings accepted on purpose.'),
  })
  .describe('A rollback plan.');

/** The plan with defaults filled in: one value, from which drill, runbook and digest are made. */
export type Plan = z.output<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;
export type System = Plan['systems'][string];
export type PostgresSystem = Extract<System, { kind: 'postgres' }>;
export type DirectorySystem = Extract<System, { kind: 'directory' }>;
export type ServiceSystem = Extract<System, { kind: 'service' }>;
export type RouteSystem = Extract<System, { kind: 'route' }>;
export type Release = ServiceSystem['releases'][string];
export type UserGroup = Plan['users'][string];
export type Ability = UserGroup['can'][string];
export type HttpRequest = z.output<typeof request>;
export type State = Plan['states'][string];
export type SystemState = State['systems'][string];
export type Check = Plan['checks'][string];
export type Trigger = Plan['triggers'][string];
export type AllowedDifference = Plan['differences'][number];
export type Procedure = Plan['procedures'][string];
export type Step = Procedure['steps'][number];
export type StepKind = (typeof STEP_KINDS)[number];
export type Phase = z.output<typeof phase>;
export type Scenario = Plan['scenarios'][string];
export type PlannedFault = Scenario['faults'][number];
export type ClaimName = z.output<typeof claimName>;
