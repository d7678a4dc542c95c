import { systemClock } from '../../adapters/process/clock.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { EXIT } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import { goodPlan } from './drill.ts';
import type { Diagnosis } from '../doctor/diagnosis.ts';
import { type Forecast, forecastOf, type Range, type StoreForecast } from '../doctor/forecast.ts';
import { examineMachine, type Machine } from '../doctor/machine.ts';
import { flag, type Options, textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { chosenState } from '../state.ts';
import { jsonLine, line, oneLine, paint, wrapped } from '../terminal.ts';
import { makeHost } from '../wiring.ts';

/** Exit 0 when drills, or those of the plan, can run here; 3 otherwise. */
export async function doctor(_args: readonly string[], options: Options): Promise<number> {
  const json = flag(options, 'json');
  const planFile = textOption(options, 'plan');
  const loaded = planFile === undefined ? undefined : await goodPlan(planFile);
  if (loaded === null) return EXIT.badPlanOrUsage;
  const state = chosenState(textOption(options, 'state'));
  const host = makeHost({ state, clock: systemClock() });
  const machine = await examineMachine({ stateFolder: state.path, host, pg: pgChoice(textOption(options, 'pg')) });
  const forecast = loaded === undefined ? undefined : await forecastOf(loaded, machine.postgres);
  const planned = forecast === undefined ? [] : judgePlan(forecast, machine);
  const diagnoses = [...machine.diagnoses, ...planned];
  if (json) {
    for (const each of diagnoses) jsonLine({ kind: 'diagnosis', ...each });
    if (forecast !== undefined) jsonLine({ kind: 'forecast', ...forecast, freeBytes: machine.freeBytes });
  } else {
    for (const each of machine.diagnoses) show(each);
    if (forecast !== undefined && loaded !== undefined) showForecast(loaded.plan.name, forecast, planned);
    conclude(diagnoses);
  }
  return diagnoses.some((each) => each.state === 'missing') ? EXIT.environmentNotReady : EXIT.ok;
}

const SIGN: Readonly<Record<Diagnosis['state'], string>> = { works: '●', limited: '◐', missing: '✖' };
const STYLE: Readonly<Record<Diagnosis['state'], 'green' | 'yellow' | 'red'>> = {
  works: 'green',
  limited: 'yellow',
  missing: 'red',
};
const NAME_WIDTH = 15;

function show({ name, state, detail, mend = [] }: Diagnosis): void {
  const text = wrapped(oneLine(detail), { indent: NAME_WIDTH + 2 }).trimStart();
  line(`${paint(STYLE[state], SIGN[state])} ${oneLine(name).padEnd(NAME_WIDTH)}${text}`);
  for (const each of mend) line(`${' '.repeat(NAME_WIDTH + 2)}${paint('bold', oneLine(each))}`);
}

function judgePlan(forecast: Forecast, machine: Machine): readonly Diagnosis[] {
  return [...forecast.stores.map(judgeStore), judgeSpace(forecast.diskBytes, machine.freeBytes)];
}

function judgeStore({ store, sources, productionBytes }: StoreForecast): Diagnosis {
  const size =
    productionBytes === null
      ? 'production size not declared, so time cannot be proven'
      : `${formatSize(productionBytes)} in production`;
  if (sources.length === 0) return { name: store, state: 'limited', detail: `no restore point of its own; ${size}` };
  const usable = sources.filter((source) => source.obstacle === null);
  const listed = sources
    .map(
      ({ name, format, bytes, obstacle }) =>
        `${name} as ${format}${bytes === null ? '' : ` (${formatSize(bytes)})`}${obstacle === null ? '' : `: ${obstacle}`}`,
    )
    .join('; ');
  const state =
    usable.length === 0 ? 'missing' : usable.length < sources.length || productionBytes === null ? 'limited' : 'works';
  return { name: store, state, detail: `${listed}; ${size}` };
}

function judgeSpace(needed: Range, freeBytes: number): Diagnosis {
  const detail = `needs ${sizes(needed)} at the worst moment; ${formatSize(freeBytes)} are free`;
  if (needed.high <= freeBytes) return { name: 'space', state: 'works', detail };
  const mend = ['name a folder on a larger disk: --state FOLDER'];
  return { name: 'space', state: needed.low > freeBytes ? 'missing' : 'limited', detail, mend };
}

function showForecast(name: string, forecast: Forecast, planned: readonly Diagnosis[]): void {
  line(`\n${paint('bold', oneLine(name))}`);
  for (const each of planned) show(each);
  const unknown = forecast.stores.filter((each) => each.basis === 'nothing').map((each) => oneLine(each.store));
  line(
    `${paint('dim', '○')} ${'time'.padEnd(NAME_WIDTH)}roughly ${formatDuration(forecast.ms.low)} to ${formatDuration(forecast.ms.high)} a scenario, without the plan’s own steps`,
  );
  if (unknown.length > 0) line(paint('dim', `  nothing is known about the size of ${unknown.join(', ')}`));
}

function sizes({ low, high }: Range): string {
  const [from, to] = [formatSize(low), formatSize(high)];
  return from === to ? from : `${from} to ${to}`;
}

function conclude(diagnoses: readonly Diagnosis[]): void {
  const missing = diagnoses.filter((each) => each.state === 'missing').map((each) => oneLine(each.name));
  const limited = diagnoses.filter((each) => each.state === 'limited').map((each) => oneLine(each.name));
  line();
  if (missing.length > 0) line(paint(['red', 'bold'], `not ready: ${missing.join(', ')}`));
  else
    line(
      `${paint(['green', 'bold'], 'ready to drill')}${limited.length === 0 ? '' : `; limited: ${limited.join(', ')}`}`,
    );
}
