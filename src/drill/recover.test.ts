import { describe, expect, test } from 'vitest';
import { FAILED, graphOf, hold, startDrill, SUCCEEDED, summaryOf, type Work } from '../../test/support/fake-drill.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createFakeJournal, type FakeJournal } from '../../test/support/fake-journal.ts';
import type { DrillEvent, NodeOutcome, Recorded } from '../journal/journal.ts';
import { assertSound } from './graph.ts';
import {
  type Cleaner,
  cleanDrill,
  cleaningGraph,
  needsRecovery,
  recordCrashDecision,
  unreleasedResources,
} from './recover.ts';

const GRAPH = graphOf({
  work: {},
  next: { after: ['work'] },
  tidy: { after: ['next'], always: true },
  release: { after: ['tidy'], always: true, stage: 'release' },
  evaluate: { after: ['release'], always: true, stage: 'evaluate' },
});
const BY = { by: 'dba', reason: 'the machine lost power' } as const;
const CLOSED: DrillEvent = { kind: 'drill-closed', end: 'completed', exitCode: 0 };
const clock = createFakeClock();

/** The journal of a process that died as soon as `isLast` was written. */
async function diedAfter(
  isLast: (event: Recorded) => boolean,
  works: Readonly<Record<string, Work>> = {},
): Promise<FakeJournal> {
  const drill = await startDrill(GRAPH, { works });
  const last = await drill.journal.until(isLast);
  drill.stop();
  await drill.ended;
  return createFakeJournal(clock, drill.journal.events.slice(0, last.seq));
}

const diedAtWork = (): Promise<FakeJournal> =>
  diedAfter((event) => event.kind === 'node-started', { work: hold().work });

function cleaners(outcome: NodeOutcome = SUCCEEDED, ran: string[] = []): ReadonlyMap<string, Cleaner> {
  const cleaner =
    (id: string): Cleaner =>
    async () => {
      ran.push(id);
      return id === 'release' ? outcome : SUCCEEDED;
    };
  return new Map(['release', 'evaluate'].map((id) => [id, cleaner(id)]));
}

function crashDecisions(journal: FakeJournal): readonly string[] {
  return journal.events.flatMap((event) => (event.kind === 'crash-decided' ? [event.choice] : []));
}

test('a drill needs recovery until it is closed, also one that died before its first event', async () => {
  const journal = await diedAtWork();
  expect(needsRecovery(journal.events)).toBe(true);
  expect(needsRecovery([])).toBe(true);
  await journal.append(CLOSED);
  expect(needsRecovery(journal.events)).toBe(false);
});

describe('the decision after a crash', () => {
  test('is written down once', async () => {
    const journal = await diedAtWork();
    expect(await recordCrashDecision(journal, { choose: 'clean', ...BY })).toBe('clean');
    expect(await recordCrashDecision(journal, { choose: 'clean', by: 'somebody else', reason: 'later' })).toBe('clean');
    expect(journal.events.filter((event) => event.kind === 'crash-decided')).toMatchObject([
      { choice: 'clean', ...BY },
    ]);
  });

  test('to continue holds until the process that continued has died too', async () => {
    const journal = await diedAtWork();
    for (let time = 0; time < 2; time += 1) await recordCrashDecision(journal, { choose: 'continue', ...BY });
    expect(crashDecisions(journal)).toEqual(['continue']);
    await journal.append({ kind: 'node-started', node: 'work', attempt: 2 });
    await recordCrashDecision(journal, { choose: 'continue', ...BY });
    expect(crashDecisions(journal)).toEqual(['continue', 'continue']);
  });

  test('to clean may follow one to continue, but not the other way round', async () => {
    const journal = await diedAtWork();
    await recordCrashDecision(journal, { choose: 'continue', ...BY });
    expect(await recordCrashDecision(journal, { choose: 'clean', ...BY })).toBe('clean');
    const goingOn = recordCrashDecision(journal, { choose: 'continue', ...BY });
    await expect(goingOn).rejects.toMatchObject({
      code: 'usage-invalid',
      message: expect.stringMatching(/being cleaned up/),
    });
    expect(crashDecisions(journal)).toEqual(['continue', 'clean']);
  });

  test('is not asked for a drill that has ended', async () => {
    const journal = await diedAtWork();
    await journal.append(CLOSED);
    await expect(recordCrashDecision(journal, { choose: 'clean', ...BY })).rejects.toMatchObject({
      code: 'usage-invalid',
    });
  });
});

