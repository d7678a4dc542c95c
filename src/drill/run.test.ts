import { describe, expect, test } from 'vitest';
import {
  createHeldOperator,
  decideBy,
  FAILED,
  fail,
  failTimes,
  graphOf,
  hold,
  HOUR_MS,
  startDrill,
  SUCCEEDED,
  summaryOf,
  type Work,
} from '../../test/support/fake-drill.ts';
import type { NodeOutcome, Recorded } from '../journal/journal.ts';
import { GRACE_MS } from './attempt.ts';

const isStart = (node: string) => (event: Recorded) => event.kind === 'node-started' && event.node === node;
const isEnd = (node: string) => (event: Recorded) => event.kind === 'node-ended' && event.node === node;

/** `kind node`, in the order of the journal. */
function trace(events: readonly Recorded[], ...kinds: readonly Recorded['kind'][]): readonly string[] {
  return events
    .filter((event) => kinds.includes(event.kind))
    .map((event) => ('node' in event ? `${event.kind} ${event.node}` : event.kind));
}

function seqOf(events: readonly Recorded[], wanted: (event: Recorded) => boolean): number {
  return events.find(wanted)?.seq ?? Number.NaN;
}

describe('order', () => {
  test('branches run side by side, and a diamond’s end waits for both', async () => {
    const left = hold();
    const right = hold();
    const graph = graphOf({
      begin: {},
      left: { after: ['begin'] },
      right: { after: ['begin'] },
      end: { after: ['left', 'right'] },
    });
    const drill = await startDrill(graph, { works: { left: left.work, right: right.work } });

    await drill.journal.until(isStart('right'));
    right.end();
    await drill.journal.until(isEnd('right'));
    expect(drill.started).toEqual(['begin#1', 'left#1', 'right#1']);
    left.end();

    expect(summaryOf(await drill.ended)).toEqual({
      begin: 'succeeded',
      left: 'succeeded',
      right: 'succeeded',
      end: 'succeeded',
    });
  });

  test('waiting ends when the work begins: ready stands before started', async () => {
    const drill = await startDrill(graphOf({ a: {}, b: { after: ['a'] } }));
    await drill.ended;
    expect(trace(drill.journal.events, 'node-ready', 'node-started', 'node-ended')).toEqual([
      'node-ready a',
      'node-started a',
      'node-ended a',
      'node-ready b',
      'node-started b',
      'node-ended b',
    ]);
  });

  test('an activity begins only after its start is in the journal', async () => {
    const seen: (readonly Recorded[])[] = [];
    const drill = await startDrill(graphOf({ a: {} }), {
      works: {
        a: async () => {
          seen.push([...drill.journal.events]);
          return SUCCEEDED;
        },
      },
    });
    await drill.ended;
    expect(seen[0]?.some(isStart('a'))).toBe(true);
  });

  test('notes of a node stand between its start and its end', async () => {
    const work: Work = async (run) => {
      await run.note('reading', { rows: 7 });
      return SUCCEEDED;
    };
    const drill = await startDrill(graphOf({ a: {} }), { works: { a: work } });
    await drill.ended;
    expect(drill.journal.events.slice(2).map((event) => event.kind)).toEqual(['node-started', 'noted', 'node-ended']);
    expect(drill.journal.events.find((event) => event.kind === 'noted')).toMatchObject({
      node: 'a',
      topic: 'reading',
      facts: { rows: 7 },
    });
  });

  test('everything in the journal is told once and in its order', async () => {
    const told: number[] = [];
    const graph = graphOf({ a: {}, b: {}, c: { after: ['a', 'b'] } });
    const drill = await startDrill(graph, { onEvent: (event) => told.push(event.seq) });
    await drill.ended;
    expect(told).toEqual(drill.journal.events.map((event) => event.seq));
  });
});

