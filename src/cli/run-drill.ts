import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import { EXIT, foldExitCodes, invariant } from '../kernel/errors.ts';
import { openJournalShelf } from '../adapters/sqlite/journal-shelf.ts';
import type { PostgresChoice } from '../adapters/postgres/binaries.ts';
import { composeDrill } from '../drill/compose/compose.ts';
import type { ComposeOptions } from '../drill/compose/scope.ts';
import type { Activity } from '../drill/activity.ts';
import { type Graph, journalledGraph } from '../drill/graph.ts';
import { outcomeOf, performer } from '../drill/perform.ts';
import { runGraph } from '../drill/run.ts';
import { type DrillOperator, type DrillPorts, type DrillRequest, World } from '../drill/world.ts';
import type { Recorded } from '../journal/journal.ts';
import { lintPlan } from '../plan/lint.ts';
import { absentByTwist } from '../plan/absence.ts';
import type { GoodPlan } from '../plan/load.ts';
import { invitedBy } from '../plan/duties.ts';
import type { Plan, Scenario } from '../plan/schema.ts';
import type { PlanPath } from '../plan/problem.ts';
import { assembleRecord } from '../proof/assemble.ts';
import { gatherEvidence } from '../proof/evidence.ts';
import type { DrillRecord } from '../proof/record.ts';
import { renderJUnit } from '../proof/junit.ts';
import { renderReport } from '../proof/report/report.ts';
import { carriedOf } from './carried.ts';
import { type Said, rosterFrom } from './people/attendance.ts';
import { earlierAttendance } from './people/earlier.ts';
import { productionBytesOf } from './production.ts';
import { partDigests } from './plan-file.ts';
import type { StateFolder } from './state.ts';
import { machineOf, makePorts, type Profile } from './wiring.ts';

export interface DrillOptions {
  readonly state: StateFolder;
  readonly clock: Clock;
  readonly pg: PostgresChoice | undefined;
  readonly profile: Profile;
  readonly unattended: boolean;
  readonly attended: boolean;
  readonly keep: boolean;
  readonly leaseMs: number;
  readonly until?: string;
  readonly from?: string;
  readonly command: string;
  /** Who is there; left out, nobody said anything. */
  readonly said?: Said;
}

export interface DrillRun {
  readonly loaded: GoodPlan;
  readonly scenarioName: string;
  readonly options: DrillOptions;
  readonly operator: DrillOperator;
  readonly stop: AbortSignal;
  readonly onEvent: (event: Recorded) => void;
  /** Puts something else in the place of an adapter: how tests show that a drill sees through a blind one. */
  readonly adapt?: (ports: DrillPorts) => DrillPorts;
}

export interface DrillResult {
  readonly record: DrillRecord;
  readonly folder: string;
  readonly exitCode: number;
}

/** One scenario from start to end: engine, record, report. Cleaning up has happened when it returns. */
export async function runDrill(run: DrillRun): Promise<DrillResult> {
  const { loaded, options, scenarioName } = run;
  const graph = composeDrill(loaded.plan, scenarioName, composeOptions(options));
  return conduct(run, graph, async ({ drill, events }) => {
    const record = await withCarried(await judge(run, { drill, events }), options);
    const folder = await writeResults(options.state, record);
    return { record, folder, exitCode: record.verdict.exitCode };
  });
}

