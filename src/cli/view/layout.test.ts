import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { EventWriter, failed, failingAt, recordedEvents, until } from '../../../test/support/recorded-events.ts';
import type { Recorded } from '../../journal/journal.ts';
import type { Frame, Heading } from './header.ts';
import { finalLines, liveLines } from './layout.ts';
import { EMPTY_VIEW, reduceView, type ViewState } from './model.ts';
import { painter } from './paint.ts';
import { columnsOf } from './text.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'test', 'golden', 'view');
const drill = recordedEvents('data-corruption');
const REASON =
  'the base backup cannot be restored: 3 files have a wrong checksum, base/16384/2619, base/16384/2619_vm and base/16384/1259; the server never started';
const broken = failingAt(drill, 'go-back.restore', REASON);

const heading: Heading = {
  plan: 'crm-10-to-11',
  scenario: 'data-corruption',
  kind: 'S1 data corruption',
  expected: { decideWithinMs: 900_000, rtoMs: 2_700_000 },
};

function viewOf(events: readonly Recorded[]): ViewState {
  return events.reduce(reduceView, EMPTY_VIEW);
}

function frameOf(state: ViewState, size: { width: number; height: number }, laterMs = 0): Frame {
  return { nowMs: state.lastAtMs + laterMs, ...size, paint: painter(false) };
}

const MOMENTS = [
  { name: 'preparing', events: until(drill, 'node-started', 'control-run'), laterMs: 1_250 },
  { name: 'restoring', events: until(drill, 'node-started', 'go-back.restore'), laterMs: 4_800 },
  { name: 'verifying', events: until(drill, 'node-started', 'sweep.after.staff'), laterMs: 400 },
  { name: 'failed', events: until(broken, 'node-started', 'release'), laterMs: 100 },
];
const SIZES = [
  { width: 80, height: 23 },
  { width: 120, height: 39 },
];

describe('the picture of a running drill', () => {
  it.each(MOMENTS.flatMap((moment) => SIZES.map((size) => ({ ...moment, ...size }))))(
    '$name at $width',
    async ({ name, events, laterMs, width, height }) => {
      const state = viewOf(events);
      const text = liveLines(heading, state, frameOf(state, { width, height }, laterMs)).join('\n');
      await expect(`${text}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}-${width}.txt`));
    },
  );

  it('is never wider nor higher than its place, at any moment of a drill', () => {
    for (const events of [drill, broken])
      for (let length = 1; length <= events.length; length += 1) {
        const state = viewOf(events.slice(0, length));
        for (const [width, height] of [
          [40, 10],
          [80, 23],
          [120, 39],
          [200, 60],
          [30, 4],
        ] as const) {
          const lines = liveLines(heading, state, frameOf(state, { width, height }, 61_000));
          expect(lines.length, `${length} events at ${width}×${height}`).toBeLessThanOrEqual(height);
          expect(Math.max(...lines.map(columnsOf)), `${length} events at ${width}×${height}`).toBeLessThanOrEqual(
            width,
          );
        }
      }
  });

  it('always shows what runs, however little room there is', () => {
    for (let length = 2; length <= drill.length; length += 1) {
      const state = viewOf(drill.slice(0, length));
      const running = [...state.steps.values()].filter((step) => step.state === 'running');
      const text = liveLines(heading, state, frameOf(state, { width: 120, height: 23 })).join('\n');
      for (const step of running)
        expect(text, `${step.node.id} after ${length} events`).toContain(`◔ ${step.node.title}`);
    }
  });

  it('says the same without colours', () => {
    const state = viewOf(until(broken, 'node-started', 'release'));
    const frame = frameOf(state, { width: 80, height: 23 });
    const coloured = liveLines(heading, state, { ...frame, paint: painter(true) });
    expect(coloured.join('\n')).toContain('\u001b[31m✖');
    expect(coloured.map((line) => stripVTControlCharacters(line).trimEnd())).toEqual(liveLines(heading, state, frame));
  });

  it('shows a step that waits as waiting, and why it is tried again', () => {
    const writer = new EventWriter(until(drill, 'node-started', 'go-back.restore'));
    writer.write(500, {
      kind: 'node-ended',
      node: 'go-back.restore',
      attempt: 1,
      final: false,
      outcome: failed('disk full'),
    });
    const state = viewOf(writer.events);
    const text = liveLines(heading, state, frameOf(state, SIZES[0] ?? { width: 80, height: 23 }, 3_000)).join('\n');
    expect(text).toMatch(/○ restore · dba +waiting 3\.0 s/);
    expect(text).toContain('disk full');
  });

  it('does not obey what names of a plan would tell the terminal', () => {
    const [opened, ...rest] = until(drill, 'node-started', 'provision');
    if (opened?.kind !== 'drill-opened') throw new Error('not opened');
    const nodes = opened.graph.nodes.map((node) => ({ ...node, title: `a\u001b[2Jb\n${node.title}` }));
    const state = viewOf([{ ...opened, graph: { nodes } }, ...rest]);
    const lines = liveLines(heading, state, frameOf(state, { width: 80, height: 23 }));
    // oxlint-disable-next-line no-control-regex -- these characters are what must be absent
    expect(lines.join('')).not.toMatch(/\u001b|\n/);
  });
});

describe('what stays when the drill is over', () => {
  it.each([
    ['over', drill],
    ['over-failed', broken],
  ] as const)('%s', async (name, events) => {
    const state = viewOf(events);
    const text = finalLines(heading, state, frameOf(state, { width: 80, height: 23 })).join('\n');
    await expect(`${text}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}-80.txt`));
  });

  it('says why it ended early', () => {
    const writer = new EventWriter(until(drill, 'node-started', 'detect'));
    writer.write(10, { kind: 'abort-requested', reason: 'interrupted by SIGINT' });
    const state = viewOf(writer.events);
    expect(finalLines(heading, state, frameOf(state, { width: 80, height: 23 }))).toContain(
      '  ended early: interrupted by SIGINT',
    );
  });
});
