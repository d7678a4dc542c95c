import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openJournalShelf } from '../../src/adapters/sqlite/journal-shelf.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { DrillEvent, JournalShelf } from '../../src/journal/journal.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import type { JournalUse } from './fixtures/journal-user.ts';

const run = promisify(execFile);
const USER = fileURLToPath(new URL('./fixtures/journal-user.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** Every adapter of the port is put here, and must keep the same promises. */
const ADAPTERS: readonly { readonly name: string; readonly open: (file: string, clock: Clock) => JournalShelf }[] = [
  { name: 'sqlite', open: openJournalShelf },
];

const note = (facts: number): DrillEvent => ({ kind: 'noted', node: 'n', topic: 't', facts });
const CLOSED: DrillEvent = { kind: 'drill-closed', end: 'completed', exitCode: 0 };

async function makeFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rpt-journal-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'journal.sqlite');
}

describe.each(ADAPTERS)('journal: $name', ({ open: openShelf }) => {
  function shelfOn(file: string, clock: Clock = createFakeClock()): JournalShelf {
    const shelf = openShelf(file, clock);
    onTestFinished(async () => shelf.close());
    return shelf;
  }

  test('keeps events in their order, counted from 1, each with its instant', async () => {
    const clock = createFakeClock();
    const journal = await shelfOn(await makeFile(), clock).open('d', { create: true });
    const first = await journal.append(note(1));
    clock.advance(250);
    const second = await journal.append(note(2));
    expect([first.seq, second.seq]).toEqual([1, 2]);
    expect(second.at).toEqual({ wallMs: 1_700_000_000_250, monotonicMs: 250, bootId: 'fake-boot' });
    expect(await journal.read()).toEqual([first, second]);
  });

  test('many appends at once leave neither gap nor double', async () => {
    const journal = await shelfOn(await makeFile()).open('d', { create: true });
    const done = await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append(note(index))));
    expect(done.map((event) => event.seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(await journal.read()).toEqual(done);
  });

  test('every kind of event comes back as it was', async () => {
    const journal = await shelfOn(await makeFile()).open('d', { create: true });
    const resource = { kind: 'folder', name: 'läng\u0000er\n"', facts: { pid: 7, start: '1' } };
    const node = {
      id: 'n',
      title: 'n',
      after: [],
      stage: 's',
      procedure: null,
      clock: null,
      owner: null,
      expected: { p50Ms: 0.5, p90Ms: 1e9 },
    };
    const events: readonly DrillEvent[] = [
      { kind: 'drill-opened', graph: { nodes: [node] }, facts: { deep: [null, true, { '': [] }] } },
      { kind: 'node-ready', node: 'n' },
      { kind: 'node-started', node: 'n', attempt: 1 },
      {
        kind: 'node-ended',
        node: 'n',
        attempt: 1,
        outcome: { kind: 'unknown', detail: '\u{1F4A5} \\', blame: 'backup' },
        final: false,
      },
      { kind: 'operator-decided', node: 'n', choice: 'skip', by: 'dba', reason: '' },
      { kind: 'node-skipped', node: 'n', reason: 'r' },
      note(1.25),
      { kind: 'resource-planned', resource },
      { kind: 'resource-released', resource },
      { kind: 'abort-requested', reason: 'r' },
      { kind: 'crash-decided', choice: 'clean', by: 'b', reason: 'r' },
      CLOSED,
    ];
    for (const event of events) await journal.append(event);
    const read = await journal.read();
    expect(read.map(({ seq, at, ...event }) => event)).toEqual(events);
  });

  test('is the same for the next process, which goes on counting', async () => {
    const file = await makeFile();
    const before = openShelf(file, createFakeClock());
    const journal = await before.open('d', { create: true });
    const written = [await journal.append(note(1)), await journal.append(note(2))];
    await before.close();
    const again = await shelfOn(file).open('d', { create: false });
    expect(await again.read()).toEqual(written);
    expect((await again.append(note(3))).seq).toBe(3);
  });

  test('each drill counts for itself', async () => {
    const shelf = shelfOn(await makeFile());
    const one = await shelf.open('one', { create: true });
    const two = await shelf.open('two', { create: true });
    await one.append(note(1));
    expect((await two.append(note(9))).seq).toBe(1);
    expect((await one.append(note(2))).seq).toBe(2);
    expect(await two.read()).toMatchObject([{ facts: 9 }]);
  });

  test('an event that is refused leaves no gap', async () => {
    const journal = await shelfOn(await makeFile()).open('d', { create: true });
    await journal.append(note(1));
    const impossible = { ...note(2), facts: 1n } as unknown as DrillEvent;
    await expect(journal.append(impossible)).rejects.toMatchObject({ code: 'environment-not-ready' });
    expect((await journal.append(note(3))).seq).toBe(2);
    expect((await journal.read()).map((event) => event.seq)).toEqual([1, 2]);
  });

  test('a drill that nobody opened is not there', async () => {
    await expect(shelfOn(await makeFile()).open('ghost', { create: false })).rejects.toMatchObject({
      code: 'usage-invalid',
      message: 'there is no drill ghost',
    });
  });

  test('the list shows every drill, oldest first, whether it is closed and who has it', async () => {
    const clock = createFakeClock();
    const shelf = shelfOn(await makeFile(), clock);
    expect(await shelf.list()).toEqual([]);
    const first = await shelf.open('z-first', { create: true });
    clock.advance(1_000);
    const second = await shelf.open('a-second', { create: true });
    await first.append(CLOSED);
    await first.close();
    expect(await shelf.list()).toEqual([
      { drill: 'z-first', openedAtMs: 1_700_000_000_000, closed: true, owner: null },
      {
        drill: 'a-second',
        openedAtMs: 1_700_000_001_000,
        closed: false,
        owner: { pid: process.pid, startTime: expect.stringMatching(/^\d+$/) },
      },
    ]);
    await second.append(note(1));
  });

  test('who gave a drill up cannot write to it any more; giving up twice is nothing', async () => {
    const journal = await shelfOn(await makeFile()).open('d', { create: true });
    await journal.close();
    await journal.close();
    await expect(journal.append(note(1))).rejects.toMatchObject({ code: 'invariant-broken' });
  });

  describe('several processes', () => {
    interface Other extends AsyncDisposable {
      readonly child: ChildProcessWithoutNullStreams;
      readonly said: Promise<Readonly<Record<string, unknown>>>;
      end(): Promise<void>;
      kill(): Promise<void>;
    }

    function start(use: JournalUse): Other {
      const child = spawn(process.execPath, [USER, JSON.stringify(use)]);
      child.stderr.pipe(process.stderr);
      const ended = once(child, 'close');
      const said = once(createInterface({ input: child.stdout }), 'line').then(
        ([line]) => JSON.parse(String(line)) as never,
      );
      const end = async (): Promise<void> => {
        child.stdin.end();
        await ended;
      };
      const kill = async (): Promise<void> => {
        child.kill('SIGKILL');
        await ended;
      };
      return { child, said, end, kill, [Symbol.asyncDispose]: kill };
    }

    test('a drill that another one runs is refused, and its journal stays as it is', async () => {
      const file = await makeFile();
      await using other = start({ file, drill: 'd', task: 'hold' });
      expect(await other.said).toEqual({ opened: true });
      const shelf = shelfOn(file);
      await expect(shelf.open('d', { create: true })).rejects.toMatchObject({
        code: 'already-running',
        message: `drill d is being run by process ${other.child.pid}`,
        hint: expect.stringMatching(/./),
      });
      expect(await shelf.list()).toMatchObject([{ drill: 'd', closed: false, owner: { pid: other.child.pid } }]);
      const mine = await shelf.open('mine', { create: true });
      expect((await mine.append(note(1))).seq).toBe(1);
    });

    test('one that ended without giving up is succeeded, and so is one that was killed; nothing acknowledged is lost', async () => {
      const file = await makeFile();
      for (const way of ['end', 'kill'] as const) {
        await using other = start({ file, drill: way, task: 'hold' });
        expect(await other.said).toEqual({ opened: true });
        await other[way]();
        const journal = await shelfOn(file).open(way, { create: false });
        expect(await journal.read()).toMatchObject([{ seq: 1, kind: 'noted' }]);
        expect((await journal.append(note(1))).seq).toBe(2);
      }
    });

    test('a drill that was given up can be opened by another one at once', async () => {
      const file = await makeFile();
      const journal = await shelfOn(file).open('d', { create: true });
      await using refused = start({ file, drill: 'd', task: 'try' });
      expect(await refused.said).toMatchObject({ opened: false, code: 'already-running' });
      await journal.close();
      await using accepted = start({ file, drill: 'd', task: 'try' });
      expect(await accepted.said).toEqual({ opened: true });
    });

    test('a pid that now belongs to somebody else does not keep a drill', async () => {
      const file = await makeFile();
      const before = openShelf(file, createFakeClock());
      await before.open('d', { create: true });
      await before.close();
      const database = new DatabaseSync(file);
      database.prepare('UPDATE drill SET owner_pid = ?').run(process.ppid);
      database.close();
      await expect(shelfOn(file).open('d', { create: false })).resolves.toBeDefined();
    });

    test('may make the file at the same moment and write to it side by side', async () => {
      const file = await makeFile();
      const drills = ['a', 'b', 'c', 'd'];
      const others = drills.map((drill) => start({ file, drill, task: 'many' }));
      expect(await Promise.all(others.map((other) => other.said))).toEqual(drills.map(() => ({ opened: true })));
      await Promise.all(others.map((other) => other.end()));
      const shelf = shelfOn(file);
      for (const drill of drills) expect((await (await shelf.open(drill, { create: false })).read()).length).toBe(100);
    });
  });
});

