import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EXIT, RollproofError } from '../../kernel/errors.ts';
import { systemClock } from '../../adapters/process/clock.ts';
import { renderTrial } from '../../proof/report/trial.ts';
import type { TrialRecord } from '../../proof/trial-record.ts';
import { visibleText } from '../../proof/report/markup.ts';
import { flag, type Options, textOption } from '../options.ts';
import { pgChoice } from '../pg-choice.ts';
import { chosenState, type StateFolder } from '../state.ts';
import { stopper } from '../stopper.ts';
import { announcement, estimateOf, freeBytesAt, refuseSmallDisk } from '../try/announce.ts';
import { binariesFor } from '../try/binaries.ts';
import { SUPPORTED } from '../try/foreign.ts';
import { progressFor } from '../try/progress.ts';
import { recognise } from '../try/recognise.ts';
import { runTrial, trialId, type TrialRequest } from '../try/run-trial.ts';
import { trialSummary } from '../try/show-trial.ts';
import { subjectsOf } from '../try/subjects.ts';
import { makeHost } from '../wiring.ts';

/** Seeds of the generator are 32 bits. */
const LARGEST_SEED = 2 ** 32 - 1;

/** A first proof on somebody's own backups, without a plan. Exit 0 proven, 10 bad or not equal, 11 inconclusive. */
export async function tryBackup(args: readonly string[], options: Options): Promise<number> {
  if (args.length === 0)
    throw new RollproofError('usage-invalid', 'no backup is named', { hint: `rollproof try BACKUP…: ${SUPPORTED}` });
  const json = flag(options, 'json');
  const request = await prepare(args, options);
  await announce(request, json);
  if (flag(options, 'dryRun')) return EXIT.ok;
  const signal = stopper.begin();
  try {
    const record = await runTrial({ ...request, signal });
    await finish(request.state, record, json);
    return record.verdict.exitCode;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(
      'rollproof: the trial was interrupted; what it made was removed, and nothing is known about the backup\n',
    );
    return EXIT.interrupted;
  } finally {
    stopper.end();
  }
}

type Prepared = Omit<TrialRequest, 'signal'>;

/** Only looks: nothing is made here. */
async function prepare(args: readonly string[], options: Options): Promise<Prepared> {
  const state = chosenState(textOption(options, 'state'));
  const clock = systemClock();
  const recognised = [];
  for (const path of new Set(args.map((arg) => resolve(arg)))) recognised.push(await recognise(path));
  const subjects = subjectsOf(recognised);
  const binaries = await binariesFor({
    subjects,
    choice: pgChoice(textOption(options, 'pg')),
    stateFolder: state.path,
  });
  return {
    id: trialId(clock.wallMs()),
    command: `rollproof ${process.argv.slice(2).join(' ')}`,
    state,
    clock,
    host: makeHost({ state, clock }),
    subjects,
    binaries,
    profile: options['profile'] === 'fast' ? 'fast' : 'faithful',
    seed: seedOf(options),
    progress: progressFor({ clock, json: flag(options, 'json') }),
  };
}

function seedOf(options: Options): number {
  const text = textOption(options, 'seed');
  if (text === undefined) return 1;
  const seed = Number(text);
  if (/^\d+$/.test(text) && seed <= LARGEST_SEED) return seed;
  throw new RollproofError('usage-invalid', `--seed ${text} is no whole number up to ${LARGEST_SEED}`, {
    hint: 'The same seed does the same damage.',
  });
}

async function announce(request: Prepared, json: boolean): Promise<void> {
  const { state, subjects, host } = request;
  const freeBytes = await freeBytesAt(state.path);
  const isolation = await host.probe();
  const binaries = new Map([...request.binaries].map(([name, one]) => [name, `${one.version} (${one.origin})`]));
  const trialFolder = folderOf(state, request.id);
  if (json) {
    const { diskBytes, ms } = estimateOf(subjects);
    const backups = subjects.map(({ name, backup }) => ({
      name,
      path: backup.path,
      what: backup.what,
      sizeBytes: backup.sizeBytes,
    }));
    process.stdout.write(
      `${JSON.stringify({ kind: 'announcement', trial: request.id, below: state.path, backups, diskBytes, freeBytes, ms, isolation, keeps: trialFolder })}\n`,
    );
  } else
    request.progress.say(visibleLines(announcement({ state, subjects, isolation, binaries, freeBytes, trialFolder })));
  refuseSmallDisk(subjects, freeBytes, state.path);
}

/** Names come from file systems and databases: a terminal must not obey them. */
function visibleLines(text: string): string {
  return text.split('\n').map(visibleText).join('\n');
}

function folderOf(state: StateFolder, id: string): string {
  return join(state.trials, id);
}

async function finish(state: StateFolder, record: TrialRecord, json: boolean): Promise<void> {
  const folder = folderOf(state, record.trial.id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'trial.json'), `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'report.html'), renderTrial(record), { mode: 0o600 });
  if (json)
    process.stdout.write(`${JSON.stringify({ kind: 'verdict', trial: record.trial.id, ...record.verdict, folder })}\n`);
  else process.stdout.write(`\n${visibleLines(trialSummary(record))}\n\nReport: ${join(folder, 'report.html')}\n`);
}
