import { describe, expect, it } from 'vitest';
import type { Bar, Clocks } from '../record.ts';
import { seededRandom } from '../../kernel/random.ts';
import { textWidth } from './text-width.ts';
import { drawTimeline } from './timeline-drawing.ts';
import type { TimelineLayout } from './timeline-geometry.ts';
import { layoutTimeline } from './timeline-layout.ts';
import { timelineModel } from './timeline-model.ts';

const bar = (given: Partial<Bar> & Pick<Bar, 'id' | 'startMs' | 'endMs'>): Bar => ({
  title: `Step ${given.id}`,
  procedure: 'go-back',
  clock: 'restore',
  owner: 'dba',
  readyAtMs: given.startMs,
  expected: null,
  waits: [],
  outcome: 'succeeded',
  critical: true,
  attempt: 1,
  detail: '',
  ...given,
});

function clocksOf(bars: Bar[], given: Partial<Clocks> = {}): Clocks {
  const times = [0, 1_000, 2_000, 3_000, 8_000, 9_000, 10_000, 10_000];
  const instants = times.map((atMs, index) => ({
    name: `t${index}`,
    meaning: `meaning ${index}`,
    atMs,
    wall: null,
    assumed: false,
    note: '',
  }));
  return {
    instants,
    spans: [],
    bars,
    rtaMs: 8_000,
    outOfWorkMs: null,
    communicate: { firstMessageMs: null, openAgainMs: null, openAgainAssumed: false },
    limitMs: null,
    marginMs: null,
    overheadMs: 0,
    totalMs: 10_000,
    ...given,
  };
}

function layoutOf(clocks: Clocks, form: 'lanes' | 'rows' = 'lanes'): TimelineLayout {
  return layoutTimeline(timelineModel(clocks), { width: form === 'lanes' ? 1_068 : 328, form });
}