describe('cleaning up with nothing but the journal', () => {
  test('writes off what was cut off, skips the rest, runs the cleaners in order, closes the journal', async () => {
    const journal = await diedAtWork();
    const ran: string[] = [];
    const told: number[] = [];
    const state = await cleanDrill(
      { journal, clock, cleaners: cleaners(SUCCEEDED, ran), onEvent: (event) => told.push(event.seq) },
      BY,
    );
    expect(summaryOf(state)).toEqual({
      work: 'unknown',
      next: 'skipped: the drill was ended before it began',
      tidy: 'skipped: the drill was ended before it began',
      release: 'succeeded',
      evaluate: 'succeeded',
    });
    expect(ran).toEqual(['release', 'evaluate']);
    expect(state).toMatchObject({ closed: true, cleaning: true });
    expect(journal.events.at(-1)).toMatchObject({ kind: 'drill-closed', end: 'cleaned', exitCode: 11 });
    expect(told.length).toBeGreaterThan(0);
  });

  test('a second time does nothing', async () => {
    const journal = await diedAtWork();
    await cleanDrill({ journal, clock, cleaners: cleaners() }, BY);
    const before = [...journal.events];
    const ran: string[] = [];
    expect(await cleanDrill({ journal, clock, cleaners: cleaners(SUCCEEDED, ran) }, BY)).toMatchObject({
      closed: true,
    });
    expect([journal.events, ran]).toEqual([before, []]);
  });

  test('a release that fails makes the drill unclean, one that throws too', async () => {
    const throwing = new Map<string, Cleaner>([['release', async () => Promise.reject(new Error('busy'))]]);
    for (const failing of [cleaners(FAILED), throwing]) {
      const journal = await diedAtWork();
      await cleanDrill({ journal, clock, cleaners: failing }, BY);
      expect(journal.events.at(-1)).toMatchObject({ kind: 'drill-closed', exitCode: 12 });
    }
  });

  test('a release that had failed before the crash is tried again', async () => {
    const journal = await diedAfter((event) => event.kind === 'node-ended' && event.node === 'release', {
      release: async () => FAILED,
    });
    const state = await cleanDrill({ journal, clock, cleaners: cleaners() }, BY);
    expect(state.nodes.get('release')).toMatchObject({ attempt: 2, outcome: SUCCEEDED });
    expect(journal.events.find((event) => event.kind === 'operator-decided')).toMatchObject({
      node: 'release',
      choice: 'retry',
      by: 'dba',
    });
    expect(journal.events.at(-1)).toMatchObject({ exitCode: 11 });
  });

  test('one that had succeeded is not run again', async () => {
    const journal = await diedAfter((event) => event.kind === 'node-ended' && event.node === 'release');
    const ran: string[] = [];
    await cleanDrill({ journal, clock, cleaners: cleaners(SUCCEEDED, ran) }, BY);
    expect(ran).toEqual(['evaluate']);
  });

  test('a drill that died before its first event is closed: nothing was made', async () => {
    const journal = createFakeJournal(clock);
    const ran: string[] = [];
    expect(await cleanDrill({ journal, clock, cleaners: cleaners(SUCCEEDED, ran) }, BY)).toMatchObject({
      closed: true,
    });
    expect(journal.events.map((event) => event.kind)).toEqual(['crash-decided', 'drill-closed']);
    expect(ran).toEqual([]);
  });
});

test('the graph of cleaning up is that of the drill, with the cleaners as what always runs', async () => {
  const { events } = await diedAtWork();
  const graph = cleaningGraph(events, new Set(['release']));
  expect(() => assertSound(graph)).not.toThrow();
  expect(graph.nodes.map((node) => node.id)).toEqual(GRAPH.nodes.map((node) => node.id));
  expect(graph.nodes.filter((node) => node.always).map((node) => node.id)).toEqual(['release']);
  expect(cleaningGraph([], new Set(['release']))).toEqual({ nodes: [] });
});

test('what was planned and not released is what a crash may have left', async () => {
  const journal = createFakeJournal(clock);
  const folder = { kind: 'folder', name: 'f', facts: { at: '/f' } };
  const sameName = { kind: 'process', name: 'f', facts: { pid: 7 } };
  await journal.append({ kind: 'resource-planned', resource: folder });
  await journal.append({ kind: 'resource-planned', resource: sameName });
  await journal.append({ kind: 'resource-released', resource: { ...folder, facts: {} } });
  expect(unreleasedResources(journal.events)).toEqual([sameName]);
  await journal.append({ kind: 'resource-planned', resource: folder });
  expect(unreleasedResources(journal.events)).toEqual([sameName, folder]);
});
