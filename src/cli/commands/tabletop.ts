import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../../adapters/process/clock.ts';
import { countOf } from '../../kernel/count.ts';
import { EXIT, invariant, messageOf, RollproofError } from '../../kernel/errors.ts';
import { readAnswers } from '../../people/tabletop/answers.ts';
import { nextStep, resultOf, TABLETOP_FORMAT, type TabletopRecord, withStep } from '../../people/tabletop/tabletop.ts';
import { invitedBy } from '../../plan/duties.ts';
import type { GoodPlan } from '../../plan/load.ts';
import type { Card } from '../../plan/runbook/cards.ts';
import { runbookOf } from '../../plan/runbook/runbook.ts';
import { flag, type Options, textOption } from '../options.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { askStep, type StepAnswer } from '../tabletop/ask-step.ts';
import { fileOf, keepTabletop, listTabletops } from '../tabletop/folder.ts';
import { jsonLine, line, oneLine, paint } from '../terminal.ts';
import { goodPlan } from './drill.ts';

/** Walks the named roles through the way back. Nothing is started: no environment, no store, no time that would prove anything. */
export async function tabletop(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const state = chosenState(textOption(options, 'state'));
  const scenario = scenarioOf(loaded, args[0]);
  const cards = cardsFor(loaded, scenario);
  const answers = textOption(options, 'answers');
  if (answers === undefined) demandTerminal();
  const scripted = answers === undefined ? null : await answersFrom(answers, cards);
  const begun =
    (flag(options, 'new') ? null : await openWalk(state, loaded, scenario)) ?? beginWalk(loaded, scenario, cards);
  if (begun.walked.length > 0 && !flag(options, 'json'))
    line(`going on with ${begun.id} at step ${begun.walked.length + 1}`);
  const record = await walk(begun, { state, cards, scripted, people: peopleOf(loaded) });
  show(record, { state, json: flag(options, 'json') });
  return exitOf(record);
}

function scenarioOf({ plan }: GoodPlan, wanted: string | undefined): string {
  const known = Object.keys(plan.scenarios);
  const name = wanted ?? (known.length === 1 ? known[0] : undefined);
  if (name !== undefined && known.includes(name)) return name;
  const what = name === undefined ? 'no scenario is named' : `the plan has no scenario ${name}`;
  throw new RollproofError('usage-invalid', what, { hint: `Name one of ${known.join(', ')}.` });
}

/** The cards of the way back, as they are printed for the night. */
function cardsFor(loaded: GoodPlan, scenario: string): readonly Card[] {
  const procedures = runbookOf(loaded, { scenario, measured: null }).procedures;
  return (procedures.find(({ use }) => use === 'rollback')?.cards ?? []).filter(({ step }) => step !== VERIFIED);
}

/** Built in: nobody carries it out. */
const VERIFIED = 'verified';

function demandTerminal(): void {
  if (process.stdin.isTTY && process.stdout.isTTY) return;
  throw new RollproofError('usage-invalid', 'a tabletop is walked by people at a terminal', {
    hint: 'Run it at a terminal, or name a file with --answers.',
  });
}

async function answersFrom(file: string, cards: readonly Card[]): Promise<ReadonlyMap<string, StepAnswer>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Name an NDJSON file with one answer a line.',
      cause: error,
    });
  });
  const { answers, problems } = readAnswers(
    text,
    cards.map(({ id }) => id),
  );
  if (problems.length > 0)
    throw new RollproofError('usage-invalid', `${file}: ${problems.join('; ')}`, { hint: 'Nothing was recorded.' });
  return new Map(answers.map(({ step, by, finding }) => [step, { by, finding }]));
}

/** Of exactly this plan: after a change, what was said about the old one says nothing. */
async function openWalk(state: StateFolder, { digest }: GoodPlan, scenario: string): Promise<TabletopRecord | null> {
  const { records } = await listTabletops(state);
  return (
    records.findLast((one) => one.plan.digest === digest && one.scenario === scenario && one.endedAt === null) ?? null
  );
}