describe('a failure', () => {
  test('skips what hangs on it, leaves the other branch alone, and always nodes run', async () => {
    const graph = graphOf({
      bad: {},
      next: { after: ['bad'] },
      afterNext: { after: ['next'] },
      good: {},
      goodNext: { after: ['good'] },
      both: { after: ['next', 'goodNext'] },
      release: { after: ['both', 'afterNext'], always: true },
    });
    const drill = await startDrill(graph, { works: { bad: fail } });
    expect(summaryOf(await drill.ended)).toEqual({
      bad: 'failed',
      next: 'skipped: bad failed',
      afterNext: 'skipped: bad failed',
      good: 'succeeded',
      goodNext: 'succeeded',
      both: 'skipped: bad failed',
      release: 'succeeded',
    });
  });

  test('that is thrown becomes what `outcomeOf` makes of it', async () => {
    const broken: NodeOutcome = { kind: 'unknown', detail: 'mapped', blame: 'backup' };
    const drill = await startDrill(graphOf({ a: {} }), {
      works: { a: async () => Promise.reject(new Error('the dump is cut off')) },
      outcomeOf: () => broken,
    });
    expect((await drill.ended).nodes.get('a')).toMatchObject({ outcome: broken, settled: true });
  });

  test('of an always node keeps the next always node from nothing', async () => {
    const graph = graphOf({ release: { always: true }, evaluate: { always: true, after: ['release'] } });
    const drill = await startDrill(graph, { works: { release: fail } });
    expect(summaryOf(await drill.ended)).toEqual({ release: 'failed', evaluate: 'succeeded' });
  });
});

describe('retries', () => {
  const retry = { times: 2, waitMs: 500 };

  test('happen as often as the plan says, then the failure stands', async () => {
    const graph = graphOf({ a: { retry }, b: { after: ['a'] } });
    const drill = await startDrill(graph, { works: { a: fail } });
    for (const attempt of [2, 3]) {
      await drill.clock.untilWaiting(500);
      drill.clock.advance(500);
      await drill.journal.until((event) => event.kind === 'node-started' && event.attempt === attempt);
    }
    expect(summaryOf(await drill.ended)).toEqual({ a: 'failed', b: 'skipped: a failed' });
    expect(drill.started).toEqual(['a#1', 'a#2', 'a#3']);
    const ends = drill.journal.events.filter((event) => event.kind === 'node-ended');
    expect(ends.map((event) => event.final)).toEqual([false, false, true]);
  });

  test('a later attempt makes it good', async () => {
    const drill = await startDrill(graphOf({ a: { retry: { times: 2, waitMs: 0 } } }), { works: { a: failTimes(2) } });
    expect(summaryOf(await drill.ended)).toEqual({ a: 'succeeded' });
    expect(drill.started).toEqual(['a#1', 'a#2', 'a#3']);
  });

  test('the wait before one is no work: it stands before `started`, and its time is not the attempt’s', async () => {
    const second = hold();
    const graph = graphOf({ a: { retry: { times: 1, waitMs: 5_000 }, timeoutMs: 1_000 } });
    const drill = await startDrill(graph, {
      works: { a: async (run, id) => (run.attempt === 1 ? FAILED : second.work(run, id)) },
    });
    await drill.clock.untilWaiting(5_000);
    expect(drill.started).toEqual(['a#1']);
    drill.clock.advance(5_000);
    const again = await drill.journal.until((event) => event.kind === 'node-started' && event.attempt === 2);
    expect(again.at.monotonicMs).toBe(5_000);
    second.end();
    expect(summaryOf(await drill.ended)).toEqual({ a: 'succeeded' });
  });

  test('other nodes go on meanwhile', async () => {
    const graph = graphOf({ a: { retry }, other: {}, next: { after: ['other'] } });
    const drill = await startDrill(graph, { works: { a: failTimes(1) } });
    await drill.journal.until(isEnd('next'));
    expect(drill.started).not.toContain('a#2');
    await drill.clock.untilWaiting(500);
    drill.clock.advance(500);
    await drill.ended;
  });

  test('stop cuts the wait short, and the failure stands', async () => {
    const drill = await startDrill(graphOf({ a: { retry }, release: { after: ['a'], always: true } }), {
      works: { a: fail },
    });
    await drill.clock.untilWaiting(500);
    drill.stop();
    expect(summaryOf(await drill.ended)).toEqual({ a: 'failed', release: 'succeeded' });
    expect(drill.started).toEqual(['a#1', 'release#1']);
  });

  test('cleaning up is retried in an ended drill too, and what follows waits', async () => {
    const graph = graphOf({
      work: {},
      release: { after: ['work'], always: true, retry },
      evaluate: { after: ['release'], always: true },
    });
    const drill = await startDrill(graph, { works: { release: failTimes(1), work: hold().work } });
    await drill.journal.until(isStart('work'));
    drill.stop();
    await drill.clock.untilWaiting(500);
    expect(drill.started).toEqual(['work#1', 'release#1']);
    drill.clock.advance(500);
    expect(summaryOf(await drill.ended)).toMatchObject({ release: 'succeeded', evaluate: 'succeeded' });
  });
});

