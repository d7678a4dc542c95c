import { describe, expect, it } from 'vitest';
import { changedRuns } from './definition-diff.ts';
import { markup } from './markup.ts';
import { contrast, PALETTE, type PaletteName, type Theme } from './palette.ts';
import { cssString } from './paper.ts';
import { layoutTreemap } from './treemap.ts';
import { formatCount } from '../../kernel/count.ts';
import { formatShare, listOf, shortDuration } from './words.ts';

describe('markup', () => {
  it('escapes whatever is put in, once', () => {
    const inner = markup`<b>${'<&"\'`>'}</b>`;
    expect(markup`<p title="${'"'}">${inner}${['&', null, false, 0]}</p>`.text).toBe(
      '<p title="&quot;"><b>&lt;&amp;&quot;&#39;&#96;&gt;</b>&amp;0</p>',
    );
  });

  it('shows control characters and keeps line ends', () => {
    expect(markup`${'a\u0000b\u001b[1m\u007f\u202ec\ud800\n\t'}`.text).toBe('a␀b␛[1m␡\ufffdc\ufffd\n\t');
  });

  it('writes CSS strings that nothing can leave', () => {
    expect(cssString('a"} </style>\\')).toBe('"a\\000022 \\00007d  \\00003c \\00002f style\\00003e \\00005c "');
  });
});

describe('words', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_204, '1,204'],
    [1_234_567, '1,234,567'],
    [-5_000, '−5,000'],
  ])('writes the count %d as %s', (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  it.each([
    [0, '0 %'],
    [0.000_001, '< 0.001 %'],
    [0.000_1, '0.01 %'],
    [0.92, '92 %'],
    [0.999, '> 99 %'],
    [1, '100 %'],
  ])('writes the share %d as %s', (value, text) => {
    expect(formatShare(value)).toBe(text);
  });

  it.each([
    [0, '0'],
    [250, '250 ms'],
    [2_500, '2.5 s'],
    [45 * 60_000, '45 min'],
    [90_000, '1 min 30 s'],
    [7_200_000, '2 h'],
  ])('writes the duration %d as %s', (value, text) => {
    expect(shortDuration(value)).toBe(text);
  });

  it('joins lists as people do', () => {
    expect([listOf([]), listOf(['a']), listOf(['a', 'b']), listOf(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
});

describe('palette', () => {
  const text: readonly PaletteName[] = ['ink', 'muted', 'accent', 'proven', 'failed', 'inconclusive', 'not-examined'];
  const cases = (['light', 'dark'] as const satisfies readonly Theme[]).flatMap((theme) =>
    text.map((name) => [name, theme] as const),
  );

  it.each(cases)('%s on the %s surface has a contrast of 4.5:1', (name, theme) => {
    expect(contrast(PALETTE[name][theme], PALETTE.surface[theme])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(['light', 'dark'] as const)('text on marked cells and tiles is readable in the %s theme', (theme) => {
    expect(contrast(PALETTE.ink[theme], PALETTE.marked[theme])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(PALETTE.failed[theme], PALETTE.marked[theme])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(PALETTE.inconclusive[theme], PALETTE.marked[theme])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(PALETTE.muted[theme], PALETTE.equal[theme])).toBeGreaterThanOrEqual(4.5);
  });
});

describe('definitions side by side', () => {
  it('marks only the words that changed', () => {
    const { left, right } = changedRuns('amount numeric(12,2) NOT NULL', 'amount numeric(10,2)');
    expect(left.filter((run) => run.isChanged).map((run) => run.text)).toEqual(['12', ' NOT NULL']);
    expect(right.filter((run) => run.isChanged).map((run) => run.text)).toEqual(['10']);
    expect(left.map((run) => run.text).join('')).toBe('amount numeric(12,2) NOT NULL');
  });
});

describe('treemap', () => {
  const tiles = Array.from({ length: 512 }, (_, index) => ({
    part: `table_${index}`,
    rows: index * 37,
    equal: index !== 3,
  }));
  const placed = layoutTreemap(tiles, { width: 1_068, height: 200 });

  it('fills the picture without leaving it', () => {
    expect(placed).toHaveLength(512);
    expect(placed.reduce((sum, tile) => sum + tile.width * tile.height, 0)).toBeCloseTo(1_068 * 200, 0);
    expect(
      placed.every(
        (tile) => tile.x > -0.01 && tile.y > -0.01 && tile.x + tile.width < 1_068.01 && tile.y + tile.height < 200.01,
      ),
    ).toBe(true);
  });

  it('keeps an unequal table visible, however small it is', () => {
    const unequal = placed.find((tile) => !tile.tile.equal);
    expect(Number(unequal?.width) * Number(unequal?.height)).toBeGreaterThan(0.02 * 1_068 * 200);
  });

  it('stands with empty tables and with none', () => {
    expect(layoutTreemap([], { width: 100, height: 100 })).toEqual([]);
    expect(layoutTreemap([{ part: 'a', rows: 0, equal: true }], { width: 100, height: 100 })).toHaveLength(1);
  });
});
