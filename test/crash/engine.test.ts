import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { openJournalShelf } from '../../src/adapters/sqlite/journal-shelf.ts';
import { cleanDrill, needsRecovery, recordCrashDecision, unreleasedResources } from '../../src/drill/recover.ts';
import { replay } from '../../src/drill/reduce.ts';
import { runGraph } from '../../src/drill/run.ts';
import type { Journal, Recorded } from '../../src/journal/journal.ts';
import type { DyingSettings } from './fixtures/dying-drill.ts';
import { cleanersFor, deedsOf, DRILL, leftBy, performOn, type Scenery, sceneryIn } from './fixtures/fake-subjects.ts';
import { FORTY_STEPS } from './fixtures/forty-steps.ts';

const CHILD = fileURLToPath(new URL('./fixtures/dying-drill.ts', import.meta.url));
const CHILDREN_AT_ONCE = 2;

/** Compiled code of the children, so that each starts in a third of the time: hundreds of them are needed. */
let codeCache = '';
beforeAll(async () => {
  codeCache = await mkdtemp(join(tmpdir(), 'rpt-code-'));
});
afterAll(async () => rm(codeCache, { recursive: true, force: true }));

type Death = Omit<DyingSettings, 'folder'>;

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly scenery: Scenery;
}

async function makePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'rpt-crash-'));
  return {
    folder,
    scenery: sceneryIn(folder),
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  };
}

async function runChild(settings: DyingSettings): Promise<'killed' | number> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(settings)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: codeCache },
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal === 'SIGKILL' ? 'killed' : (code ?? -1);
}

async function withJournal<T>(scenery: Scenery, work: (journal: Journal) => Promise<T>): Promise<T> {
  const shelf = openJournalShelf(scenery.journal, systemClock());
  try {
    const journal = await shelf.open(DRILL, { create: false });
    const result = await work(journal);
    await journal.close();
    return result;
  } finally {
    await shelf.close();
  }
}

const eventsOf = (scenery: Scenery): Promise<readonly Recorded[]> => withJournal(scenery, (journal) => journal.read());

async function clean(scenery: Scenery): Promise<void> {
  await withJournal(scenery, async (journal) => {
    const ports = { journal, clock: systemClock(), cleaners: cleanersFor(scenery, journal) };
    await cleanDrill(ports, { by: 'dba', reason: 'it died' });
  });
}

/** Runs all jobs, two side by side. */
async function inPairs<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const open = [...items];
  const worker = async (): Promise<void> => {
    for (let item = open.shift(); item !== undefined; item = open.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: CHILDREN_AT_ONCE }, worker));
}

/** The journal of a process that was not killed; `prepare`: after one that was. */
async function appendsOf(death: Death, prepare?: Death): Promise<readonly Recorded[]> {
  await using place = await makePlace();
  if (prepare !== undefined) await runChild({ folder: place.folder, ...prepare });
  const before = prepare === undefined ? 0 : (await eventsOf(place.scenery)).length;
  expect(await runChild({ folder: place.folder, ...death })).toBe(0);
  return (await eventsOf(place.scenery)).slice(before);
}

/** Killed before these, more has happened than the journal says; before others it is as after the write before. */
const FOLLOWS_A_DEED: ReadonlySet<Recorded['kind']> = new Set([
  'noted',
  'node-ended',
  'resource-released',
  'drill-closed',
]);

/** After every write, and before every one that tells of something done. */
function deathsIn(task: Death['task'], appends: readonly Recorded[]): readonly Death[] {
  return appends.flatMap(({ kind }, index) => {
    const killAt = index + 1;
    const after: Death = { task, killAt, side: 'after' };
    return index === 0 || FOLLOWS_A_DEED.has(kind) ? [{ task, killAt, side: 'before' } as const, after] : [after];
  });
}

const RUN: Death = { task: 'run', killAt: 0, side: 'after' };

const nodes = new Map(FORTY_STEPS.nodes.map((node) => [node.id, node]));

/** How often each step changed the systems. */
function timesDone(scenery: Scenery): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const deed of deedsOf(scenery)) {
    const id = deed.split(' ')[1] ?? '';
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}

/** The end that every cleaned drill must come to, whenever it was cut off. */
async function endOf(scenery: Scenery) {
  const events = await eventsOf(scenery);
  const state = replay(events);
  const stepsAfterDecision = events
    .slice(events.findIndex((event) => event.kind === 'crash-decided'))
    .flatMap((event) => (event.kind === 'node-started' ? [event.node] : []));
  return {
    last: events.at(-1),
    closings: events.filter((event) => event.kind === 'drill-closed').length,
    decisions: events.filter((event) => event.kind === 'crash-decided').length,
    notOver: [...state.nodes].filter(([, node]) => node.kind !== 'ended' && node.kind !== 'skipped').map(([id]) => id),
    release: state.nodes.get('release'),
    left: leftBy(scenery),
    unreleased: unreleasedResources(events),
    repeated: [...timesDone(scenery)]
      .filter(([id, times]) => times > 1 && nodes.get(id)?.repeat === 'ask')
      .map(([id]) => id),
    stepsAfterDecision: stepsAfterDecision.filter((id) => id !== 'release' && id !== 'evaluate'),
  };
}