function beginWalk({ plan, file, digest }: GoodPlan, scenario: string, cards: readonly Card[]): TabletopRecord {
  const procedure = plan.scenarios[scenario]?.rollback;
  invariant(procedure !== undefined, `the plan has no scenario ${scenario}`);
  return {
    format: TABLETOP_FORMAT,
    id: `t-${Math.floor(Date.now() / 1000).toString(36)}${randomBytes(3).toString('hex')}`,
    plan: { name: plan.name, file, digest },
    scenario,
    procedure,
    startedAt: nowIso(),
    endedAt: null,
    roles: invitedBy(plan).map((role) => ({ ...role })),
    steps: cards.map(({ id }) => id),
    walked: [],
  };
}

function peopleOf({ plan }: GoodPlan): readonly string[] {
  const names = invitedBy(plan).flatMap(({ role, person, deputy }) => [
    person ?? role,
    ...(deputy === null ? [] : [deputy]),
  ]);
  return [...new Set(names)];
}

interface Walking {
  readonly state: StateFolder;
  readonly cards: readonly Card[];
  readonly scripted: ReadonlyMap<string, StepAnswer> | null;
  readonly people: readonly string[];
}

/** Kept after every step: an interruption loses nothing that was said. */
async function walk(begun: TabletopRecord, { state, cards, scripted, people }: Walking): Promise<TabletopRecord> {
  const clock = systemClock();
  let record = begun;
  for (let step = nextStep(record); step !== undefined; step = nextStep(record)) {
    const card = cards.find(({ id }) => id === step);
    invariant(card !== undefined, `${step} has no card`);
    const since = clock.monotonicMs();
    const answer = scripted === null ? await askStep(card, ownersFirst(card, people)) : scripted.get(step);
    if (answer === undefined) break;
    record = withStep(record, {
      step,
      owner: card.owner?.role ?? null,
      by: answer.by,
      said: answer.finding === '' ? 'confirmed' : 'finding',
      finding: answer.finding,
      at: nowIso(),
      talkedMs: scripted === null ? Math.round(clock.monotonicMs() - since) : null,
    });
    await keepTabletop(state, record);
  }
  return record;
}

function ownersFirst({ owner, deputy }: Card, people: readonly string[]): readonly string[] {
  const own = [owner?.person, deputy?.person].filter((name) => name !== undefined && name !== null);
  return [...new Set([...own, ...people])];
}

function show(record: TabletopRecord, { state, json }: { readonly state: StateFolder; readonly json: boolean }): void {
  const result = resultOf(record);
  if (json) {
    jsonLine({ kind: 'tabletop', ...record, isByNamedRoles: result.isByNamedRoles });
    return;
  }
  line(
    `${record.procedure} walked: ${result.walked} of ${countOf(result.of, 'step')}, ${countOf(result.findings.length, 'finding')}`,
  );
  for (const { step, by, finding } of result.findings)
    line(paint('yellow', `◐ ${oneLine(`${step}, ${by}: ${finding}`)}`));
  if (result.notByOwner.length > 0) line(`not by the role that owns it: ${result.notByOwner.join(', ')}`);
  if (record.endedAt === null) line('the rest is open: run it again to go on');
  line(paint('dim', 'a tabletop proves nothing about time or data; only a drill does'));
  if (record.walked.length > 0) line(paint('dim', fileOf(state, record.id)));
}

/** Findings are for somebody to mend; what was not walked by its roles shows nothing. */
function exitOf(record: TabletopRecord): number {
  const { findings, isByNamedRoles } = resultOf(record);
  if (findings.length > 0) return EXIT.failed;
  return isByNamedRoles ? EXIT.ok : EXIT.inconclusive;
}

function nowIso(): string {
  return new Date(systemClock().wallMs()).toISOString();
}
