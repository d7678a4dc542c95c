import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalledNode, NodeOutcome, Recorded } from '../../src/journal/journal.ts';
import type { DrillEvent } from '../../src/journal/journal.ts';

export type RecordedDrill = 'clean-return' | 'data-corruption';

/** Events of a drill of the example, recorded with `--json`; notes other than instants are left out, times are whole ms. */
export function recordedEvents(drill: RecordedDrill): readonly Recorded[] {
  const text = readFileSync(join(import.meta.dirname, '..', 'fixtures', 'events', `${drill}.ndjson`), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

/** Up to and including the last event of this kind about this node. */
export function until(events: readonly Recorded[], kind: DrillEvent['kind'], node: string): readonly Recorded[] {
  const last = events.findLastIndex((event) => event.kind === kind && 'node' in event && event.node === node);
  if (last < 0) throw new Error(`no ${kind} of ${node} was recorded`);
  return events.slice(0, last + 1);
}

/** The recorded drill, had this step failed: what waits for it is skipped, what cleans up runs. */
export function failingAt(events: readonly Recorded[], node: string, detail: string): readonly Recorded[] {
  const before = until(events, 'node-started', node);
  const writer = new EventWriter(before);
  writer.write(2_000, { kind: 'node-ended', node, attempt: 1, final: true, outcome: failed(detail) });
  const begun = new Set(before.flatMap((event) => (event.kind === 'node-started' ? [event.node] : [])));
  const always = ['release', 'evaluate'];
  for (const { id } of nodesOf(events)) {
    if (begun.has(id) || always.includes(id)) continue;
    writer.write(0, { kind: 'node-skipped', node: id, reason: `${node} failed` });
  }
  for (const id of always) {
    writer.write(0, { kind: 'node-ready', node: id });
    writer.write(1, { kind: 'node-started', node: id, attempt: 1 });
    const outcome: NodeOutcome = { kind: 'succeeded', detail: 'done' };
    writer.write(200, { kind: 'node-ended', node: id, attempt: 1, final: true, outcome });
  }
  return writer.events;
}

export function failed(detail: string): NodeOutcome {
  return { kind: 'failed', detail, blame: 'plan' };
}

export function nodesOf(events: readonly Recorded[]): readonly JournalledNode[] {
  const [opened] = events;
  if (opened?.kind !== 'drill-opened') throw new Error('the drill was not opened first');
  return opened.graph.nodes;
}

/** Goes on where recorded events stop. */
export class EventWriter {
  readonly events: Recorded[];

  constructor(events: readonly Recorded[]) {
    this.events = [...events];
  }

  write(afterMs: number, event: DrillEvent): void {
    const last = this.events.at(-1);
    const at = last?.at ?? { wallMs: 0, monotonicMs: 0, bootId: 'boot' };
    this.events.push({
      ...event,
      seq: (last?.seq ?? 0) + 1,
      at: { ...at, wallMs: at.wallMs + afterMs, monotonicMs: at.monotonicMs + afterMs },
    });
  }
}
