import { findCatalogueEntry } from '../../catalogue/catalogue.ts';
import type { Injector, Truth } from '../../fault/injector.ts';
import { provePresence } from '../../fault/presence.ts';
import { remainingDamage } from '../../fault/remaining.ts';
import type { TruthVault } from '../../fault/truth.ts';
import type { Clock } from '../../kernel/clock.ts';
import { RollproofError } from '../../kernel/errors.ts';
import { formatSize } from '../../kernel/size.ts';
import { countOf } from '../../kernel/count.ts';
import { controlDifference, trialComparison } from '../../proof/trial-comparison.ts';
import type { TrialDamage, TrialStore } from '../../proof/trial-record.ts';
import { compareManifests } from '../../subject/compare.ts';
import { digestOfReading } from '../../subject/manifest-json.ts';
import type { Difference } from '../../subject/difference.ts';
import type { Manifest } from '../../subject/manifest.ts';
import type { RestorePointCertificate, RestorePointSource, RestoreReport } from '../../subject/restore-point.ts';
import { isExhausted } from '../../subject/restore-loss.ts';
import { isSqlStore, type Store } from '../../subject/store.ts';
import type { Draft } from './draft.ts';
import { damageStore } from './damage.ts';
import type { Progress } from './progress.ts';
import type { TrialSubject } from './subjects.ts';

