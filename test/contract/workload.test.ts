import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startUsers } from '../../src/adapters/workload/start.ts';
import { balanceOf, holds } from '../../src/flow/balance.ts';
import { classify, type Look } from '../../src/flow/classify.ts';
import { parseLedger, type Write, writesOf } from '../../src/flow/ledger.ts';
import { type PlannedOperation, scheduleOf } from '../../src/flow/schedule.ts';
import type { UsersAtWork, UsersEnd } from '../../src/flow/users-at-work.ts';
import { USERS_PROGRAM, usersAtWork } from '../support/simulated-users.ts';

const PASSWORD = 'known to nobody else';

/** A small application with a memory, and how it may misbehave. */
class Application implements AsyncDisposable {
  readonly rows = new Map<string, string>();
  /** Marks and ids of every request that may write, in the order of their arrival. */
  readonly received: string[] = [];
  readonly socket: string;
  /** Asked for every write before and after it is done; true ends the connection without an answer. */
  breaks: (what: string, when: 'before' | 'after') => boolean = () => false;
  status: (what: string) => number | null = () => null;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private next = 1;

  constructor(folder: string) {
    this.socket = join(folder, 'app.sock');
  }

  async listen(): Promise<this> {
    await once(this.server.listen(this.socket), 'listening');
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += String(part);
    if (request.url === '/login') return this.logIn(body, response);
    const { text = '' } = (body === '' ? {} : JSON.parse(body)) as { readonly text?: string };
    const what = `${request.method} ${request.url} ${text}`;
    this.received.push(what);
    const refused = this.status(what);
    if (this.breaks(what, 'before')) return void request.socket.destroy();
    if (refused !== null && refused < 500) return void response.writeHead(refused).end('{}');
    const id = this.write(request, text);
    if (this.breaks(what, 'after')) return void request.socket.destroy();
    response.writeHead(refused ?? 201, { 'content-type': 'application/json' }).end(JSON.stringify({ note: { id } }));
  }

  private write({ method, url }: IncomingMessage, text: string): string {
    const id = url?.split('/')[2] ?? String(this.next++);
    if (method === 'DELETE') this.rows.delete(id);
    else this.rows.set(id, text);
    return id;
  }

  private logIn(body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body);
    const isWelcome = form.get('password') === PASSWORD;
    response.writeHead(isWelcome ? 303 : 401, isWelcome ? { 'location': '/', 'set-cookie': 's=1' } : {}).end();
  }
}

interface Place extends AsyncDisposable {
  readonly app: Application;
  readonly file: string;
  readonly schedule: readonly PlannedOperation[];
  work(part?: Partial<UsersAtWork>): Promise<UsersEnd>;
  writes(end: UsersEnd): readonly Write[];
}