describe('time', () => {
  test('a node that is over its time is told, and it is a failure of whoever owns the node', async () => {
    const blamed: NodeOutcome = { kind: 'failed', detail: '', blame: 'rollproof' };
    const graph = graphOf({ slow: { timeoutMs: 2_000 }, next: { after: ['slow'] } });
    const drill = await startDrill(graph, { works: { slow: hold().work }, outcomeOf: () => blamed });
    await drill.clock.untilWaiting(2_000);
    drill.clock.advance(2_000);
    const state = await drill.ended;
    expect(state.nodes.get('slow')).toMatchObject({
      outcome: { kind: 'failed', blame: 'rollproof', detail: expect.stringMatching(/^not finished within 2\.0 s/) },
    });
    expect(summaryOf(state)['next']).toBe('skipped: slow failed');
  });

  test('one that does not listen is given up after a while, never started again, and cleaning up comes', async () => {
    const deaf: Work = () => new Promise(() => undefined);
    const graph = graphOf({
      deaf: { timeoutMs: 2_000, retry: { times: 3, waitMs: 0 }, attended: true },
      release: { after: ['deaf'], always: true },
    });
    const drill = await startDrill(graph, { works: { deaf } });
    await drill.clock.untilWaiting(2_000);
    drill.clock.advance(2_000);
    await drill.clock.untilWaiting(GRACE_MS);
    drill.clock.advance(GRACE_MS);
    const state = await drill.ended;
    expect(state.nodes.get('deaf')).toMatchObject({
      attempt: 1,
      outcome: { kind: 'unknown', detail: expect.stringMatching(/^still at work 30\.0 s after/) },
    });
    expect(drill.started).toEqual(['deaf#1', 'release#1']);
  });

  test('what is over can note nothing any more', async () => {
    const late = Promise.withResolvers<Promise<void>>();
    const goOn = Promise.withResolvers<void>();
    const work: Work = async (run) => {
      void goOn.promise.then(() => late.resolve(run.note('late', 1)));
      return SUCCEEDED;
    };
    const drill = await startDrill(graphOf({ a: {} }), { works: { a: work } });
    await drill.ended;
    goOn.resolve();
    const noting = late.promise.then(async (note) => note);
    await expect(noting).rejects.toMatchObject({ code: 'interrupted' });
    expect(drill.journal.events.at(-1)?.kind).toBe('node-ended');
  });

  test('nothing waits on the clock when a drill has ended', async () => {
    const drill = await startDrill(graphOf({ a: { retry: { times: 1, waitMs: 0 } }, b: { after: ['a'] } }), {
      works: { a: failTimes(1) },
    });
    await drill.ended;
    expect(drill.clock.waiting()).toBe(0);
  });
});

