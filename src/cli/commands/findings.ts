import { appendToFindingLog } from '../../adapters/finding-log/finding-log-folder.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { EXIT, foldExitCodes, RollproofError } from '../../kernel/errors.ts';
import type { FindingEntryDraft } from '../../people/finding-log/entry.ts';
import { nearestName } from '../../plan/nearest.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { isOpen } from '../../proof/carried/carry.ts';
import { stateInWords } from '../../proof/carried/words.ts';
import type { CarriedFinding } from '../../proof/record.ts';
import { carriedOf, type CarriedRead } from '../carried.ts';
import { demanded, flag, type Options, textOption } from '../options.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { jsonLine, line, oneLine, paint, wrapped } from '../terminal.ts';
import { goodPlan } from './drill.ts';

/** What is carried from drill to drill, and what people decide about it. Nothing that is written is ever changed. */
export async function findings(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  const state = chosenState(textOption(options, 'state'));
  const read = await carriedOf(state, { plan: loaded.plan.name, clock: systemClock() });
  const asked: Asked = { loaded, state, read, options };
  return args.length === 0 ? list(asked) : decide(asked, args);
}

interface Asked {
  readonly loaded: GoodPlan;
  readonly state: StateFolder;
  readonly read: CarriedRead;
  readonly options: Options;
}

/** 10 while a critical one is open, 11 when something could not be read. */
function list({ loaded, read, options }: Asked): number {
  const shown = read.carried.filter(({ state }) => flag(options, 'all') || state !== 'closed');
  const asJson = flag(options, 'json');
  for (const each of shown) {
    if (asJson) jsonLine({ kind: 'finding', ...each });
    else show(each);
  }
  const closed = read.carried.filter(({ state }) => state === 'closed').length;
  if (!asJson) {
    if (shown.length === 0) line(`nothing is open for ${loaded.plan.name}`);
    if (closed > 0 && !flag(options, 'all')) line(paint('dim', `${closed} closed by a re-test; --all shows them`));
  }
  const troubles = [...read.troubles, ...read.unreadable.map(({ why }) => why)];
  for (const trouble of troubles) process.stderr.write(`${oneLine(trouble)}\n`);
  const hasCritical = read.carried.some((each) => each.severity === 'critical' && isOpen(each));
  return foldExitCodes([hasCritical ? EXIT.failed : EXIT.ok, troubles.length > 0 ? EXIT.inconclusive : EXIT.ok]);
}

function show(each: CarriedFinding): void {
  const style = each.state === 'closed' ? 'dim' : each.severity === 'critical' || each.overdue ? 'red' : 'reset';
  line(paint(style, oneLine(`${SIGN[each.state]} ${each.id}  ${each.severity}  ${each.title}`)));
  const where = each.scenarios.length === 0 ? '' : ` · seen in ${each.scenarios.join(', ')}`;
  line(paint('dim', wrapped(oneLine(`${stateInWords(each)}${where}`), { indent: 4 })));
  if (isOpen(each)) line(wrapped(oneLine(`→ ${each.next}`), { indent: 4 }));
}

const SIGN: Readonly<Record<CarriedFinding['state'], string>> = {
  'open': '✖',
  'accepted': '◐',
  'fixed': '◔',
  'risk-accepted': '○',
  'closed': '●',
};

async function decide({ loaded, state, read, options }: Asked, args: readonly string[]): Promise<number> {
  const what = demanded(args, 0, 'what is decided');
  const finding = pick(read.carried, demanded(args, 1, 'the finding'));
  const draft = draftOf(what, { loaded, options, finding });
  const folder = state.findingLogOf(loaded.plan.name);
  const [entry] = await appendToFindingLog({ folder, clock: systemClock() }, [draft]);
  const { carried } = await carriedOf(state, { plan: loaded.plan.name, clock: systemClock() });
  const now = carried.find(({ id }) => id === finding.id);
  if (flag(options, 'json')) jsonLine({ kind: 'entry', ...entry });
  else if (now !== undefined) show(now);
  return EXIT.ok;
}

interface Deciding {
  readonly loaded: GoodPlan;
  readonly options: Options;
  readonly finding: CarriedFinding;
}

function draftOf(what: string, { loaded, options, finding }: Deciding): FindingEntryDraft {
  const base = {
    finding: finding.id,
    why: textOption(options, 'why') ?? '',
    plan: { name: loaded.plan.name, digest: loaded.digest },
  };
  if (finding.state === 'closed')
    throw new RollproofError('usage-invalid', `${finding.id} was closed by drill ${finding.closedBy}`, {
      hint: 'Nothing is to be decided about it unless it comes again.',
    });
  switch (what) {
    case 'assign':
      return { ...base, what: 'assigned', owner: role(loaded, options, 'owner'), due: day(options, 'due') };
    case 'fixed':
      return { ...base, what: 'fixed', by: role(loaded, options, 'by') };
    case 'accept-risk':
      if (base.why === '')
        throw new RollproofError('usage-invalid', 'it is not said why the risk is accepted', {
          hint: 'Add --why with the reason; whoever signs reads it.',
        });
      return { ...base, what: 'risk-accepted', by: role(loaded, options, 'by'), until: day(options, 'until') };
    default:
      throw new RollproofError('usage-invalid', `nothing of a finding can be decided by ${what}`, {
        hint: 'Write assign, fixed or accept-risk.',
      });
  }
}

/** By id, or by the beginning of one that fits one only. */
function pick(carried: readonly CarriedFinding[], wanted: string): CarriedFinding {
  const fitting = carried.filter(({ id }) => id === wanted || id.startsWith(wanted) || id.startsWith(`f-${wanted}`));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const what = only === undefined ? `there is no finding ${wanted}` : `${wanted} fits ${fitting.length} findings`;
  throw new RollproofError('usage-invalid', what, { hint: 'rollproof findings --all lists them with their ids.' });
}

function role({ plan }: GoodPlan, options: Options, name: 'owner' | 'by'): string {
  const text = textOption(options, name);
  const known = Object.keys(plan.team);
  if (text !== undefined && known.includes(text)) return text;
  const near = text === undefined ? undefined : nearestName(text, known);
  throw new RollproofError(
    'usage-invalid',
    text === undefined ? `--${name} is missing` : `the team of the plan has no ${text}`,
    { hint: near === undefined ? `Name one of ${known.join(', ')}.` : `Did you mean ${near}?` },
  );
}

function day(options: Options, name: 'due' | 'until'): string {
  const text = textOption(options, name) ?? '';
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00Z`).toJSON()?.slice(0, 10) === text;
  const today = new Date(systemClock().wallMs()).toISOString().slice(0, 10);
  if (isDay && text >= today) return text;
  throw new RollproofError(
    'usage-invalid',
    text === '' ? `--${name} is missing` : isDay ? `${text} is past` : `--${name} ${text} is no day`,
    { hint: `Write for example --${name} ${today}.` },
  );
}
