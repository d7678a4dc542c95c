import { EXIT, foldExitCodes } from '../kernel/errors.ts';

/** What one detector said on one copy. `readings`: how many it took until it was red, or how many were taken. */
export type DetectorReading = {
  readonly name: string;
  readonly kind: 'trigger' | 'check';
  readonly class: 'mandatory' | 'decide' | 'watch' | null;
  readonly state: 'red' | 'green' | 'unknown';
  readonly readings: number;
  /** 0: nobody asks it again and again. */
  readonly liveCadenceMs: number;
  readonly value: string;
};

export type CopyReading = {
  readonly copy: string;
  /** What was injected, which may be a stand-in of the same class. Null: nothing was damaged. */
  readonly fault: string | null;
  readonly damage: { readonly fault: string; readonly shown: boolean; readonly sentence: string } | null;
  readonly detectors: readonly DetectorReading[];
};

/** A row of the table: one copy, and what to think of it. */
export interface BacktestRow {
  readonly copy: string;
  readonly fault: string | null;
  /** `quiet` and `false-alarm` of the healthy copy, the others of damaged ones. */
  readonly result: 'quiet' | 'false-alarm' | 'noticed' | 'missed' | 'inconclusive';
  readonly by: readonly DetectorReading[];
  /** Fewest readings that a detector needed. */
  readonly readings: number | null;
  /** By the cadence of the night; null when only checks noticed, which nobody asks regularly. */
  readonly liveMs: number | null;
  readonly why: string;
}

export interface Backtest {
  readonly rows: readonly BacktestRow[];
  readonly misses: number;
  readonly falseAlarms: number;
  /** Triggers that call for a rollback and that no damage turned red. */
  readonly neverRed: readonly string[];
  readonly exitCode: number;
}

/** `untested`: faults that cannot be put into a copy. */
export function judgeBacktest(copies: readonly CopyReading[], untested: readonly string[] = []): Backtest {
  const falseAlarms = new Set(
    copies
      .filter(({ fault }) => fault === null)
      .flatMap(reds)
      .map(keyOf),
  );
  const rows = [...copies.map((copy) => rowOf(copy, falseAlarms)), ...untested.map(untestedRow)];
  const count = (result: BacktestRow['result']): number => rows.filter((row) => row.result === result).length;
  const seen = new Set(
    copies
      .filter(({ fault }) => fault !== null)
      .flatMap(reds)
      .map(keyOf),
  );
  const callers = copies.flatMap(({ detectors }) => detectors).filter((one) => one.kind === 'trigger' && isCaller(one));
  const isJudged = copies.some(({ fault, damage }) => fault !== null && damage?.shown === true);
  const failed = count('missed') + count('false-alarm') > 0;
  const codes = [
    ...(failed ? [EXIT.failed] : []),
    ...(count('inconclusive') > 0 || !isJudged ? [EXIT.inconclusive] : []),
  ];
  return {
    rows,
    misses: count('missed'),
    falseAlarms: falseAlarms.size,
    neverRed: [...new Set(callers.filter((one) => !seen.has(keyOf(one))).map(({ name }) => name))],
    exitCode: foldExitCodes(codes.length === 0 ? [EXIT.ok] : codes),
  };
}

/** One to watch only calls for nothing, so it neither notices nor alarms. */
function isCaller(detector: DetectorReading): boolean {
  return detector.class !== 'watch';
}

function reds({ detectors }: CopyReading): readonly DetectorReading[] {
  return detectors.filter((one) => one.state === 'red' && isCaller(one));
}

function keyOf({ kind, name }: DetectorReading): string {
  return `${kind} ${name}`;
}

function rowOf(copy: CopyReading, falseAlarms: ReadonlySet<string>): BacktestRow {
  const { fault, damage } = copy;
  const base = { copy: copy.copy, fault, readings: null, liveMs: null, by: [] };
  if (damage?.shown === false) return { ...base, result: 'inconclusive', why: `not damaged: ${damage.sentence}` };
  const blind = copy.detectors.filter((one) => one.state === 'unknown' && isCaller(one));
  const blindness = blind.map(({ name, value }) => `${name}: ${value}`).join('; ');
  if (fault === null) return healthyRow(copy, base, blindness);
  // What is red without damage proves nothing with it.
  const by = reds(copy).filter((one) => !falseAlarms.has(keyOf(one)));
  const why = damage?.sentence ?? '';
  if (by.length === 0)
    return blind.length > 0 ? { ...base, result: 'inconclusive', why: blindness } : { ...base, result: 'missed', why };
  const modelled = by.filter(({ liveCadenceMs }) => liveCadenceMs > 0).map((one) => one.readings * one.liveCadenceMs);
  return {
    ...base,
    result: 'noticed',
    by,
    readings: Math.min(...by.map(({ readings }) => readings)),
    liveMs: modelled.length === 0 ? null : Math.min(...modelled),
    why,
  };
}

type Base = Pick<BacktestRow, 'copy' | 'fault' | 'readings' | 'liveMs' | 'by'>;

function healthyRow(copy: CopyReading, base: Base, blindness: string): BacktestRow {
  const by = reds(copy);
  if (by.length > 0) return { ...base, result: 'false-alarm', by, why: 'red without any damage' };
  return { ...base, result: blindness === '' ? 'quiet' : 'inconclusive', why: blindness };
}

function untestedRow(fault: string): BacktestRow {
  return {
    copy: fault,
    fault,
    result: 'inconclusive',
    by: [],
    readings: null,
    liveMs: null,
    why: 'a failure of a flow cannot be put into a copy: rehearse it with rollproof drill',
  };
}
