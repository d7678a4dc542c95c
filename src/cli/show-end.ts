import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { renderReport } from '../proof/report/report.ts';
import { renderJUnit } from '../proof/junit.ts';
import { renderSummary } from '../proof/summary.ts';
import type { DrillResult } from './run-drill.ts';
import type { StateFolder } from './state.ts';
import { abilitiesOf } from './view/abilities.ts';
import { verdictLine } from './view/json.ts';
import { painter } from './view/paint.ts';
import { scenarioTable } from './view/scenario-table.ts';

const WIDTH = 80;

/** The end of a command that drilled: a summary for each scenario, one table of all, and where to look. */
export async function showEnd(request: {
  readonly results: readonly DrillResult[];
  readonly state: StateFolder;
  readonly json: boolean;
}): Promise<void> {
  const { results, state, json } = request;
  const [only] = results;
  if (only === undefined) return;
  if (results.length > 1) await writeTogether(results, state);
  if (json) {
    for (const result of results) process.stdout.write(verdictLine(result.record, result.folder));
    return;
  }
  const { colour } = abilitiesOf(process.stdout, process.env);
  for (const { record } of results) process.stdout.write(`\n${renderSummary(record, { colour, width: WIDTH })}`);
  if (results.length === 1) process.stdout.write(`\nReport: ${reportOf(only)}\n`);
  else process.stdout.write(`\n${together(results, state, colour).join('\n')}\n`);
}

async function writeTogether(results: readonly DrillResult[], state: StateFolder): Promise<void> {
  const records = results.map((result) => result.record);
  await writeFile(join(state.drills, 'report.html'), renderReport(records));
  await writeFile(join(state.drills, 'junit.xml'), renderJUnit(records));
}

function together(results: readonly DrillResult[], state: StateFolder, colour: boolean): readonly string[] {
  const rows = results.map((result) => ({ record: result.record, report: reportOf(result) }));
  return [
    ...scenarioTable(rows, { folder: state.drills, width: WIDTH, paint: painter(colour) }),
    '',
    `Reports are below ${state.drills}`,
    `All in one: ${join(state.drills, 'report.html')}`,
  ];
}

function reportOf(result: DrillResult): string {
  return join(result.folder, 'report.html');
}