/** The engine on a graph, with journal, ports and world. Cleaning up has happened before it is concluded. */
export async function conduct<T extends { readonly exitCode: number }>(
  run: DrillRun,
  graph: Graph<Activity>,
  conclude: (done: { readonly drill: string; readonly events: readonly Recorded[] }) => Promise<T>,
): Promise<T> {
  const { loaded, options, scenarioName } = run;
  const scenario = loaded.plan.scenarios[scenarioName];
  invariant(scenario !== undefined, `the plan has no scenario ${scenarioName}`);
  const drill = drillId();
  // Before the journal: what is missing on this machine is no drill that was cut off.
  const made = await makePorts({ ...options, drill, planFolder: dirname(loaded.file), operator: run.operator });
  const shelf = openJournalShelf(options.state.journal, options.clock);
  const journal = await shelf.open(drill, { create: true });
  try {
    const ports = run.adapt?.(made) ?? made;
    const { leaseMs, keep, clock } = options;
    const request: DrillRequest = {
      plan: loaded.plan,
      scenarioName,
      scenario,
      drill,
      leaseMs,
      keep,
      roster: rosterFrom(invitedBy(loaded.plan), saidIn(loaded.plan, scenario, options.said)),
      placeOf: (path) => placeIn(loaded, path),
    };
    const world = new World(request, ports);
    await journal.append({
      kind: 'drill-opened',
      graph: journalledGraph(graph),
      facts: { plan: loaded.digest, scenario: scenarioName },
    });
    const perform = performer(world, journal);
    const engine = { journal, clock, operator: run.operator, perform, outcomeOf, onEvent: run.onEvent };
    const { aborted } = await runGraph(graph, engine, run.stop);
    const result = await conclude({ drill, events: await journal.read() });
    await journal.append({
      kind: 'drill-closed',
      end: aborted ? 'aborted' : 'completed',
      exitCode: result.exitCode,
    });
    return result;
  } finally {
    await journal.close();
    await shelf.close();
  }
}

/** Who is absent by a twist is absent whatever was said, unless somebody else takes the role. */
function saidIn(plan: Plan, scenario: Scenario, said: Said = { present: [], absent: [] }): Said {
  return { ...said, absent: [...new Set([...said.absent, ...absentByTwist(plan, scenario)])] };
}

function placeIn({ file, positions }: GoodPlan, path: PlanPath): string {
  const { line, column } = positions.of(path);
  return `${file}:${line}:${column}`;
}

function composeOptions(options: DrillOptions): ComposeOptions {
  return {
    attended: options.attended,
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.from === undefined ? {} : { from: options.from }),
  };
}

async function judge(
  run: DrillRun,
  done: { readonly drill: string; readonly events: readonly Recorded[] },
): Promise<DrillRecord> {
  const { loaded, options, scenarioName } = run;
  const scenario = loaded.plan.scenarios[scenarioName];
  invariant(scenario !== undefined, `the plan has no scenario ${scenarioName}`);
  const lint = lintPlan(loaded);
  const evidence = gatherEvidence({
    plan: loaded.plan,
    scenarioName,
    scenario,
    events: done.events,
    partial: options.until !== undefined || options.from !== undefined,
    profile: options.profile,
    productionBytes: productionBytesOf(loaded.plan),
  });
  return assembleRecord({
    evidence,
    drill: { id: done.drill, command: options.command, unattended: options.unattended, interrupted: run.stop.aborted },
    plan: {
      name: loaded.plan.name,
      file: loaded.file,
      digest: loaded.digest,
      parts: await partDigests(loaded),
      caps: [...lint.caps],
      lint: lint.findings.map((finding) => ({
        id: finding.id,
        severity: finding.severity,
        at: finding.at,
        message: finding.message,
      })),
    },
    host: 'process',
    machine: machineOf(),
    attended: await earlierAttendance(options.state),
  });
}

/** Findings of earlier drills with their owners, as they stand now that this one has ended. */
async function withCarried(record: DrillRecord, { state, clock }: DrillOptions): Promise<DrillRecord> {
  const { carried } = await carriedOf(state, { plan: record.plan.name, clock, justEnded: record });
  return { ...record, carried: [...carried] };
}

async function writeResults(state: StateFolder, record: DrillRecord): Promise<string> {
  const folder = state.resultsOf(record.drill.id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'record.json'), `${JSON.stringify(record, null, 1)}\n`);
  await writeFile(join(folder, 'report.html'), renderReport(record));
  await writeFile(join(folder, 'junit.xml'), renderJUnit([record]));
  return folder;
}

/** Sortable by time and short enough for the path of a socket. */
function drillId(): string {
  return `d-${Math.floor(Date.now() / 1000).toString(36)}${randomBytes(3).toString('hex')}`;
}

export function exitCodeOf(results: readonly DrillResult[]): number {
  return foldExitCodes(results.length === 0 ? [EXIT.inconclusive] : results.map((result) => result.exitCode));
}
