import { countOf, formatCount } from '../kernel/count.ts';
import { EXIT, foldExitCodes } from '../kernel/errors.ts';
import { formatDuration } from '../kernel/duration.ts';
import { formatSize } from '../kernel/size.ts';
import { lossOf, type RestoreLoss } from '../subject/restore-loss.ts';
import type { ClaimState } from './record.ts';
import { type FindingsRequest, findingsOf, numbered } from './trial-findings.ts';
import { fastestRestore, type TrialRecord, type TrialStore } from './trial-record.ts';

export interface TrialFacts {
  readonly trial: Omit<TrialRecord['trial'], 'endedAt'>;
  readonly stores: readonly Omit<FindingsRequest, 'nowMs'>[];
  readonly environment: TrialRecord['environment'];
  readonly versions: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

/** Judges what a trial found out. Pure: the record is all that views may use. */
export function assembleTrial(facts: TrialFacts): TrialRecord {
  const { environment, nowMs } = facts;
  const stores = facts.stores.map(judged);
  const drafts = facts.stores.flatMap((one) => findingsOf({ ...one, nowMs }));
  return {
    format: 'rollproof-trial/1',
    trial: { ...facts.trial, endedAt: new Date(nowMs).toISOString() },
    verdict: verdictOfTrial(stores, environment),
    stores,
    findings: numbered([...drafts, ...ofEnvironment(environment)]),
    notShown: notShown(stores, environment),
    environment,
    versions: { ...facts.versions },
  };
}

function judged({ store, obstacle }: Omit<FindingsRequest, 'nowMs'>): TrialStore {
  if (obstacle !== null) {
    const state = obstacle.because === 'backup' ? 'failed' : 'inconclusive';
    return { ...store, state, sentence: obstacle.message };
  }
  const losses = new Set((store.certificate?.messages ?? []).map(lossOf));
  const state = stateOf(store, losses);
  return { ...store, state, sentence: sentenceOf({ ...store, state, sentence: '' }, losses) };
}

type Losses = ReadonlySet<RestoreLoss | null>;

function stateOf(store: FindingsRequest['store'], losses: Losses): ClaimState {
  const { equality } = store;
  if (equality?.verdict === 'different') return 'failed';
  // What this machine lacks may be the cause of everything after it.
  if (losses.has('content') && !losses.has('here')) return 'failed';
  const isShown = store.damage.some((one) => one.presence.shown);
  return equality?.verdict === 'equal' && isShown && !losses.has('here') ? 'proven' : 'inconclusive';
}

function sentenceOf(store: TrialStore, losses: Losses): string {
  const { equality, baseline } = store;
  const best = fastestRestore(store);
  if (equality === null || baseline === null || best === null)
    return `the trial of ${store.name} ended before its data was compared`;
  if (equality.verdict === 'different')
    return `${store.name} came back different from what the same backup gave before`;
  if (losses.has('here'))
    return `${store.name} could not be restored whole on this machine: it lacks something that the backup needs`;
  if (losses.has('content')) return `the restore of ${store.name} left something of the backup out`;
  if (equality.verdict === 'incomplete')
    return `${store.name} is equal as far as it could be read; not everything could be`;
  if (!store.damage.some((one) => one.presence.shown))
    return `no damage could be shown in ${store.name}, so that its repair shows nothing`;
  const what =
    store.kind === 'postgres'
      ? `${countOf(baseline.rows, 'row')} in ${countOf(baseline.parts, 'table')}`
      : `${formatCount(baseline.rows)} files and folders`;
  return `${store.name} came back whole from this backup after damage: ${what}, ${formatSize(best.bytes)}, in ${formatDuration(best.tookMs)}`;
}

function verdictOfTrial(
  stores: readonly TrialStore[],
  environment: TrialRecord['environment'],
): TrialRecord['verdict'] {
  const has = (state: ClaimState): boolean => stores.some((store) => store.state === state);
  const whole: ClaimState = has('failed')
    ? 'failed'
    : stores.length === 0 || has('inconclusive')
      ? 'inconclusive'
      : 'proven';
  const unclean = environment.leaked.length > 0 || gotOut(environment).length > 0;
  const codes = [
    { proven: EXIT.ok, failed: EXIT.failed, inconclusive: EXIT.inconclusive, 'not-examined': EXIT.inconclusive }[whole],
    ...(unclean ? [EXIT.unclean] : []),
  ];
  return {
    whole,
    unclean,
    exitCode: foldExitCodes(codes),
    reasons: stores.filter((store) => store.state !== 'proven').map((store) => store.sentence),
  };
}

/** Where no namespace can be made nothing was promised. */
function gotOut({ isolation }: TrialRecord['environment']): readonly string[] {
  return isolation.level === 'none' ? [] : isolation.escaped;
}

function ofEnvironment(environment: TrialRecord['environment']): Parameters<typeof numbered>[0] {
  const base = { expected: 'nothing', blame: 'rollproof', step: null } as const;
  const leaked = environment.leaked.map(
    (what) =>
      ({
        ...base,
        severity: 'high',
        phase: 'release',
        title: 'something that the trial made is still there',
        actual: what,
        next: 'Remove it with: rollproof clean',
      }) as const,
  );
  const escaped = gotOut(environment).map(
    (what) =>
      ({
        ...base,
        severity: 'critical',
        phase: 'release',
        title: 'a process of the trial could reach the network',
        actual: what,
        next: 'Report this; the promise of isolation was broken.',
      }) as const,
  );
  return [...escaped, ...leaked];
}

function notShown(stores: readonly TrialStore[], environment: TrialRecord['environment']): string[] {
  const hasDatabase = stores.some((store) => store.kind === 'postgres');
  return [
    'Users: nobody logged in, and no program ran on the restored data.',
    'Flows: nothing that other systems sent or received was looked at.',
    'The procedure: who decides, who does what, in which order, and how long people take. That needs a plan: rollproof init',
    `Production speed: the times are those of this machine (${environment.machine}), not of the night.`,
    'Completeness of the backup: whether it holds all that the system held when it was taken. Nobody compared it with its source.',
    ...(stores.length > 1 ? ['The same moment: whether these backups belong together was not examined.'] : []),
    ...stores.flatMap((store) =>
      store.notCompared.length === 0
        ? []
        : [`Other databases in ${store.name}, restored with it but not compared: ${store.notCompared.join(', ')}.`],
    ),
    ...(hasDatabase && isLogical(stores) ? ['Settings of the server: a dump does not hold them.'] : []),
    ...(environment.isolation.level === 'none'
      ? [
          'Isolation: this machine allows no network namespace, so that outward connections were watched for but not denied.',
        ]
      : []),
  ];
}

function isLogical(stores: readonly TrialStore[]): boolean {
  return stores.some((store) => store.certificate?.format === 'pg_dump');
}
