import { systemClock } from '../../adapters/process/clock.ts';
import { troublesOf } from '../../drill/watch/watched.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { EXIT, foldExitCodes, RollproofError } from '../../kernel/errors.ts';
import type { GoodPlan } from '../../plan/load.ts';
import { drilledExactly } from '../../proof/runbook/drilled.ts';
import { type RollbackTime, rollbackTimeOf } from '../../proof/headroom.ts';
import { flag, type Options, textOption } from '../options.ts';
import { partDigests } from '../plan-file.ts';
import { listResults } from '../records.ts';
import { chosenState } from '../state.ts';
import { stopper } from '../stopper.ts';
import { oneLine } from '../terminal.ts';
import { abilitiesOf } from '../view/abilities.ts';
import { Alerts } from '../watch/alerts.ts';
import { situationLines } from '../watch/describe.ts';
import { runWatch, type WatchState, type WatchView } from '../watch/run-watch.ts';
import { livePlace, missingSources } from '../watch/sources.ts';
import { jsonView, liveView, plainView } from '../watch/views.ts';
import { goodPlan } from './drill.ts';

/** Reads triggers on the real systems, read-only. 10: a mandatory one calls; 3: a source cannot be read. */
export async function watch(args: readonly string[], options: Options): Promise<number> {
  const loaded = await goodPlan(args[0] ?? textOption(options, 'plan'));
  if (loaded === null) return EXIT.badPlanOrUsage;
  demandSources(loaded);
  const clock = systemClock();
  const { plan } = loaded;
  const everyMs = everyOption(options);
  const rollback = await rollbackTime(loaded, options);
  const signal = stopper.begin();
  try {
    const end = await runWatch({
      plan,
      place: livePlace(loaded, clock),
      rollback,
      alerts: new Alerts({ plan, clock }),
      describe: (state) => situationLines(plan, state),
      view: viewOf(loaded, options),
      clock,
      signal,
      everyMs,
      once: flag(options, 'once'),
    });
    return exitOf(end);
  } finally {
    stopper.end();
  }
}

/** Being told to stop is how a watch ends, so it is no interruption. */
function exitOf({ triggers, recordsTrouble }: WatchState): number {
  const cost = recordsTrouble === null ? [] : [EXIT.environmentNotReady];
  return foldExitCodes([EXIT.ok, ...troublesOf(triggers), ...cost]);
}

function demandSources({ plan }: GoodPlan): void {
  if (Object.keys(plan.triggers).length === 0)
    throw new RollproofError('usage-invalid', 'the plan has no triggers to watch', {
      hint: 'rollproof faults --family TR shows some to paste.',
    });
  const missing = missingSources(plan);
  if (missing.length === 0) return;
  throw new RollproofError('environment-not-ready', `not everything can be read: ${missing.join('; ')}`, {
    hint: 'Say under production where a system is read: read: { secret: env:NAME } of a postgres, url of a program.',
  });
}

function everyOption(options: Options): number | undefined {
  const text = textOption(options, 'every');
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 100) return ms;
  throw new RollproofError('usage-invalid', `${text} is no interval`, { hint: 'Write at least 100ms, such as 30s.' });
}

/** Only drills of exactly this plan tell how long its rollback takes. */
async function rollbackTime(loaded: GoodPlan, options: Options): Promise<RollbackTime | null> {
  const { results, unreadable } = await listResults(chosenState(textOption(options, 'state')));
  for (const { why } of unreadable) process.stderr.write(`not looked at: ${oneLine(why)}\n`);
  const printed = { name: loaded.plan.name, digest: loaded.digest, parts: await partDigests(loaded) };
  const records = results.flatMap((result) => (result.kind === 'drill' ? [result.record] : []));
  return rollbackTimeOf(drilledExactly(printed, records));
}

function viewOf({ plan }: GoodPlan, options: Options): WatchView {
  if (flag(options, 'json')) return jsonView(plan);
  const isLive = abilitiesOf(process.stdout, process.env).canRedraw && !flag(options, 'once');
  return isLive ? liveView(plan, process.stdout) : plainView(plan);
}
