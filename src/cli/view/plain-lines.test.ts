import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  EventWriter,
  failed,
  failingAt,
  nodesOf,
  recordedEvents,
  until,
} from '../../../test/support/recorded-events.ts';
import type { Recorded } from '../../journal/journal.ts';
import { painter } from './paint.ts';
import { PlainLines } from './plain-lines.ts';
import { columnsOf } from './text.ts';

const GOLDEN = join(import.meta.dirname, '..', '..', '..', 'test', 'golden', 'view');
const drill = recordedEvents('data-corruption');
const broken = failingAt(
  drill,
  'go-back.restore',
  'the base backup cannot be restored: 3 files have a wrong checksum, and the server never started',
);

function newLines(): PlainLines {
  const heading = {
    plan: 'crm-10-to-11',
    scenario: 'data-corruption',
    kind: 'S1',
    expected: { decideWithinMs: null, rtoMs: null },
  };
  return new PlainLines({ heading, width: 80, paint: painter(false) });
}

function shown(events: readonly Recorded[]): readonly string[] {
  const lines = newLines();
  return [...events.flatMap((event) => lines.take(event)), ...lines.end(events.at(-1)?.at.monotonicMs ?? 0)];
}

describe('plain lines', () => {
  it.each([
    ['plain', drill],
    ['plain-failed', broken],
  ] as const)('%s', async (name, events) => {
    await expect(`${shown(events).join('\n')}\n`).toMatchFileSnapshot(join(GOLDEN, `${name}-80.txt`));
  });

  it('say every step once, with its stage, in the order of their ends', () => {
    const ended = drill.flatMap((event) => (event.kind === 'node-ended' ? [event.node] : []));
    const stageOf = new Map(nodesOf(drill).map((node) => [node.id, node.stage]));
    const stages = shown(drill)
      .filter((line) => line.includes('●'))
      .map((line) => line.slice(2, 12).trim());
    expect(stages).toEqual(ended.map((id) => stageOf.get(id)));
  });

  it('are never wider than they should be', () => {
    expect(Math.max(...[...shown(drill), ...shown(broken)].map(columnsOf))).toBeLessThanOrEqual(80);
  });

  it('give a sign of life of a step that takes long, and seldom again', () => {
    const lines = newLines();
    const events = until(drill, 'node-started', 'go-back.restore');
    for (const event of events) lines.take(event);
    const startedAt = events.at(-1)?.at.monotonicMs ?? 0;
    const signs = (afterMs: number): number => lines.progress(startedAt + afterMs).length;
    expect([4_999, 5_000, 6_000, 19_999, 20_000, 60_000, 80_000].map(signs)).toEqual([0, 1, 0, 0, 1, 0, 1]);
  });

  it('say what was decided about a failed step, and by whom', () => {
    const writer = new EventWriter(until(drill, 'node-started', 'go-back.restore'));
    writer.write(500, {
      kind: 'node-ended',
      node: 'go-back.restore',
      attempt: 1,
      final: false,
      outcome: failed('disk full'),
    });
    writer.write(500, {
      kind: 'operator-decided',
      node: 'go-back.restore',
      choice: 'skip',
      by: 'dba',
      reason: 'restored by hand',
    });
    const text = shown(writer.events).join('\n');
    expect(text).toMatch(/✖ restore · dba +\d+ ms \/ 4 s\n +disk full/);
    expect(text).toContain('restore: skip, decided by dba: restored by hand');
    expect(text).toContain('○ 1 skipped (restored by hand): restore');
  });

  it('are silent about a drill that was never opened', () => {
    expect(newLines().end(0)).toEqual([]);
  });
});