export interface StoreTrial {
  readonly subject: TrialSubject;
  /** Where the content lies, unpacked as far as it must be. */
  readonly source: RestorePointSource;
  /** Stays untouched: the witness of what was there before. */
  readonly first: Store;
  readonly second: Store;
  readonly injectorFor: (store: Store) => Injector;
  readonly vault: TruthVault;
  readonly seed: number;
  readonly clock: Clock;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Restore, seal, damage a second copy, restore it again, compare. Throws what stopped it; `draft` holds what was learnt. */
export async function tryStore(trial: StoreTrial, draft: Draft): Promise<void> {
  await certify(trial, draft);
  const baseline = await sealBaseline(trial, draft);
  const control = await controlRun(trial, draft, baseline);
  const digest = await damage(trial, baseline);
  await findDamage(trial, draft, { baseline, control });
  await restoreAgain(trial, draft, { baseline, control });
  await openTruth(trial, draft, digest);
}

async function certify({ subject, source, first, progress }: StoreTrial, draft: Draft): Promise<void> {
  const certificate = await progress.step(`read the whole backup`, () => first.certify(source), describeCertificate);
  draft.certificate = {
    store: subject.name,
    name: subject.backup.path,
    format: certificate.format,
    sizeBytes: certificate.sizeBytes,
    digest: certificate.digest,
    takenAt: certificate.takenAt,
    serverVersion: certificate.serverVersion,
    toolVersion: certificate.toolVersion,
    restoreMs: null,
    parts: certificate.parts.map((part) => ({ ...part })),
    messages: [],
  };
}

function describeCertificate(certificate: RestorePointCertificate): string {
  const version = certificate.serverVersion === null ? '' : `, PostgreSQL ${certificate.serverVersion}`;
  return `${formatSize(certificate.sizeBytes)}${version}, ${certificate.digest.slice(0, 23)}…`;
}

async function sealBaseline(trial: StoreTrial, draft: Draft): Promise<Manifest> {
  const { first, progress, clock, signal } = trial;
  const report = await restore(trial, draft, { store: first, what: 'first copy' });
  if (draft.certificate !== null) {
    draft.certificate = {
      ...draft.certificate,
      messages: report.messages.map((message) => ({ ...message, examples: [...message.examples] })),
    };
  }
  const began = clock.monotonicMs();
  const manifest = await progress.step(
    `read every ${unitOf(trial)} and seal the baseline`,
    () => first.read({ signal }),
    (read) => sizeOfReading(trial, read),
  );
  const digest = digestOfReading(manifest);
  draft.baseline = {
    digest,
    sealedAt: new Date(clock.wallMs()).toISOString(),
    ...manifest.size,
    parts: manifest.parts.length,
    objects: manifest.objects.length,
    counters: manifest.counters.length,
    tookMs: clock.monotonicMs() - began,
  };
  if (isSqlStore(first)) {
    draft.tablesWithoutStatistics = [...(await first.missingStatistics())];
    draft.notCompared = await otherDatabases(trial);
  }
  return manifest;
}

/** A physical backup brings the whole cluster; one database of it is compared. */
async function otherDatabases({ first, source }: StoreTrial): Promise<string[]> {
  if (!isSqlStore(first) || source.format !== 'base-backup') return [];
  const rows = await first.query(
    "select datname as name from pg_database where not datistemplate and datname not in ('postgres', current_database()) order by 1",
    { readOnly: true },
  );
  return rows.flatMap((row) => row['name'] ?? []);
}

async function restore(
  trial: StoreTrial,
  draft: Draft,
  request: { readonly store: Store; readonly what: string },
): Promise<RestoreReport> {
  const { source, progress, signal } = trial;
  signal.throwIfAborted();
  const work = async (): Promise<RestoreReport> => {
    const done = await request.store.restore(source, 'empty', signal);
    return source.format === 'base-backup'
      ? { ...done, bytes: Math.max(done.bytes, draft.certificate?.sizeBytes ?? 0) }
      : done;
  };
  const report = await progress.step(`restore, ${request.what}`, work, describeRestore);
  refuseExhausted(report);
  draft.restores.push({ what: request.what, tookMs: report.tookMs, bytes: report.bytes });
  const fastest = Math.min(...draft.restores.map((one) => one.tookMs));
  if (draft.certificate !== null) draft.certificate = { ...draft.certificate, restoreMs: fastest };
  return report;
}

/** pg_restore goes on after a full disk and reports success at the end. */
function refuseExhausted({ messages }: RestoreReport): void {
  const exhausted = messages.find(isExhausted);
  if (exhausted === undefined) return;
  throw new RollproofError(
    'environment-not-ready',
    `this machine could not hold the restored copy: ${exhausted.examples[0] ?? exhausted.pattern}`,
    {
      hint: 'name a folder on a larger disk: --state FOLDER',
    },
  );
}

function describeRestore({ bytes, tookMs, messages }: RestoreReport): string {
  const kinds = messages.filter((message) => message.severity === 'error');
  const count = kinds.reduce((sum, message) => sum + message.count, 0);
  const said = count === 0 ? '' : `, ${countOf(count, 'error')} of ${countOf(kinds.length, 'kind')}`;
  return `${formatSize(bytes)}, ${formatSize(bytes / Math.max(0.001, tookMs / 1_000))}/s${said}`;
}

/** The same backup once more: what differs now changes by itself. */
async function controlRun(trial: StoreTrial, draft: Draft, baseline: Manifest): Promise<Difference> {
  const { second, progress, signal } = trial;
  await restore(trial, draft, { store: second, what: 'second copy' });
  const read = async (): Promise<Difference> =>
    controlDifference(baseline, await second.read({ like: baseline, signal }));
  return progress.step(`compare it, untouched, with the baseline`, read, (control) => {
    const differing = control.parts.length + control.objects.length + control.counters.length;
    return differing === 0 ? 'equal' : `${countOf(differing, 'part')} change by themselves and are left out`;
  });
}

async function damage(trial: StoreTrial, baseline: Manifest): Promise<Awaited<ReturnType<TruthVault['seal']>>> {
  const { second, progress, seed, signal, vault } = trial;
  const inject = async (): Promise<readonly Truth[]> =>
    damageStore({ injector: trial.injectorFor(second), seed, parts: baseline.parts, signal });
  const truths = await progress.step(
    `damage the second copy (seed ${seed})`,
    inject,
    (done) => `${countOf(done.length, 'fault')}, sealed`,
  );
  return vault.seal(truths);
}

interface Earlier {
  readonly baseline: Manifest;
  readonly control: Difference;
}

/** Nobody has told what was damaged: what is listed here was found by reading. */
async function findDamage(trial: StoreTrial, draft: Draft, earlier: Earlier): Promise<void> {
  const { progress } = trial;
  draft.found = await progress.step(
    `look for the damage`,
    () => compareNow(trial, earlier),
    (found) => {
      const rows = found.difference.parts.reduce(
        (sum, part) => sum + Object.values(part.totals ?? {}).reduce((a, b) => a + b, 0),
        0,
      );
      const others = found.difference.objects.length + found.difference.counters.length;
      return `${countOf(rows, unitOf(trial))} in ${countOf(found.difference.parts.length, partOf(trial))}${others === 0 ? '' : `, ${countOf(others, 'definition or sequence', 'definitions or sequences')}`}`;
    },
  );
}

async function restoreAgain(trial: StoreTrial, draft: Draft, earlier: Earlier): Promise<void> {
  const { second, progress } = trial;
  await restore(trial, draft, { store: second, what: 'again, after the damage' });
  draft.equality = await progress.step(
    `compare with the baseline`,
    () => compareNow(trial, earlier),
    (equality) => equality.verdict,
  );
}

async function compareNow(
  { subject, first, second, clock, signal }: StoreTrial,
  { baseline, control }: Earlier,
): Promise<NonNullable<TrialStore['equality']>> {
  const began = clock.monotonicMs();
  const manifest = await second.read({ like: baseline, signal });
  const coarse = compareManifests(baseline, manifest);
  signal.throwIfAborted();
  // why: values are dropped, not even kept in the private folder: nobody asked for them.
  const difference = coarse.parts.length === 0 ? coarse : await second.explain(coarse, first, () => undefined);
  return trialComparison({ store: subject.name, baseline, difference, control, tookMs: clock.monotonicMs() - began });
}

async function openTruth(
  trial: StoreTrial,
  draft: Draft,
  digest: Awaited<ReturnType<TruthVault['seal']>>,
): Promise<void> {
  const { found, equality } = draft;
  const truths = await trial.vault.open('evaluate', digest);
  if (found === null || equality === null) return;
  const remaining = remainingDamage(truths, equality.difference);
  draft.damage = truths.map((truth, index) =>
    injectionOf(truth, { trial, found, remaining: [...(remaining[index]?.keys ?? [])] }),
  );
}

/** Enough to recognise the rows; all of them stand in the difference. */
const KEPT_KEYS = 20;

function injectionOf(
  truth: Truth,
  known: { readonly trial: StoreTrial; readonly found: NonNullable<TrialStore['found']>; readonly remaining: string[] },
): TrialDamage {
  const { trial, found, remaining } = known;
  const presence = provePresence(truth, found.difference);
  const named = new Set(
    found.difference.parts
      .filter((part) => part.part === truth.part)
      .flatMap((part) => part.changes.map((change) => change.key)),
  );
  return {
    fault: truth.fault,
    name: findCatalogueEntry(truth.fault)?.name ?? truth.fault,
    store: trial.subject.name,
    where: truth.object === null ? (truth.part ?? trial.subject.name) : `${truth.object.kind} ${truth.object.name}`,
    seed: truth.seed,
    rows: truth.rows,
    description: truth.description,
    presence: { ...presence },
    seenBy: presence.shown ? [{ kind: 'comparison', name: 'with the baseline', afterMs: null }] : [],
    remaining,
    keys: truth.keys.filter((key) => named.has(key)).slice(0, KEPT_KEYS),
  };
}

function unitOf({ subject }: StoreTrial): string {
  return subject.kind === 'postgres' ? 'row' : 'file';
}

function partOf({ subject }: StoreTrial): string {
  return subject.kind === 'postgres' ? 'table' : 'folder';
}

function sizeOfReading(trial: StoreTrial, { size, parts, objects }: Manifest): string {
  const where =
    trial.subject.kind === 'postgres'
      ? ` in ${countOf(parts.length, 'table')}, ${countOf(objects.length, 'definition')}`
      : '';
  return `${countOf(size.rows, unitOf(trial))}${where}, ${formatSize(size.bytes)}`;
}