describe('stop', () => {
  test('tells what runs, skips what waits, runs what always runs', async () => {
    const cleaning = hold();
    const told: unknown[] = [];
    const work: Work = (run) =>
      new Promise((_, reject) => {
        run.signal.addEventListener('abort', () => {
          told.push(run.signal.reason);
          reject(new Error('killed by SIGTERM'));
        });
      });
    const graph = graphOf({
      work: {},
      next: { after: ['work'] },
      tidy: { always: true },
      release: { after: ['next', 'tidy'], always: true },
    });
    const drill = await startDrill(graph, { works: { work, tidy: cleaning.work } });
    await drill.journal.until(isStart('tidy'));
    drill.stop('Ctrl-C');
    await drill.journal.until(isEnd('work'));
    cleaning.end();
    const state = await drill.ended;

    expect(told).toEqual([new Error('Ctrl-C')]);
    expect(state.aborted).toBe(true);
    expect(summaryOf(state)).toEqual({
      work: 'unknown',
      next: 'skipped: the drill was ended before it began',
      tidy: 'succeeded',
      release: 'succeeded',
    });
    expect(drill.journal.events.filter((event) => event.kind === 'abort-requested')).toMatchObject([
      { reason: 'Ctrl-C' },
    ]);
  });

  test('what was broken off is not the plan’s failure, whether it throws or reports', async () => {
    const reports: Work = (run) =>
      new Promise((resolve) => run.signal.addEventListener('abort', () => resolve(FAILED)));
    const drill = await startDrill(graphOf({ throws: {}, reports: {} }), { works: { throws: hold().work, reports } });
    await drill.journal.until(isStart('reports'));
    drill.stop();
    const { nodes } = await drill.ended;
    for (const id of ['throws', 'reports'])
      expect(nodes.get(id)).toMatchObject({ outcome: { kind: 'unknown', blame: 'environment' } });
  });

  test('what came to a good end nevertheless has succeeded', async () => {
    const work: Work = (run) =>
      new Promise((resolve) => run.signal.addEventListener('abort', () => resolve(SUCCEEDED)));
    const drill = await startDrill(graphOf({ a: {} }), { works: { a: work } });
    await drill.journal.until(isStart('a'));
    drill.stop();
    expect(summaryOf(await drill.ended)).toEqual({ a: 'succeeded' });
  });

  test('before the first node: nothing is started but what always runs', async () => {
    const graph = graphOf({ a: {}, release: { after: ['a'], always: true } });
    const drill = await startDrill(graph);
    drill.stop();
    expect(summaryOf(await drill.ended)).toEqual({
      a: 'skipped: the drill was ended before it began',
      release: 'succeeded',
    });
    expect(drill.started).toEqual(['release#1']);
  });

  test('in the middle of a round: what was about to start is not started', async () => {
    const graph = graphOf({ a: {}, b: {}, release: { after: ['a', 'b'], always: true } });
    const drill = await startDrill(graph, {
      onEvent: (event) => {
        if (isStart('a')(event)) drill.stop();
      },
    });
    expect(summaryOf(await drill.ended)).toMatchObject({
      b: 'skipped: the drill was ended before it began',
      release: 'succeeded',
    });
    expect(drill.started).toEqual(['a#1', 'release#1']);
  });

  test('in the moment in which the wait before a retry ends: there is no retry', async () => {
    const graph = graphOf({
      a: { retry: { times: 1, waitMs: 500 } },
      other: {},
      release: { after: ['a', 'other'], always: true },
    });
    const other = hold();
    const drill = await startDrill(graph, { works: { a: fail, other: other.work } });
    await drill.clock.untilWaiting(500);
    drill.stop();
    drill.clock.advance(500);
    await drill.ended;
    expect(drill.started).toEqual(['a#1', 'other#1', 'release#1']);
  });

  test('one that does not listen cannot keep cleaning up from coming', async () => {
    const graph = graphOf({ deaf: {}, release: { after: ['deaf'], always: true } });
    const drill = await startDrill(graph, { works: { deaf: () => new Promise(() => undefined) } });
    await drill.journal.until(isStart('deaf'));
    drill.stop();
    await drill.clock.untilWaiting(GRACE_MS);
    drill.clock.advance(GRACE_MS);
    expect(summaryOf(await drill.ended)).toEqual({ deaf: 'unknown', release: 'succeeded' });
  });
});