/** What only a file can suffer. */
describe('journal file', () => {
  async function written(events = 3): Promise<string> {
    const file = await makeFile();
    const shelf = openJournalShelf(file, createFakeClock());
    const journal = await shelf.open('d', { create: true });
    for (let index = 0; index < events; index += 1) await journal.append(note(index));
    await shelf.close();
    return file;
  }

  async function readAfter(file: string, damage: string): Promise<unknown> {
    const database = new DatabaseSync(file);
    database.exec(damage);
    database.close();
    const shelf = openJournalShelf(file, createFakeClock());
    try {
      return await (await shelf.open('d', { create: false })).read();
    } finally {
      await shelf.close();
    }
  }

  test.each([
    [
      'is cut off',
      `UPDATE event SET body = '{"kind":"noted","no' WHERE seq = 2`,
      /^event 2 of drill d cannot be read: /,
    ],
    [
      'is no event',
      `UPDATE event SET body = '[1]' WHERE seq = 2`,
      /^event 2 of drill d cannot be read: it is of a kind that this version does not know/,
    ],
    [
      'is of a later version',
      `UPDATE event SET body = '{"kind":"toString"}' WHERE seq = 3`,
      /^event 3 of drill d cannot be read: it is of a kind/,
    ],
    ['is gone', 'DELETE FROM event WHERE seq = 2', /^event 2 of drill d cannot be read: it is missing/],
  ])('an event that %s is named with its drill and number', async (_, damage, message) => {
    await expect(readAfter(await written(), damage)).rejects.toMatchObject({
      code: 'could-not-read',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/clean/),
      details: { drill: 'd', seq: message.source.includes('3 of') ? 3 : 2 },
    });
  });

  test('that is no journal is refused by name', async () => {
    const file = await written();
    await writeFile(file, 'this is not a database, but it is long enough to look like one'.repeat(40));
    expect(() => openJournalShelf(file, createFakeClock())).toThrow(
      expect.objectContaining({
        code: 'environment-not-ready',
        message: expect.stringContaining(file),
        hint: expect.stringMatching(/damaged: move it away/),
      }),
    );
    expect(await readFile(file, 'utf8')).toMatch(/^this is not a database/);
  });

  test('that is damaged in its middle gives a clear error', async () => {
    const file = await written(400);
    const { size } = await stat(file);
    const handle = await open(file, 'r+');
    for (let page = 3; page * 4_096 < size; page += 1)
      await handle.write(Buffer.alloc(2_048, 0xff), 0, 2_048, page * 4_096);
    await handle.close();
    const shelf = openJournalShelf(file, createFakeClock());
    onTestFinished(async () => shelf.close());
    const reading = shelf.open('d', { create: false }).then(async (journal) => journal.read());
    await expect(reading).rejects.toMatchObject({
      name: 'RollproofError',
      message: expect.stringContaining(file),
      hint: expect.stringMatching(/damaged/),
    });
  });

  test('of a newer version is refused and left alone', async () => {
    const file = await written();
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(() => openJournalShelf(file, createFakeClock())).toThrow(
      expect.objectContaining({
        code: 'environment-not-ready',
        message: expect.stringMatching(/written by a newer Rollproof/),
      }),
    );
    const again = new DatabaseSync(file);
    expect(again.prepare('PRAGMA user_version').get()).toEqual({ user_version: 99 });
    again.close();
  });

  test('cannot be where a folder is, nor under a file', async () => {
    const file = await makeFile();
    await mkdir(file, { recursive: true });
    const refusal = expect.objectContaining({
      code: 'environment-not-ready',
      message: expect.stringMatching(/cannot be opened/),
      hint: expect.stringMatching(/--state/),
    });
    expect(() => openJournalShelf(file, createFakeClock())).toThrow(refusal);
    const plain = await written();
    expect(() => openJournalShelf(join(plain, 'journal.sqlite'), createFakeClock())).toThrow(refusal);
  });

  test('is for its owner only', async () => {
    const file = await written();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('that may not be written is refused before a drill begins', async (context) => {
    const file = await written();
    await chmod(file, 0o444);
    await chmod(join(file, '..'), 0o555);
    await chmod(join(file, '..', '..'), 0o755);
    const use: JournalUse = { file, drill: 'd', task: 'try' };
    const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups', '--'];
    const prefix = isRoot ? ['setpriv', ...asNobody] : [];
    const [command, ...argv] = [...prefix, process.execPath, USER, JSON.stringify(use)];
    const ended = await run(command, argv, { cwd: '/' }).catch((error: { stderr: string }) => ({
      stdout: '',
      stderr: error.stderr,
    }));
    await chmod(join(file, '..'), 0o755);
    context.skip(
      /Permission denied|Cannot find module|EACCES/.test(ended.stderr),
      'the checkout lies where another account may not look',
    );
    expect(JSON.parse(ended.stdout)).toMatchObject({
      opened: false,
      code: 'environment-not-ready',
      message: expect.stringContaining(`the journal ${file} cannot be opened`),
      hint: 'Make the state folder writable, or name another one with --state.',
    });
  });

  test('that can grow no more: a clear error, and everything acknowledged is there', async () => {
    const file = await written();
    const use: JournalUse = { file, drill: 'full', task: 'fill' };
    const { stdout } = await run('prlimit', ['--fsize=400000', process.execPath, USER, JSON.stringify(use)]);
    const [, end] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { acknowledged: number; code: string; readable: number });
    expect(end).toMatchObject({ code: 'environment-not-ready' });
    expect(end?.acknowledged).toBeGreaterThan(10);
    expect(end?.readable).toBe(end?.acknowledged);
    const shelf = openJournalShelf(file, createFakeClock());
    onTestFinished(async () => shelf.close());
    const journal = await shelf.open('full', { create: false });
    expect((await journal.append(note(1))).seq).toBe((end?.acknowledged ?? 0) + 1);
  });
});
