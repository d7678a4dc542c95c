import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SAMPLE_PLAN } from '../../../test/support/plans.ts';
import { watchedOf, withReading } from '../../drill/watch/watched.ts';
import { loadPlan } from '../../plan/load.ts';
import { headroomOf } from '../../proof/headroom.ts';
import type { WatchState, WatchView } from './run-watch.ts';
import { jsonView, liveView, plainView } from './views.ts';

const loaded = loadPlan(SAMPLE_PLAN, 'rollproof.yaml');
if (!loaded.ok) throw new Error('the sample plan does not load');
const { plan } = loaded;
const NOW = Date.parse('2026-12-06T12:00:00Z');

function stateAfter(values: readonly string[]): WatchState {
  const triggers = watchedOf(plan).map((one) =>
    values.reduce(
      (watched, value) => withReading(watched, { value, colour: value === '0' ? 'green' : 'red' }, NOW),
      one,
    ),
  );
  const backByMs = NOW + 3_600_000;
  const rollback = { ms: 600_000, basis: 'worst of 1 measured × 1.25' };
  const headroom = headroomOf({ nowMs: NOW, backByMs, rollbackMs: rollback.ms, leadMs: 0 });
  return { triggers, rollback, headroom, records: 12, recordsTrouble: null, replayMs: 0, nowMs: NOW };
}

function show(view: WatchView, values: readonly string[]): void {
  const state = stateAfter(values);
  for (const watched of state.triggers) view.reading(watched, state);
  view.state(state);
}

function outputOf(act: () => void): string {
  let text = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  try {
    act();
  } finally {
    spy.mockRestore();
  }
  return text;
}

afterEach(() => vi.restoreAllMocks());

describe('what a watch shows', () => {
  it('draws again in its place, never taller than the terminal', () => {
    const written: string[] = [];
    const stdout = { rows: 6, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    const view = liveView(plan, stdout);
    show(view, ['0']);
    for (let index = 0; index < 9; index += 1)
      view.news({ about: 'orphans', state: 'red', sentence: `news ${index}` }, stateAfter(['0']));
    show(view, ['0', '3', '3']);
    const last = written.at(-1) ?? '';
    const drawn = (written.at(-2) ?? '').split('\n').length - 1;
    expect(last.startsWith(`\u001B[${drawn}F`)).toBe(true);
    const lines = stripVTControlCharacters(last).trimEnd().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toContain('latest safe moment to call the rollback: Sun 2026-12-06 13:50 +01:00, in 50 min');
    expect(lines[3]).toMatch(/^✗ orphans +TR-03 +3 +red above 0, 2 times in a row +mandatory/);
  });

  it('writes plain lines only for what changes', () => {
    const view = plainView(plan);
    const first = outputOf(() => show(view, ['0']));
    expect(first).toContain('orphans 0, limit above 0');
    expect(first).toContain('latest safe moment');
    expect(outputOf(() => show(view, ['0']))).toBe('');
  });

  it('makes what a terminal would obey visible', () => {
    const view = plainView(plan);
    const news = { about: 'orphans', state: 'red', sentence: 'red: \u001B[2J\nx' };
    const text = outputOf(() => view.news(news, stateAfter(['0'])));
    expect(text).not.toContain('\u001B[2J');
    expect(text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('writes one JSON object a line', () => {
    const lines = outputOf(() => show(jsonView(plan), ['0', '3', '3']))
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { kind: 'reading', trigger: 'orphans', value: '3', colour: 'red', standing: 'red', class: 'mandatory' },
      { kind: 'headroom', lastSafe: '2026-12-06T12:50:00.000Z', headroom: 6, colour: 'green', records: 12 },
    ]);
  });
});