describe('layout of the timeline', () => {
  const bars = [
    bar({ id: 'a', startMs: 2_000, endMs: 4_000 }),
    bar({ id: 'b', startMs: 4_000, endMs: 8_000 }),
    bar({ id: 'c', startMs: 4_500, endMs: 5_500, critical: false }),
  ];

  it.each(['lanes', 'rows'] as const)('draws bars in proportion to time (%s)', (form) => {
    const [a, b, c] = layoutOf(clocksOf(bars), form).bars.map((placed) => placed.endX - placed.startX);
    expect(Number(b) / Number(a)).toBeCloseTo(2, 6);
    expect(Number(c) / Number(a)).toBeCloseTo(0.5, 6);
  });

  it('gives bars that overlap in time a row each, and only those', () => {
    const [a, b, c] = layoutOf(clocksOf(bars)).bars.map((placed) => placed.y);
    expect(b).toBe(a);
    expect(c).toBeGreaterThan(Number(b));
  });

  it('folds the long way to the limit and says how long it is', () => {
    const layout = layoutOf(clocksOf(bars, { limitMs: 3_600_000, marginMs: 3_592_000 }));
    expect(layout.folds).toHaveLength(1);
    expect(layout.folds[0]).toMatchObject({ fromMs: 10_000, toMs: 3_602_000 });
    expect(layout.axis.map((label) => label.text)).toContain('59 min 52 s');
    expect(layout.limit?.text.text).toBe('limit 1 h: 59 min 52 s to spare');
  });

  it('does not fold what is short beside the work', () => {
    expect(layoutOf(clocksOf(bars, { limitMs: 9_000, marginMs: 1_000 })).folds).toEqual([]);
  });

  it('never folds time in which a step runs', () => {
    const slow = layoutOf(clocksOf([bar({ id: 'a', startMs: 2_000, endMs: 9_000_000 })]));
    expect(slow.folds.every((fold) => fold.toMs <= 2_000 || fold.fromMs >= 9_000_000)).toBe(true);
  });

  it('draws waiting within a step hatched and apart from working, in proportion to time', () => {
    const asked = bar({ id: 'a', startMs: 2_000, endMs: 8_000, waits: [{ fromMs: 3_000, toMs: 7_000 }] });
    const layout = layoutOf(clocksOf([asked]));
    const [placed] = layout.bars;
    const [wait] = placed?.waits ?? [];
    const width = Number(placed?.endX) - Number(placed?.startX);
    expect((Number(wait?.toX) - Number(wait?.fromX)) / width).toBeCloseTo(4 / 6, 6);
    expect(placed?.lines[0]?.text).toContain('2.0 s and 4.0 s waiting');
    const drawn = drawTimeline(layout, 's').text;
    expect(drawn.match(/class="work"/g)).toHaveLength(2);
    expect(drawn.match(/class="waiting"[^>]*url\(#s-hatch\)/g)).toHaveLength(1);
    expect(drawn).toContain('succeeded after 2.0 s; waited 4.0 s');
  });

  it('marks what is over its p90, with the cause', () => {
    const slow = bar({
      id: 'a',
      startMs: 2_000,
      endMs: 8_000,
      expected: { p50Ms: 2_000, p90Ms: 4_000 },
      detail: 'disk full',
    });
    const [placed] = layoutOf(clocksOf([slow])).bars;
    expect(placed?.lines[0]?.cause).toBe('2.0 s over p90: disk full');
    expect(placed?.overX).toBeCloseTo(Number(placed?.p90X), 6);
  });

  it('marks what runs after the limit', () => {
    const [placed] = layoutOf(
      clocksOf([bar({ id: 'a', startMs: 2_000, endMs: 8_000 })], { limitMs: 3_000, marginMs: -5_000 }),
    ).bars;
    expect(placed?.bar.overFromMs).toBe(5_000);
    expect(placed?.lines[0]?.cause).toBe('3.0 s past the limit');
  });

  it('gives instants at the same time one tick', () => {
    expect(
      layoutOf(clocksOf(bars))
        .ticks.map((tick) => tick.label.text)
        .at(-1),
    ).toBe('t6, t7 first user writes, told it is open');
  });

  it('names time that nobody spent, also where a step stands for it', () => {
    const span = {
      clock: 'decide',
      actualMs: 2,
      waitingMs: 0,
      besideMs: 0,
      expected: null,
      state: 'assumed',
      note: '',
    } as const;
    const [placed] = layoutOf(
      clocksOf([bar({ id: 'a', clock: 'decide', startMs: 1_000, endMs: 2_000 })], { spans: [span] }),
    ).bars;
    expect(placed?.bar.style).toBe('assumed');
    expect(placed?.lines[0]?.text).toBe('Step a · 1.0 s, assumed');
  });

  it('stands without instants, bars and limit', () => {
    const layout = layoutOf({ ...clocksOf([]), instants: [], rtaMs: null });
    expect(layout.bars).toEqual([]);
    expect(layout.lanes).toHaveLength(6);
    expect(Number.isFinite(layout.height)).toBe(true);
  });

  it.each(['lanes', 'rows'] as const)('never lets two texts meet, whatever the drill did (%s)', (form) => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const meeting = meetingTexts(layoutOf(randomClocks(seed), form));
      expect(meeting, `seed ${seed}`).toEqual([]);
    }
  });
});

const LANES = ['detect', 'decide', 'execute', 'restore', 'verify', 'communicate'] as const;

/** Steps and instants from milliseconds to hours apart, bunched or far from each other. */
function randomClocks(seed: number): Clocks {
  const random = seededRandom(seed);
  const longMs = 10 ** (2 + random.below(6));
  let atMs = 0;
  const bars = Array.from({ length: random.below(25) }, (_, index) => {
    const readyAtMs = Math.max(0, atMs - random.below(longMs / 4));
    const startMs = readyAtMs + (random.next() < 0.3 ? random.below(longMs) : 0);
    const endMs = startMs + random.below(longMs);
    atMs = endMs + (random.next() < 0.1 ? random.below(longMs * 50) : 0);
    const p50Ms = random.below(longMs);
    return bar({
      id: `${index} ${'with a long name '.repeat(random.below(4))}`,
      clock: random.pick(LANES),
      readyAtMs,
      startMs,
      endMs,
      expected: random.next() < 0.5 ? { p50Ms, p90Ms: p50Ms * (1 + random.next()) } : null,
      outcome: random.pick(['succeeded', 'failed', 'unknown', 'skipped'] as const),
      detail: random.next() < 0.3 ? 'a reason that takes more than a few words to tell' : '',
    });
  });
  const instants = Array.from({ length: 8 }, (_, index) => ({
    name: `t${index}`,
    meaning: `meaning ${index}`,
    atMs: (atMs * (index < 4 ? index / 100 : 0.9 + index / 100)) | 0,
    wall: null,
    assumed: false,
    note: '',
  }));
  const limitMs = random.next() < 0.7 ? random.below(longMs * 100) : null;
  const marginMs = limitMs === null ? null : limitMs - atMs;
  return clocksOf(bars, { instants, rtaMs: (atMs * 0.9) | 0, limitMs, marginMs });
}

function meetingTexts(layout: TimelineLayout): string[] {
  const texts = [
    ...layout.lanes.flatMap((lane) => [lane.name, lane.summary]),
    ...layout.ticks.map((tick) => tick.label),
    ...layout.bars.flatMap((placed) =>
      placed.lines.map((line) => ({ ...line, text: `${line.text} ${line.cause}`.trim() })),
    ),
    ...layout.axis,
    ...(layout.rta === null ? [] : [layout.rta.text]),
    ...(layout.limit === null ? [] : [layout.limit.text]),
  ].map(({ x, y, text }) => ({ text, left: x, right: x + textWidth(text, 13), top: y - 11, bottom: y + 3 }));
  const meets = (one: (typeof texts)[number], other: (typeof texts)[number]): boolean =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
  const pairs = texts.flatMap((one, index) =>
    texts
      .slice(index + 1)
      .filter((other) => meets(one, other))
      .map((other) => `${one.text} / ${other.text}`),
  );
  const outside = texts
    .filter((each) => each.left < 0 || each.right > layout.width)
    .map((each) => `outside: ${each.text}`);
  return [...pairs, ...outside];
}