describe('a person is asked', () => {
  const attended = { attended: true } as const;

  test('retry: the node runs again, and is asked about again', async () => {
    const answers = ['retry', 'retry', 'abort'] as const;
    let asked = 0;
    const operator = decideBy(() => answers[asked++] ?? 'abort');
    const drill = await startDrill(graphOf({ a: { ...attended, repeat: 'ask' } }), {
      works: { a: failTimes(9) },
      operator,
    });
    expect(summaryOf(await drill.ended)).toEqual({ a: 'failed' });
    expect(drill.started).toEqual(['a#1', 'a#2', 'a#3']);
    expect(asked).toBe(3);
  });

  test('skip: the next one runs, and the journal keeps the reason', async () => {
    const drill = await startDrill(graphOf({ a: attended, b: { after: ['a'] } }), {
      works: { a: fail },
      operator: decideBy(() => 'skip'),
    });
    expect(summaryOf(await drill.ended)).toEqual({ a: 'skipped: skipped by hand: told so', b: 'succeeded' });
    expect(drill.journal.events.find((event) => event.kind === 'operator-decided')).toMatchObject({
      node: 'a',
      choice: 'skip',
      by: 'dba',
      reason: 'skipped by hand: told so',
    });
  });

  test('abort: what runs beside is told, what waits is skipped, what always runs runs', async () => {
    const beside = hold();
    const graph = graphOf({
      a: attended,
      beside: {},
      next: { after: ['a'] },
      release: { after: ['next', 'beside'], always: true },
    });
    const drill = await startDrill(graph, {
      works: { a: fail, beside: beside.work },
      operator: decideBy(() => 'abort'),
    });
    expect(summaryOf(await drill.ended)).toEqual({
      a: 'failed',
      beside: 'unknown',
      next: 'skipped: the drill was ended before it began',
      release: 'succeeded',
    });
  });

  test('automatic retries come first', async () => {
    const asked: string[] = [];
    const operator = decideBy((node) => {
      asked.push(`${node} after ${drill.started.length}`);
      return 'skip';
    });
    const drill = await startDrill(graphOf({ a: { ...attended, retry: { times: 2, waitMs: 0 } } }), {
      works: { a: fail },
      operator,
    });
    await drill.ended;
    expect(asked).toEqual(['a after 3']);
  });

  test('one question at a time, while other nodes go on and their ends are written down when they happen', async () => {
    const operator = createHeldOperator();
    const slow = hold();
    const graph = graphOf({ a: attended, b: attended, slow: {}, next: { after: ['slow'] } });
    const drill = await startDrill(graph, { works: { a: fail, b: fail, slow: slow.work }, operator });

    const first = await operator.next();
    await drill.journal.until(isEnd('b'));
    drill.clock.advance(10);
    slow.end();
    const end = await drill.journal.until(isEnd('next'));
    drill.clock.advance(50);
    expect(operator.asked.map((one) => one.node)).toEqual(['a']);
    first.answer('skip');
    const second = await operator.next();
    second.answer('skip');

    expect(summaryOf(await drill.ended)).toMatchObject({ slow: 'succeeded', next: 'succeeded' });
    expect([first.node, second.node]).toEqual(['a', 'b']);
    expect(end.at.monotonicMs).toBe(10);
    expect(seqOf(drill.journal.events, isEnd('next'))).toBeLessThan(
      seqOf(drill.journal.events, (event) => event.kind === 'operator-decided'),
    );
  });

  test('stop while the question stands: it is withdrawn, a late answer is ignored, cleaning up runs', async () => {
    const operator = createHeldOperator();
    const cleaning = hold();
    const graph = graphOf({ a: attended, next: { after: ['a'] }, release: { after: ['next'], always: true } });
    const drill = await startDrill(graph, { works: { a: fail, release: cleaning.work }, operator });
    const question = await operator.next();
    drill.stop();
    await drill.journal.until(isStart('release'));
    expect(question.signal.aborted).toBe(true);
    question.answer('retry');
    cleaning.end();
    expect(summaryOf(await drill.ended)).toEqual({
      a: 'failed',
      next: 'skipped: the drill was ended before it began',
      release: 'succeeded',
    });
    expect(drill.journal.events.some((event) => event.kind === 'operator-decided')).toBe(false);
  });

  test('a question that cannot be answered ends the drill, and cleaning up runs', async () => {
    const operator = createHeldOperator();
    const graph = graphOf({ a: attended, release: { after: ['a'], always: true } });
    const drill = await startDrill(graph, { works: { a: fail }, operator });
    (await operator.next()).refuse(new Error('the terminal was closed'));
    expect(summaryOf(await drill.ended)).toEqual({ a: 'failed', release: 'succeeded' });
    expect(drill.journal.events.find((event) => event.kind === 'abort-requested')).toMatchObject({
      reason: 'nobody decided about a: the terminal was closed',
    });
  });

  test('an unattended failure stands without a question', async () => {
    const operator = createHeldOperator();
    const drill = await startDrill(graphOf({ a: {} }), { works: { a: fail }, operator });
    await drill.ended;
    expect(operator.asked).toEqual([]);
  });
});

