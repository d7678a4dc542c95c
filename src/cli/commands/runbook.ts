import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { nearestName } from '../../plan/nearest.ts';
import { isZone, offsetIn } from '../../plan/runbook/clock-time.ts';
import { runbookOf } from '../../plan/runbook/runbook.ts';
import { type DrillRecord, recordSchema } from '../../proof/record.ts';
import { type Drilled, drilledBy, measuredIn } from '../../proof/runbook/drilled.ts';
import { renderRunbook } from '../../proof/runbook/runbook-html.ts';
import { statusFoot, statusSentence } from '../../proof/runbook/status.ts';
import type { RunbookView } from '../../proof/runbook/view.ts';
import { flag, type Options, textOption } from '../options.ts';
import { partDigests } from '../plan-file.ts';
import { listResults } from '../records.ts';
import { chosenState } from '../state.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { goodPlan } from './drill.ts';

/** Prints the plan as it is now. Whether exactly this was drilled is said on every page, and is no reason not to print. */
export async function runbook(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const scenario = scenarioOf(loaded, args[0]);
  const zone = zoneOf(loaded, textOption(options, 'zone'));
  const drilled = await findDrill(loaded, { scenario, options });
  const view: RunbookView = { runbook: runbookOf(loaded, { scenario, measured: measuredIn(drilled) }), drilled, zone };
  const named = textOption(options, 'output');
  const isJson = flag(options, 'json');
  const file = named ?? (isJson ? undefined : `${loaded.plan.name}-${scenario}.runbook.html`);
  if (file !== undefined) await write(file, renderRunbook(view));
  if (isJson) jsonLine({ kind: 'runbook', file: file === undefined ? null : resolve(file), ...asJson(view) });
  else if (file !== undefined) show(view, resolve(file));
  return EXIT.ok;
}

function scenarioOf({ plan }: GoodPlan, wanted: string | undefined): string {
  const known = Object.keys(plan.scenarios);
  const [only] = known;
  if (wanted === undefined && known.length === 1 && only !== undefined) return only;
  if (wanted !== undefined && known.includes(wanted)) return wanted;
  const near = wanted === undefined ? undefined : nearestName(wanted, known);
  throw new RollproofError(
    'usage-invalid',
    wanted === undefined ? 'no scenario is named' : `the plan has no scenario ${wanted}`,
    { hint: `${near === undefined ? '' : `Did you mean ${near}? `}Name one of ${known.join(', ')}.` },
  );
}

/** Without a name: as the plan writes the beginning of its window, whose clocks then never change. */
function zoneOf({ plan }: GoodPlan, wanted: string | undefined): string {
  if (wanted === undefined) return plan.window === undefined ? '+00:00' : offsetIn(plan.window.opens);
  if (/^[+-]\d{2}:\d{2}$/.test(wanted) || isZone(wanted)) return wanted;
  const near = nearestName(wanted, Intl.supportedValuesOf('timeZone'));
  throw new RollproofError('usage-invalid', `there is no time zone ${wanted}`, {
    hint: near === undefined ? 'Write for example Europe/Berlin or +01:00.' : `Did you mean ${near}?`,
  });
}

interface Wanted {
  readonly scenario: string;
  readonly options: Options;
}

async function findDrill(loaded: GoodPlan, { scenario, options }: Wanted): Promise<Drilled> {
  const printed = { name: loaded.plan.name, digest: loaded.digest, scenario, parts: await partDigests(loaded) };
  const named = textOption(options, 'record') ?? 'latest';
  if (named === 'latest') return drilledBy(printed, await allRecords(options));
  const record = await readRecordFile(named);
  const drilled = drilledBy(printed, [record]);
  if (drilled.kind !== 'never') return drilled;
  throw new RollproofError(
    'usage-invalid',
    `${named} is the record of ${record.plan.name}, scenario ${record.scenario.name}, not of ${printed.name}, scenario ${scenario}`,
    { hint: 'Name the record of a drill of this scenario, or leave --record out to take the latest.' },
  );
}

async function allRecords(options: Options): Promise<readonly DrillRecord[]> {
  const { results, unreadable } = await listResults(chosenState(textOption(options, 'state')));
  for (const { why } of unreadable) process.stderr.write(`not looked at: ${oneLine(why)}\n`);
  return results.flatMap((result) => (result.kind === 'drill' ? [result.record] : []));
}

async function readRecordFile(file: string): Promise<DrillRecord> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new RollproofError('usage-invalid', `${file} is not the record of a drill`, {
      hint: 'Name a record.json that a drill wrote, or leave --record out to take the latest.',
      cause: error,
    });
  }
}

function asJson({ runbook: book, drilled, zone }: RunbookView): Readonly<Record<string, unknown>> {
  const { kind, ...rest } = drilled;
  const record = 'record' in rest ? rest.record : null;
  return {
    ...book,
    zone,
    drilled: {
      is: kind,
      drill: record?.drill.id ?? null,
      startedAt: record?.drill.startedAt ?? null,
      whole: record?.verdict.whole ?? null,
      claims: record === null ? [] : record.claims.map(({ name, state }) => ({ name, state })),
      changes: 'changes' in rest ? rest.changes : [],
    },
  };
}

function show(view: RunbookView, file: string): void {
  const cards = view.runbook.procedures.flatMap((procedure) => procedure.cards);
  line(`Runbook: ${oneLine(file)}`);
  line(`  ${cards.length} cards; print it from a browser, A4 or Letter`);
  line(paint(view.drilled.kind === 'drilled' ? 'reset' : 'yellow', oneLine(statusSentence(view.drilled))));
  if (view.drilled.kind !== 'drilled') line(paint('dim', `every page says: ${oneLine(statusFoot(view.drilled))}`));
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(resolve(file), text).catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${file} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a file in a folder that exists.',
      cause: error,
    });
  });
}