const CLEANED = {
  last: expect.objectContaining({ kind: 'drill-closed', end: 'cleaned', exitCode: 11 }),
  closings: 1,
  decisions: 1,
  notOver: [],
  release: expect.objectContaining({ kind: 'ended', outcome: expect.objectContaining({ kind: 'succeeded' }) }),
  left: [],
  unreleased: [],
  repeated: [],
  stepsAfterDecision: [],
};

/** Killed before its first event, a drill has made nothing, and so it has nothing to release. */
const NEVER_OPENED = { ...CLEANED, release: undefined };

test('the plan of this suite has forty steps, and without a crash all of them are done', async () => {
  await using place = await makePlace();
  expect(FORTY_STEPS.nodes.length).toBe(40);
  expect(await runChild({ folder: place.folder, task: 'run', killAt: 0, side: 'after' })).toBe(0);
  const events = await eventsOf(place.scenery);
  expect(events.at(-1)).toMatchObject({ kind: 'drill-closed', end: 'completed' });
  expect(
    [...replay(events).nodes.values()].map((node) => (node.kind === 'ended' ? node.outcome.kind : node.kind)),
  ).toEqual(FORTY_STEPS.nodes.map(() => 'succeeded'));
  expect(timesDone(place.scenery).size).toBe(39);
  expect([leftBy(place.scenery), unreleasedResources(events)]).toEqual([[], []]);
});

describe('kill -9 at every journal write', () => {
  test('then cleaning up by a fresh process: the same end, nothing done twice, everything released', async () => {
    const appends = await appendsOf(RUN);
    const total = appends.length;
    expect(total).toBeGreaterThan(150);
    await inPairs(deathsIn('run', appends), async ({ killAt, side }) => {
      await using place = await makePlace();
      const death = `${side} write ${killAt} of ${total}`;
      expect(await runChild({ folder: place.folder, task: 'run', killAt, side }), death).toBe('killed');
      const events = await eventsOf(place.scenery);
      expect(events.length, death).toBe(side === 'after' ? killAt : killAt - 1);
      if (!needsRecovery(events)) {
        expect(killAt, death).toBe(total);
        return;
      }
      await clean(place.scenery);
      expect(await endOf(place.scenery), death).toEqual(events.length === 0 ? NEVER_OPENED : CLEANED);
    });
  });

  test('of the process that cleans up, too: another one brings it to the same end, by the one decision', async () => {
    const middle: Death = { task: 'run', killAt: 80, side: 'after' };
    const appends = await appendsOf({ task: 'clean', killAt: 0, side: 'after' }, middle);
    const total = appends.length;
    expect(total).toBeGreaterThan(20);
    await inPairs(deathsIn('clean', appends), async ({ killAt, side }) => {
      await using place = await makePlace();
      const death = `cleaning up, ${side} write ${killAt} of ${total}`;
      expect(await runChild({ folder: place.folder, ...middle })).toBe('killed');
      expect(await runChild({ folder: place.folder, task: 'clean', killAt, side }), death).toBe('killed');
      if (killAt < total || side === 'before') await clean(place.scenery);
      expect(await endOf(place.scenery), death).toEqual(CLEANED);
    });
  });
});

test('kill -9, then continuing: every step is done, and one that must not be repeated only after a decision', async () => {
  const { length: total } = await appendsOf(RUN);
  const deaths = Array.from({ length: total - 2 }, (_, index) => index + 1).filter((killAt) => killAt % 9 === 0);
  await inPairs(deaths, async (killAt) => {
    await using place = await makePlace();
    const { scenery } = place;
    const death = `write ${killAt} of ${total}`;
    expect(await runChild({ folder: place.folder, task: 'run', killAt, side: 'after' }), death).toBe('killed');
    const asked: string[] = [];
    const events = await withJournal(scenery, async (journal) => {
      await recordCrashDecision(journal, { choose: 'continue', by: 'dba', reason: 'the night is long' });
      const state = await runGraph(
        FORTY_STEPS,
        {
          journal,
          clock: systemClock(),
          perform: performOn(scenery, journal),
          operator: {
            decide: async ({ id }) => {
              asked.push(id);
              return { choice: 'retry', by: 'dba', reason: 'looked: it may run again' };
            },
          },
          outcomeOf: (error) => ({ kind: 'failed', detail: String(error), blame: 'plan' }),
        },
        new AbortController().signal,
      );
      const outcomes = [...state.nodes.values()].map((node) => (node.kind === 'ended' ? node.outcome.kind : node.kind));
      expect(outcomes, death).toEqual(FORTY_STEPS.nodes.map(() => 'succeeded'));
      return journal.read();
    });
    for (const [id, times] of timesDone(scenery)) {
      if (nodes.get(id)?.repeat === 'ask')
        expect(times, `${id}, ${death}`).toBeLessThanOrEqual(asked.includes(id) ? 2 : 1);
    }
    expect(events.filter((event) => event.kind === 'crash-decided').length).toBe(1);
    expect([leftBy(scenery), unreleasedResources(events), timesDone(scenery).size], death).toEqual([[], [], 39]);
  });
});
