import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { renderReport } from '../proof/report/report.ts';
import { renderJUnit } from '../proof/junit.ts';
import { renderSummary } from '../proof/summary.ts';
import type { DrillResult } from './run-drill.ts';
import type { StateFolder } from './state.ts';

/** The end of a command that drilled: a table a scenario, and where to look. */
export async function showEnd(request: {
  readonly results: readonly DrillResult[];
  readonly state: StateFolder;
  readonly json: boolean;
}): Promise<void> {
  const { results, state, json } = request;
  const records = results.map((result) => result.record);
  const [only] = results;
  if (only === undefined) return;
  let report = join(only.folder, 'report.html');
  if (results.length > 1) {
    report = join(state.drills, 'report.html');
    await writeFile(report, renderReport(records));
    await writeFile(join(state.drills, 'junit.xml'), renderJUnit(records));
  }
  if (json) {
    for (const result of results)
      process.stdout.write(
        `${JSON.stringify({ kind: 'verdict', drill: result.record.drill.id, scenario: result.record.scenario.name, ...result.record.verdict, folder: result.folder })}\n`,
      );
    return;
  }
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  for (const record of records) process.stdout.write(`\n${renderSummary(record, { colour, width: 80 })}\n`);
  process.stdout.write(`\nReport: ${report}\n`);
}
