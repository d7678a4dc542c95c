import type { ClaimState, ClockName, DrillRecord } from '../record.ts';

/** Words, numbers and times as every view writes them. */
export const STATE_WORD: Readonly<Record<ClaimState, string>> = {
  proven: 'proven',
  failed: 'failed',
  inconclusive: 'inconclusive',
  'not-examined': 'not examined',
};

/** Shapes where there are only characters, such as a terminal. */
export const STATE_SIGN: Readonly<Record<ClaimState, string>> = {
  proven: '●',
  failed: '✖',
  inconclusive: '◐',
  'not-examined': '○',
};

export const CLOCKS: readonly ClockName[] = ['detect', 'decide', 'execute', 'restore', 'verify', 'communicate'];

export const KIND_WORD: Readonly<Record<DrillRecord['scenario']['kind'], string>> = {
  S0: 'S0 clean return',
  S1: 'S1 data corruption',
  S2: 'S2 integration failure',
  S3: 'S3 full rollback',
};

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? '';
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `2026-12-04 18:00:07 UTC`: records hold UTC only. */
export function formatWall(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** Share of production: `0.004 %`, `12 %`. Never rounded to 0 or up to 100. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 99 && percent < 100) return '> 99 %';
  if (percent >= 10) return `${Math.round(percent)} %`;
  return percent > 0 && percent < 0.001 ? '< 0.001 %' : `${Number(percent.toPrecision(2))} %`;
}

export function formatRange(range: { readonly p50Ms: number; readonly p90Ms: number } | null): string {
  return range === null ? '–' : `${shortDuration(range.p50Ms)} to ${shortDuration(range.p90Ms)}`;
}

/** What people planned, and axes: `0`, `500 ms`, `12 s`, `45 min`, `2 h`, without the zeros that a measurement has. */
export function shortDuration(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${seconds} s`;
  const parts: ReadonlyArray<readonly [number, string]> = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds >= 3_600 ? 0 : Math.round(seconds % 60), 's'],
  ];
  return parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount} ${unit}`])).join(' ');
}

/** Notes come as half sentences and whole ones. */
export function asSentence(text: string): string {
  return text === '' ? '' : `${capitalised(text)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

export function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
