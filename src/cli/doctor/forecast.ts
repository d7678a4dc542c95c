import { existsSync } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { PostgresBinaries } from '../../adapters/postgres/binaries.ts';
import { messageOf } from '../../kernel/errors.ts';
import { parseSize } from '../../kernel/size.ts';
import type { GoodPlan } from '../../plan/load.ts';
import type { System } from '../../plan/schema.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface StoreForecast {
  readonly store: string;
  readonly productionBytes: number | null;
  readonly sources: readonly SourceForecast[];
  /** Of one restored copy. */
  readonly restoredBytes: Range;
  readonly basis: 'declared size' | 'restore point' | 'nothing';
  readonly ms: Range;
}

export interface SourceForecast {
  readonly name: string;
  readonly format: string;
  readonly path: string;
  readonly bytes: number | null;
  /** Null: can be restored here, as far as that can be told without trying. */
  readonly obstacle: string | null;
}

export interface Forecast {
  readonly stores: readonly StoreForecast[];
  /** At the worst moment of a drill, everything together. */
  readonly diskBytes: Range;
  /** Of one scenario, without the plan's own steps and waits. */
  readonly ms: Range;
}

type Store = Extract<System, { readonly kind: 'postgres' | 'directory' }>;

/** The systems, the control twin, the witness, one throw-away clone and the final backup; 4.2 were measured in the example. */
const COPIES = 5;
/** Restores, clones, backup and readings, each of which goes once over everything. */
const PASSES = 14;
/** Environment, servers, programs, a sweep over the users, quiet time. */
const FIXED_MS: Range = { low: 10_000, high: 60_000 };
/** An empty cluster and its first WAL. */
const CLUSTER_BYTES = 30e6;
/** Restored bytes for each byte of a restore point. Packed ones vary most. */
const GROWTH: Readonly<Record<string, Range>> = {
  'pg_dump': { low: 2, high: 10 },
  'base-backup': { low: 1, high: 8 },
  'tar': { low: 1, high: 5 },
};
/** Bytes a second of one pass on two cores: dumps build indexes, copies only copy. */
const SPEED: Readonly<Record<string, Range>> = {
  'pg_dump': { low: 25e6, high: 150e6 },
  'base-backup': { low: 80e6, high: 450e6 },
  'tar': { low: 60e6, high: 400e6 },
};

/** Rough on purpose and said as a range: it decides only whether to begin. */
export async function forecastOf(loaded: GoodPlan, postgres: readonly PostgresBinaries[]): Promise<Forecast> {
  const folder = dirname(loaded.file);
  const stores: StoreForecast[] = [];
  for (const [name, system] of Object.entries(loaded.plan.systems)) {
    if (system.kind === 'postgres' || system.kind === 'directory')
      stores.push(await storeForecast({ name, system, folder, postgres }));
  }
  const sum = (pick: (each: StoreForecast) => number): number => stores.reduce((total, each) => total + pick(each), 0);
  const clusters = stores.length === 0 ? 0 : CLUSTER_BYTES;
  return {
    stores,
    diskBytes: {
      low: COPIES * (sum((each) => each.restoredBytes.low) + clusters),
      high: COPIES * (sum((each) => each.restoredBytes.high) + clusters),
    },
    ms: { low: FIXED_MS.low + sum((each) => each.ms.low), high: FIXED_MS.high + sum((each) => each.ms.high) },
  };
}

interface StoreRequest {
  readonly name: string;
  readonly system: Store;
  readonly folder: string;
  readonly postgres: readonly PostgresBinaries[];
}

async function storeForecast({ name, system, folder, postgres }: StoreRequest): Promise<StoreForecast> {
  const productionBytes = system.production?.size === undefined ? null : (parseSize(system.production.size) ?? null);
  const sources: SourceForecast[] = [];
  for (const [point, alternatives] of Object.entries(system.restorePoints ?? {})) {
    for (const source of alternatives) {
      const path = isAbsolute(source.path) ? source.path : join(folder, source.path);
      sources.push({
        name: point,
        format: source.format,
        path,
        bytes: await sizeOf(path),
        obstacle: await obstacleOf(path, source.format, postgres),
      });
    }
  }
  const used = sources.find((source) => source.obstacle === null) ?? sources[0];
  const restored = restoredBytes(productionBytes, used);
  const speed = SPEED[used?.format ?? ''] ?? { low: 25e6, high: 400e6 };
  const ms = {
    low: ((PASSES * restored.bytes.low) / speed.high) * 1_000,
    high: ((PASSES * restored.bytes.high) / speed.low) * 1_000,
  };
  return { store: name, productionBytes, sources, restoredBytes: restored.bytes, basis: restored.basis, ms };
}

/** A declared size may be of another day, and nothing is restored smaller than its restore point: both are heeded. */
function restoredBytes(
  declared: number | null,
  used: SourceForecast | undefined,
): { readonly bytes: Range; readonly basis: StoreForecast['basis'] } {
  const bytes = used?.bytes ?? 0;
  if (declared !== null) {
    return { bytes: { low: Math.max(declared, bytes), high: Math.max(declared, bytes) * 1.2 }, basis: 'declared size' };
  }
  if (used === undefined || used.bytes === null) return { bytes: { low: 0, high: 0 }, basis: 'nothing' };
  const growth = GROWTH[used.format] ?? { low: 1, high: 10 };
  return { bytes: { low: bytes * growth.low, high: bytes * growth.high }, basis: 'restore point' };
}

/** Null when nothing is there. A folder weighs what its files do. */
async function sizeOf(path: string): Promise<number | null> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return null;
  if (!found.isDirectory()) return found.size;
  let total = 0;
  for (const entry of await readdir(path)) total += (await sizeOf(join(path, entry))) ?? 0;
  return total;
}

async function obstacleOf(path: string, format: string, postgres: readonly PostgresBinaries[]): Promise<string | null> {
  if (!existsSync(path)) return 'it is not there';
  if (format === 'pg_dump')
    return postgres.some((each) => each.pgRestore !== null) ? null : 'pg_restore is missing here';
  if (format !== 'base-backup') return null;
  try {
    const wanted = (await readFile(join(path, 'PG_VERSION'), 'utf8')).trim();
    return postgres.some((each) => String(each.major) === wanted)
      ? null
      : `it needs PostgreSQL ${wanted}, which is not here`;
  } catch (error) {
    // An archive does not tell its version without being read; the drill reads it.
    return /ENOTDIR|ENOENT/.test(messageOf(error)) ? null : messageOf(error);
  }
}