describe('going on after a crash', () => {
  const graph = graphOf({
    done: {},
    safe: { after: ['done'] },
    check: { after: ['done'], repeat: 'check' },
    ask: { after: ['done'], repeat: 'ask' },
    release: { after: ['safe', 'check', 'ask'], always: true },
  });

  /** The journal of a process that died while three nodes were running. */
  async function crashed(choice: 'clean' | 'continue'): Promise<readonly Recorded[]> {
    const works = { safe: hold().work, check: hold().work, ask: hold().work };
    const drill = await startDrill(graph, { works });
    await drill.journal.until(isStart('ask'));
    const events = [...drill.journal.events];
    const at = { wallMs: 0, monotonicMs: 0, bootId: 'b' };
    drill.stop();
    await drill.ended;
    return [...events, { kind: 'crash-decided', choice, by: 'dba', reason: 'r', seq: events.length + 1, at }];
  }

  test('clean: only what always runs; what was cut off is written off as unknown', async () => {
    const drill = await startDrill(graph, { before: await crashed('clean') });
    expect(summaryOf(await drill.ended)).toEqual({
      done: 'succeeded',
      safe: 'unknown',
      check: 'unknown',
      ask: 'unknown',
      release: 'succeeded',
    });
    expect(drill.started).toEqual(['release#1']);
  });

  test('continue: safe and checkable ones run again, the others wait for a decision', async () => {
    const operator = createHeldOperator();
    const drill = await startDrill(graph, { before: await crashed('continue'), operator });
    const question = await operator.next();
    expect([question.node, question.why]).toEqual([
      'ask',
      'it was cut off by a crash and must not be repeated blindly',
    ]);
    await drill.journal.until((event) => isEnd('check')(event) && event.seq > 12);
    expect([...drill.started].toSorted()).toEqual(['check#2', 'safe#2']);
    question.answer('retry');
    expect(summaryOf(await drill.ended)).toEqual({
      done: 'succeeded',
      safe: 'succeeded',
      check: 'succeeded',
      ask: 'succeeded',
      release: 'succeeded',
    });
    expect(drill.started).toContain('ask#2');
  });

  test('continue, and a person ends it: the one that was cut off is written off', async () => {
    const drill = await startDrill(graph, { before: await crashed('continue'), operator: decideBy(() => 'abort') });
    expect(summaryOf(await drill.ended)).toMatchObject({ ask: 'unknown', release: 'succeeded' });
    expect(drill.started).not.toContain('ask#2');
  });
});

describe('what must not happen', () => {
  test('a journal that breaks down: what runs is told to stop, then the error is thrown', async () => {
    const told = Promise.withResolvers<unknown>();
    const work: Work = (run) =>
      new Promise((resolve) => {
        run.signal.addEventListener('abort', () => {
          told.resolve(run.signal.reason);
          resolve(SUCCEEDED);
        });
      });
    const first = hold();
    const drill = await startDrill(graphOf({ first: {}, work: {}, tidy: { always: true } }), {
      works: { first: first.work, work, tidy: work },
    });
    await drill.journal.until(isStart('tidy'));
    const full = new Error('database or disk is full');
    drill.journal.breakDown(full);
    first.end();
    await expect(drill.ended).rejects.toBe(full);
    expect(await told.promise).toBe(full);
    expect(drill.clock.waiting()).toBe(0);
  });

  test('a view that throws ends the drill in order', async () => {
    const broken = new Error('a bug in the view');
    const work = hold();
    const drill = await startDrill(graphOf({ a: {}, b: {} }), {
      works: { a: work.work },
      onEvent: (event) => {
        if (isEnd('b')(event)) throw broken;
      },
    });
    await expect(drill.ended).rejects.toBe(broken);
  });

  test('a drill that was not opened, or with another graph, is refused', async () => {
    const at = { wallMs: 0, monotonicMs: 0, bootId: 'b' };
    const opened: Recorded = {
      kind: 'drill-opened',
      graph: { nodes: graphOf({ a: {}, gone: {} }).nodes },
      facts: {},
      seq: 1,
      at,
    };
    await expect((await startDrill(graphOf({ a: {} }), { before: [] })).ended).rejects.toThrow(
      /was not opened in its journal/,
    );
    await expect((await startDrill(graphOf({ a: {} }), { before: [opened] })).ended).rejects.toThrow(
      /node gone, which the graph does not have/,
    );
    await expect(
      (await startDrill(graphOf({ a: {}, gone: {}, fresh: {} }), { before: [opened] })).ended,
    ).rejects.toThrow(/fresh is not in the journal/);
  });

  test('a drill of no nodes ends at once', async () => {
    expect((await (await startDrill(graphOf({}))).ended).nodes.size).toBe(0);
  });
});

test('the time of a node that is never told to stop is not cut by others', async () => {
  const long = hold();
  const drill = await startDrill(graphOf({ long: { timeoutMs: HOUR_MS }, short: { timeoutMs: 10 } }), {
    works: { long: long.work, short: hold().work },
  });
  await drill.clock.untilWaiting(10);
  drill.clock.advance(10);
  await drill.journal.until(isEnd('short'));
  long.end();
  expect(summaryOf(await drill.ended)).toEqual({ long: 'succeeded', short: 'failed' });
});
