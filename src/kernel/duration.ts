const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `1h30m`, `45m`, `20s`, `1.5s`, `250ms`. Returns milliseconds, or undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return total;
}

/** For people: `850 ms`, `3.2 s`, `4 min 05 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 1_000) return `${sign}${Math.round(size)} ms`;
  if (size < 59_950) return `${sign}${(size / 1_000).toFixed(1)} s`;
  const seconds = Math.round(size / 1_000);
  if (seconds < 3_600) return `${sign}${inUnits(seconds, 60, ['min', 's'])}`;
  return `${sign}${inUnits(Math.round(seconds / 60), 60, ['h', 'min'])}`;
}

/** `45 min`, not `45 min 00 s`. */
function inUnits(amount: number, base: number, [large, small]: readonly [string, string]): string {
  const rest = amount % base;
  const whole = `${Math.floor(amount / base)} ${large}`;
  return rest === 0 ? whole : `${whole} ${String(rest).padStart(2, '0')} ${small}`;
}
