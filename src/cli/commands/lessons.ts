import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { countOf } from '../../kernel/count.ts';
import { EXIT, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { placeOfChange } from '../../plan/revision/change.ts';
import { formatWall } from '../../proof/report/words.ts';
import { proposeRevision } from '../../proof/revision/propose.ts';
import type { RevisionLesson, StalePlace } from '../../proof/revision/revision.ts';
import { flag, type Options, textOption } from '../options.ts';
import { partDigests } from '../plan-file.ts';
import { patchFor, type PlanPatch } from '../plan-patch.ts';
import { drillsOfPlan, findDrills, type ListedDrill } from '../records.ts';
import { chosenState } from '../state.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { goodPlan } from './drill.ts';

/** What drills taught about a plan, as a patch against the plan as it stands. */
export async function lessons(args: readonly string[], options: Options): Promise<number> {
  const state = chosenState(textOption(options, 'state'));
  const [drill] = await findDrills(state, [args[0] ?? 'last']);
  if (drill === undefined) return EXIT.badPlanOrUsage;
  const loaded = await goodPlan(textOption(options, 'plan') ?? drill.record.plan.file);
  if (loaded === null) return EXIT.badPlanOrUsage;
  demandSamePlan(loaded, drill);
  const { results } = await drillsOfPlan(state, loaded.plan.name);
  const revision = proposeRevision({
    plan: loaded.plan,
    parts: await partDigests(loaded),
    drill: drill.record,
    records: results.map(({ record }) => record),
  });
  const asJson = flag(options, 'json');
  if (revision.stale.length > 0) return refuse(loaded, revision.stale, asJson);
  const patched = await patchFor(
    loaded.file,
    revision.lessons.flatMap(({ change }) => (change === null ? [] : [change])),
  );
  const shown: Shown = { drill, loaded, lessons: revision.lessons, patched, out: textOption(options, 'output') };
  await (asJson ? showJson(shown) : showText(shown));
  return EXIT.ok;
}

function demandSamePlan({ plan, file }: GoodPlan, { id, record }: ListedDrill): void {
  if (plan.name === record.plan.name) return;
  throw new RollproofError('usage-invalid', `drill ${id} rehearsed ${record.plan.name}, and ${file} is ${plan.name}`, {
    hint: 'Name another drill, or the plan that was drilled with --plan.',
  });
}

/** The lessons were measured on something else than what stands there now. */
function refuse(loaded: GoodPlan, stale: readonly StalePlace[], asJson: boolean): number {
  for (const { procedure, step, why } of stale) {
    const index = loaded.plan.procedures[procedure]?.steps.findIndex(({ id }) => id === step) ?? -1;
    const { line: row, column } = loaded.positions.of([
      'procedures',
      procedure,
      'steps',
      ...(index < 0 ? [] : [index]),
    ]);
    const at = `${procedure}.${step}`;
    if (asJson) jsonLine({ kind: 'stale', at, file: loaded.file, line: row, column, why });
    else process.stderr.write(`${oneLine(`${loaded.file}:${row}:${column}  ${at}: ${why}`)}\n`);
  }
  if (!asJson) process.stderr.write('the plan changed since the drill: nothing was written; drill again\n');
  return EXIT.failed;
}

interface Shown {
  readonly drill: ListedDrill;
  readonly loaded: GoodPlan;
  readonly lessons: readonly RevisionLesson[];
  readonly patched: PlanPatch;
  readonly out: string | undefined;
}

async function showJson(shown: Shown): Promise<void> {
  const { lessons: learned, patched, drill, out } = shown;
  for (const { statement, change } of learned)
    jsonLine({
      kind: 'lesson',
      statement,
      at: change === null ? null : placeOfChange(change),
      change,
      byHand: byHand(patched, change),
    });
  if (out !== undefined) await write(shown, out);
  jsonLine({ kind: 'revision', drill: drill.id, plan: shown.loaded.file, patch: patched.patch, file: out ?? null });
}

/** Without a file the patch itself: `rollproof lessons | git apply`. */
async function showText(shown: Shown): Promise<void> {
  const { lessons: learned, patched, drill, out } = shown;
  if (out === undefined) {
    process.stdout.write(withHead(shown));
    return;
  }
  for (const lesson of learned) line(`· ${oneLine(sentenceOf(lesson, patched))}`);
  if (patched.patch === '') {
    line(
      learned.length === 0
        ? `drill ${drill.id} teaches nothing that the plan does not say; nothing was written`
        : 'no line of the plan changes; nothing was written',
    );
    return;
  }
  await write(shown, out);
  line(paint('dim', `take it over with: git apply ${oneLine(out)}`));
}

async function write(shown: Shown, out: string): Promise<void> {
  if (shown.patched.patch === '') return;
  await writeFile(resolve(out), withHead(shown)).catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${out} cannot be written: ${messageOf(error)}`, {
      hint: 'Name a file in a folder that exists.',
    });
  });
}

/** What programs that apply patches read over: why each line changes. */
function withHead({ drill, loaded, lessons: learned, patched }: Shown): string {
  const of = `drill ${drill.id} (${drill.record.scenario.name}, ${formatWall(drill.startedAt)})`;
  const head = [
    `Revision of ${loaded.plan.name} after ${of}: ${countOf(learned.length, 'lesson')}`,
    ...learned.map((lesson) => sentenceOf(lesson, patched)),
  ];
  return `${head.map((each) => `# ${oneLine(each)}`).join('\n')}\n${patched.patch}`;
}

function sentenceOf({ statement, change }: RevisionLesson, patched: PlanPatch): string {
  const why = byHand(patched, change);
  return why === null ? statement : `${statement} To be written by hand: ${why}.`;
}

function byHand({ unplaced }: PlanPatch, change: RevisionLesson['change']): string | null {
  return unplaced.find((one) => one.change === change)?.why ?? null;
}
