import { countOf } from '../kernel/count.ts';
import { formatSize } from '../kernel/size.ts';
import type { Evidence } from './evidence.ts';

/** How much a drill was made with: what a proof must never be told without. */
export interface Volume {
  readonly bytes: number;
  readonly rows: number;
  readonly productionBytes: number | null;
  /** Null when the size of production, or of the drill, is not known. */
  readonly shareOfProduction: number | null;
}

export function volumeOf(evidence: Evidence): Volume {
  const baselines = new Map(
    evidence.all('reading').flatMap((reading) => (reading.label === 'baseline' ? [[reading.store, reading]] : [])),
  );
  const bytes = [...baselines.values()].reduce((total, reading) => total + reading.bytes, 0);
  const rows = [...baselines.values()].reduce((total, reading) => total + reading.rows, 0);
  const productionBytes = evidence.productionBytes === 0 ? null : evidence.productionBytes;
  const shareOfProduction = productionBytes === null || bytes === 0 ? null : bytes / productionBytes;
  return { bytes, rows, productionBytes, shareOfProduction };
}

/** `61,151 rows, 31 MB, 98 % of production`. */
export function shownAt({ bytes, rows, shareOfProduction }: Volume): string {
  const share = shareOfProduction === null ? '' : `, ${formatShare(shareOfProduction)} of production`;
  return `${countOf(rows, 'row')}, ${formatSize(bytes)}${share}`;
}

/** A small share is not rounded to nothing; more than production shows no more than all of it. */
export function formatShare(share: number): string {
  const percent = Math.min(share, 1) * 100;
  if (percent >= 10) return `${Math.floor(percent)} %`;
  return percent >= 0.1 ? `${percent.toFixed(1)} %` : 'less than 0.1 %';
}
