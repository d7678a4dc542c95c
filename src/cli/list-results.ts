import { countOf } from '../kernel/count.ts';
import { formatDuration } from '../kernel/duration.ts';
import { EXIT } from '../kernel/errors.ts';
import type { ClaimState } from '../proof/record.ts';
import { formatWall, STATE_SIGN, STATE_WORD } from '../proof/report/words.ts';
import { fastestRestore, type TrialRecord } from '../proof/trial-record.ts';
import { type ListedDrill, type ListedResult, type ListedTrial, listResults } from './records.ts';
import type { StateFolder } from './state.ts';
import { attendanceOf } from './people/earlier.ts';
import { showPeople, showWalks } from './people/list-people.ts';
import { listTabletops } from './tabletop/folder.ts';
import { jsonLine, line, oneLine, paint, table } from './terminal.ts';

const STYLE: Readonly<Record<ClaimState, 'green' | 'red' | 'yellow' | 'dim'>> = {
  'proven': 'green',
  'failed': 'red',
  'inconclusive': 'yellow',
  'not-examined': 'dim',
};

/** Exit 11 when a record could not be read. */
export async function showResults(state: StateFolder, json: boolean): Promise<number> {
  const { results, unreadable } = await listResults(state);
  const { records: walks, unreadable: damaged } = await listTabletops(state);
  const people = attendanceOf(results.flatMap((each) => (each.kind === 'drill' ? [each.record] : [])));
  const all = [...unreadable, ...damaged];
  if (json) {
    for (const each of results) jsonLine(each.kind === 'drill' ? drillLine(each) : trialLine(each));
    for (const { id, why } of all) jsonLine({ kind: 'unreadable', id, why });
    for (const each of walks) jsonLine({ kind: 'tabletop', ...each });
    for (const each of people) jsonLine({ kind: 'person', ...each });
  } else {
    showTable(state, results);
    showWalks(walks);
    showPeople(people);
    for (const { why } of all) line(paint('yellow', `◐ ${oneLine(why)}`));
  }
  return all.length === 0 ? EXIT.ok : EXIT.inconclusive;
}

function showTable(state: StateFolder, results: readonly ListedResult[]): void {
  if (results.length === 0) {
    line(`no drill or trial has ended in ${state.path} yet; rollproof demo shows one`);
    return;
  }
  const rows = table(results.map(cells));
  rows.forEach((row, index) => line(paintEnd(row, results[index]?.record.verdict.whole ?? 'inconclusive')));
  const trials = results.filter(({ kind }) => kind === 'trial').length;
  const counted = [
    trials === results.length ? [] : [countOf(results.length - trials, 'drill')],
    trials === 0 ? [] : [`${countOf(trials, 'trial')} of backups`],
  ].flat();
  line(paint('dim', `\n${counted.join(', ')} in ${state.path}, newest last; rollproof report last shows the newest`));
}

function cells(listed: ListedResult): readonly string[] {
  const { whole, unclean } = listed.record.verdict;
  return [
    formatWall(listed.startedAt),
    listed.id,
    oneLine(
      listed.kind === 'drill'
        ? `${listed.record.plan.name} · ${listed.record.scenario.name}`
        : `try · ${backupsOf(listed.record).join(', ')}`,
    ),
    listed.kind === 'drill' ? rtaOf(listed.record.clocks.rtaMs) : restoreOf(restoreMs(listed.record)),
    `${STATE_SIGN[whole]} ${STATE_WORD[whole]}${unclean ? ', unclean' : ''}`,
  ];
}

function rtaOf(ms: number | null): string {
  return ms === null ? 'no RTA' : `RTA ${formatDuration(ms)}`;
}

function restoreOf(ms: number | null): string {
  return ms === null ? 'not restored' : `restore ${formatDuration(ms)}`;
}

function backupsOf({ stores }: TrialRecord): readonly string[] {
  return stores.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
}

/** One after the other; null when one was never restored. */
function restoreMs({ stores }: TrialRecord): number | null {
  let sum = 0;
  for (const store of stores) {
    const best = fastestRestore(store);
    if (best === null) return null;
    sum += best.tookMs;
  }
  return sum;
}

/** Painted after the columns were measured: escapes have no width. */
function paintEnd(row: string, state: ClaimState): string {
  const at = row.lastIndexOf(STATE_SIGN[state]);
  return at < 0 ? row : row.slice(0, at) + paint(STYLE[state], row.slice(at));
}

function drillLine({ kind, id, startedAt, record, folder }: ListedDrill): Readonly<Record<string, unknown>> {
  const { plan, scenario, verdict, clocks } = record;
  return {
    kind,
    drill: id,
    startedAt,
    plan: plan.name,
    planDigest: plan.digest,
    scenario: scenario.name,
    whole: verdict.whole,
    unclean: verdict.unclean,
    exitCode: verdict.exitCode,
    rtaMs: clocks.rtaMs,
    folder,
  };
}

function trialLine({ kind, id, startedAt, record, folder }: ListedTrial): Readonly<Record<string, unknown>> {
  const { verdict, stores } = record;
  return {
    kind,
    trial: id,
    startedAt,
    backups: stores.map(({ path, certificate }) => ({ path, digest: certificate?.digest ?? null })),
    whole: verdict.whole,
    unclean: verdict.unclean,
    exitCode: verdict.exitCode,
    restoreMs: restoreMs(record),
    folder,
  };
}