async function place(size: number): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'rpw-'));
  const app = await new Application(folder).listen();
  const file = join(folder, 'private', 'workload.ndjson');
  const schedule = scheduleOf({
    operations: [
      { name: 'add', kind: 'create', share: 3, of: null },
      { name: 'change', kind: 'update', share: 1, of: 'add' },
      { name: 'remove', kind: 'delete', share: 1, of: 'add' },
    ],
    users: ['ada', 'bo', 'cy'],
    writes: size,
    seed: 7,
    prefix: 'rp-x',
  });
  const work: UsersAtWork = {
    workload: 'office-day',
    socket: app.socket,
    login: { in: 'app', form: '/login', user: 'user', password: 'password' },
    passwords: { ada: PASSWORD, bo: PASSWORD, cy: PASSWORD },
    requests: {
      add: { request: { method: 'POST', path: '/notes', json: { text: '{mark}' } }, read: 'note.id' },
      change: { request: { method: 'PUT', path: '/notes/{id}', json: { text: '{mark}' } }, read: 'note.id' },
      remove: { request: { method: 'DELETE', path: '/notes/{id}' }, read: 'note.id' },
    },
    schedule,
    perSecond: null,
  };
  return {
    app,
    file,
    schedule,
    work: (part) =>
      startUsers({ program: USERS_PROGRAM, file, work: { ...work, ...part }, signal: new AbortController().signal }),
    writes: (end) => writesOf(parseLedger(end.ledger), schedule),
    [Symbol.asyncDispose]: async () => {
      await app[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function looksAt({ rows }: Application, writes: readonly Write[]): Map<string, Look> {
  return new Map(
    writes.map((write) => [write.mark, { keys: [...rows].flatMap(([id, mark]) => (mark === write.mark ? [id] : [])) }]),
  );
}

function judged(app: Application, writes: readonly Write[]): ReturnType<typeof classify> {
  const looks = looksAt(app, writes);
  return classify({ writes, live: looks, target: looks, placeOf: () => ({ table: 'notes', key: 'id' }) });
}

describe('simulated users', () => {
  test('do what is scheduled, and the ledger says what the application holds', async () => {
    await using here = await place(300);
    const end = await here.work();
    expect(end.broken).toBeNull();
    const writes = here.writes(end);
    expect(writes).toHaveLength(300);
    expect(here.app.received).toHaveLength(300);
    expect(new Set(writes.map((write) => write.outcome))).toEqual(new Set(['ok']));
    const classified = judged(here.app, writes);
    expect(classified.every((one) => one.end === 'kept')).toBe(true);
    expect((await stat(here.file)).mode & 0o777).toBe(0o600);
    expect(end.ledger).not.toContain(PASSWORD);
  });

  test('no answer and 5xx are unknown, 4xx is refused; looking tells which were done', async () => {
    await using here = await place(60);
    const isNth = (what: string, nth: number): boolean =>
      what.startsWith('POST') && what.endsWith(`-${String(nth).padStart(6, '0')}`);
    const touched = new Set(here.schedule.flatMap((one) => (one.kind === 'create' ? [] : [one.record])));
    const creates = here.schedule.flatMap((one) => (touched.has(one.record) ? [] : [one.index])).slice(0, 4);
    const [lostBefore = 0, lostAfter = 0, broken = 0, refused = 0] = creates;
    here.app.breaks = (what, when) => isNth(what, when === 'before' ? lostBefore : lostAfter);
    here.app.status = (what) => (isNth(what, broken) ? 503 : isNth(what, refused) ? 403 : null);
    const end = await here.work();
    const writes = here.writes(end);
    const told = new Map(writes.map((write) => [write.index, write.outcome]));
    expect(creates.map((index) => told.get(index))).toEqual(['unknown', 'unknown', 'unknown', 'failed']);
    const classified = judged(here.app, writes);
    const ends = new Map(classified.map((one) => [one.write.index, one]));
    expect(creates.map((index) => [ends.get(index)?.end, ends.get(index)?.captured])).toEqual([
      ['failed-and-absent', false],
      ['kept', true],
      ['kept', true],
      ['failed-and-absent', false],
    ]);
    expect(holds(balanceOf(classified))).toBe(true);
  });

  test('kill -9 in the middle leaves the ledger whole, and a restart repeats nothing', async () => {
    await using here = await place(400);
    here.app.breaks = (_what, when) => {
      if (when === 'after' && here.app.received.length === 150)
        for (const pid of usersAtWork()) process.kill(pid, 'SIGKILL');
      return false;
    };
    const cut = await here.work();
    expect(cut.broken).toBe('they ended with signal SIGKILL');
    const before = here.writes(cut);
    expect(before.length).toBeGreaterThanOrEqual(150);
    expect(before.length).toBeLessThan(400);
    expect(before.some((write) => write.outcome === 'unknown')).toBe(true);
    // What the crash of a machine may leave: a line that was not whole yet.
    await writeFile(here.file, '{"line":"invoke","index":39', { flag: 'a' });
    const end = await here.work();
    expect(end.broken).toBeNull();
    expect(new Set(here.app.received).size).toBe(here.app.received.length);
    const writes = here.writes(end);
    expect(new Set(writes.map((write) => write.index)).size).toBe(writes.length);
    const classified = judged(here.app, writes);
    expect(holds(balanceOf(classified))).toBe(true);
    expect(await readFile(here.file, 'utf8')).toBe(end.ledger);
  });

  test('a user who cannot log in does nothing, and the ledger says why', async () => {
    await using here = await place(30);
    const end = await here.work({ passwords: { ada: PASSWORD, bo: 'wrong' } });
    const users = new Set(here.writes(end).map((write) => write.user));
    expect([...users]).toEqual(['ada']);
    const skipped = parseLedger(end.ledger).flatMap((line) => (line.line === 'skip' ? [line.why] : []));
    expect(skipped).toContain('could not log in: 401');
    expect(skipped).toContain('no password is known for this user');
  });

  test('5,000 operations are done at once', { timeout: 180_000 }, async () => {
    await using here = await place(5_000);
    const writes = here.writes(await here.work());
    expect(writes).toHaveLength(5_000);
    expect(new Set(writes.map((write) => write.outcome))).toEqual(new Set(['ok']));
    expect(here.app.received).toHaveLength(5_000);
  });
});
