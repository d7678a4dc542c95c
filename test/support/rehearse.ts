import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../src/adapters/process/clock.ts';
import type { PostgresChoice } from '../../src/adapters/postgres/binaries.ts';
import { unattendedOperator } from '../../src/cli/operator.ts';
import { runDrill } from '../../src/cli/run-drill.ts';
import { type StateFolder, stateFolder } from '../../src/cli/state.ts';
import type { Said } from '../../src/cli/people/attendance.ts';
import type { DrillOperator, DrillPorts } from '../../src/drill/world.ts';
import type { Recorded } from '../../src/journal/journal.ts';
import { type GoodPlan, loadPlan } from '../../src/plan/load.ts';
import type { PlanInput } from '../../src/plan/schema.ts';
import type { DrillRecord } from '../../src/proof/record.ts';
import { type PreparedExample, preparedExample } from './example.ts';
import { leftovers } from './leftovers.ts';

export interface Rehearsal {
  readonly scenario: string;
  /** Default: the upgrade in place that the project has prepared. */
  readonly example?: PreparedExample;
  /** Changes the example's plan, given as it stands in the file, before it is loaded. Its quiet time is then short. */
  readonly edit?: (plan: PlanInput) => void;
  readonly adapt?: (ports: DrillPorts) => DrillPorts;
  readonly profile?: 'fast' | 'faithful';
  readonly pg?: PostgresChoice;
  /** Who is there and who is not. */
  readonly said?: Said;
  /** Who decides instead of the unattended policy. */
  readonly operator?: (operator: DrillOperator) => DrillOperator;
  readonly until?: string;
  readonly from?: string;
}

export interface Rehearsed {
  readonly record: DrillRecord;
  readonly exitCode: number;
  readonly events: readonly Recorded[];
  /** Processes and folders of the drill that are still there. */
  readonly left: readonly string[];
}

/** A whole drill of the example, or of a variant of it, for real and in a state folder of its own. */
export async function rehearse(rehearsal: Rehearsal): Promise<Rehearsed> {
  const { folder, cache } = rehearsal.example ?? preparedExample();
  const path = await mkdtemp(join(tmpdir(), 'rpc-'));
  const file = join(folder, `${basename(path)}.yaml`);
  try {
    await symlink(cache, join(path, 'cache'));
    const loaded = await variant({ from: join(folder, 'rollproof.yaml'), file, edit: rehearsal.edit });
    return await drill(rehearsal, { loaded, state: stateFolder(path) });
  } finally {
    await rm(file, { force: true });
    await rm(path, { recursive: true, force: true });
  }
}

async function variant(request: {
  readonly from: string;
  readonly file: string;
  readonly edit: Rehearsal['edit'];
}): Promise<GoodPlan> {
  const plan = parse(await readFile(request.from, 'utf8')) as PlanInput;
  if (request.edit !== undefined) hurry(plan);
  request.edit?.(plan);
  const text = stringify(plan);
  await writeFile(request.file, text);
  const loaded = loadPlan(text, request.file);
  if (!loaded.ok)
    throw new Error(
      `the variant of the plan is wrong: ${loaded.problems.map((one) => `${one.path}: ${one.message}`).join('; ')}`,
    );
  return loaded;
}

/** The quiet time of the example is made for its jobs, which look for work every second; here they look more often. */
function hurry(plan: PlanInput): void {
  for (const scenario of Object.values(plan.scenarios)) scenario.watch = '500ms';
  for (const system of Object.values(plan.systems))
    if (system.kind === 'service') system.env = { ...system.env, JOB_POLL_MS: '50' };
}

async function drill(
  rehearsal: Rehearsal,
  made: { readonly loaded: GoodPlan; readonly state: StateFolder },
): Promise<Rehearsed> {
  const events: Recorded[] = [];
  const { record, exitCode } = await runDrill({
    loaded: made.loaded,
    scenarioName: rehearsal.scenario,
    options: {
      state: made.state,
      clock: systemClock(),
      pg: rehearsal.pg,
      profile: rehearsal.profile ?? 'fast',
      unattended: true,
      attended: false,
      keep: false,
      leaseMs: 600_000,
      command: 'a control of the tests',
      ...(rehearsal.said === undefined ? {} : { said: rehearsal.said }),
      ...(rehearsal.until === undefined ? {} : { until: rehearsal.until }),
      ...(rehearsal.from === undefined ? {} : { from: rehearsal.from }),
    },
    operator: rehearsal.operator?.(unattendedOperator()) ?? unattendedOperator(),
    stop: new AbortController().signal,
    onEvent: (event) => void events.push(event),
    ...(rehearsal.adapt === undefined ? {} : { adapt: rehearsal.adapt }),
  });
  return {
    record,
    exitCode,
    events,
    left: await leftovers({ drill: record.drill.id, events, state: made.state.path }),
  };
}
