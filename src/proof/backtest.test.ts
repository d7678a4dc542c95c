import { describe, expect, it } from 'vitest';
import { type CopyReading, type DetectorReading, judgeBacktest } from './backtest.ts';

function detector(made: Partial<DetectorReading>): DetectorReading {
  return {
    name: 'orphans',
    kind: 'trigger',
    class: 'mandatory',
    state: 'green',
    readings: 2,
    liveCadenceMs: 300_000,
    value: '0',
    ...made,
  };
}

function copy(fault: string | null, detectors: readonly DetectorReading[], shown = true): CopyReading {
  return {
    copy: fault ?? 'healthy',
    fault,
    damage: fault === null ? null : { fault, shown, sentence: 's' },
    detectors,
  };
}

const RED = detector({ state: 'red' });
const GREEN = detector({});

describe('judging a back-test', () => {
  it('is good when all damage is noticed and nothing is red without any', () => {
    const { exitCode, rows } = judgeBacktest([copy(null, [GREEN]), copy('DC-03', [RED])]);
    expect(exitCode).toBe(0);
    expect(rows[1]).toMatchObject({ result: 'noticed', readings: 2, liveMs: 600_000 });
  });

  it('takes the detector that is fastest, and models only what is asked regularly', () => {
    const check = detector({ kind: 'check', class: null, name: 'c', state: 'red', readings: 1, liveCadenceMs: 0 });
    expect(judgeBacktest([copy('DC-03', [RED, check])]).rows[0]).toMatchObject({ readings: 1, liveMs: 600_000 });
    expect(judgeBacktest([copy('DC-03', [GREEN, check])]).rows[0]).toMatchObject({ readings: 1, liveMs: null });
  });

  it.each([
    ['a miss', [copy(null, [GREEN]), copy('DC-03', [GREEN])], 10, { misses: 1, falseAlarms: 0, neverRed: ['orphans'] }],
    ['a false alarm', [copy(null, [RED]), copy('DC-03', [RED])], 10, { misses: 1, falseAlarms: 1 }],
    ['damage that is not there', [copy('DC-03', [], false)], 11, { misses: 0 }],
    ['a blind trigger', [copy('DC-03', [detector({ state: 'unknown' })])], 11, { misses: 0 }],
    ['no damage at all', [copy(null, [GREEN])], 11, { misses: 0 }],
    [
      'one to watch only',
      [
        copy(null, [detector({ class: 'watch', state: 'red' })]),
        copy('DC-03', [detector({ class: 'watch', state: 'red' })]),
      ],
      10,
      { misses: 1, falseAlarms: 0 },
    ],
  ] as const)('%s', (...[, copies, exitCode, expected]) => {
    expect(judgeBacktest(copies)).toMatchObject({ exitCode, ...expected });
  });

  it('names a failure of a flow as not tried', () => {
    const judged = judgeBacktest([copy(null, [GREEN]), copy('DC-03', [RED])], ['IF-01 on orders']);
    expect(judged.exitCode).toBe(11);
    expect(judged.rows.at(-1)).toMatchObject({ result: 'inconclusive', fault: 'IF-01 on orders' });
  });
});
