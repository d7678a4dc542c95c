import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, test } from 'vitest';
import { probeHttp } from '../../src/adapters/http/probe.ts';
import { unixHttpClient } from '../../src/adapters/http/unix-client.ts';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { type AccessSweep as ComparedSweep, compareSweeps } from '../../src/people/compare-sweeps.ts';
import { type SweepResult, sweepUsers } from '../../src/people/sweep.ts';
import type { SweptUser, UserGroup } from '../../src/people/user-group.ts';
import type { UserGroup as PlannedGroup } from '../../src/plan/schema.ts';
import type { AccessSweep } from '../../src/proof/record.ts';

interface Person {
  readonly password: string;
  active: boolean;
  deals: number;
  mayWrite: boolean;
}

/** A small program as many are: form login, session cookie, JSON. What is set here is what goes wrong in it. */
class Crm {
  readonly people = new Map<string, Person>();
  readonly notes = new Map<number, string>();
  readonly sessions = new Map<string, string>();
  isOpen = false;
  broken = new Set<string>();
  slow = new Set<string>();
  slowMs = 400;
  largestCrowd = 0;
  #crowd = 0;
  #next = 1;

  constructor() {
    for (let at = 1; at <= 40; at += 1) {
      this.people.set(`user${at}`, {
        password: `p{user}&ä ${at}`,
        active: true,
        deals: at * 3,
        mayWrite: at % 2 === 0,
      });
    }
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#crowd += 1;
    this.largestCrowd = Math.max(this.largestCrowd, this.#crowd);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', 'http://crm');
    const user = this.sessions.get(/sid=([^;]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '');
    if (user !== undefined && this.slow.has(user)) await delay(this.slowMs);
    this.#crowd -= 1;
    if (user !== undefined && this.broken.has(user)) response.writeHead(500).end();
    else if (url.pathname === '/login') this.#logIn(new URLSearchParams(body), response);
    else this.#work(request.method ?? 'GET', { url, user, body }, response);
  }

  #logIn(form: URLSearchParams, response: ServerResponse): void {
    const person = this.people.get(form.get('user') ?? '');
    if (person === undefined || !person.active || person.password !== form.get('password')) {
      response.writeHead(302, { location: '/login?failed=1' }).end();
      return;
    }
    const session = `s${this.#next++}`;
    this.sessions.set(session, form.get('user') ?? '');
    response
      .writeHead(302, { 'location': '/', 'set-cookie': [`sid=${session}; HttpOnly; Path=/`, 'theme=dark'] })
      .end();
  }

  #work(method: string, of: { url: URL; user: string | undefined; body: string }, response: ServerResponse): void {
    const { url, user, body } = of;
    const person = this.people.get(user ?? '');
    if (person === undefined && !(this.isOpen && url.pathname === '/api/contacts')) {
      response.writeHead(401).end('who are you?');
    } else if (url.pathname === '/api/contacts') json(response, 200, { items: [{ id: 1 }, { id: 2 }] });
    else if (url.pathname === '/api/deals') json(response, 200, { page: { total: person?.deals } });
    else this.#note(method, { url, body, mayWrite: person?.mayWrite === true }, response);
  }

  #note(method: string, of: { url: URL; body: string; mayWrite: boolean }, response: ServerResponse): void {
    const id = Number(of.url.pathname.split('/')[3]);
    if (method === 'POST' && !of.mayWrite) response.writeHead(403).end();
    else if (method === 'POST') {
      this.notes.set(this.#next, of.body);
      json(response, 201, { id: this.#next++ });
    } else if (!this.notes.has(id)) response.writeHead(404).end();
    else {
      if (method === 'DELETE') this.notes.delete(id);
      json(response, 200, { id });
    }
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const GROUP: UserGroup = {
  login: { in: 'app', form: '/login', user: 'user', password: 'password' },
  can: {
    'count-deals': { count: { method: 'GET', path: '/api/deals', read: 'page.total' } },
    'add-note': {
      create: { method: 'POST', path: '/api/notes', json: { text: 'drill of {user}' } },
      check: { method: 'GET', path: '/api/notes/{id}' },
      undo: { method: 'DELETE', path: '/api/notes/{id}' },
    },
  },
  anonymous: ['/api/contacts', '/api/deals'],
};

let folder: string;
let socketPath: string;
let crm: Crm;
const server = createServer((request, response) => {
  crm.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rps-'));
  socketPath = path.join(folder, 'app');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
});
beforeEach(() => {
  crm = new Crm();
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const EVERYBODY: readonly SweptUser[] = Array.from({ length: 40 }, (_, at) => ({
  user: `user${at + 1}`,
  role: at % 2 === 0 ? 'reader' : 'writer',
}));

async function sweep(
  over: { readonly users?: readonly SweptUser[]; readonly group?: UserGroup; readonly timeoutMs?: number } = {},
): Promise<SweepResult> {
  await using client = unixHttpClient({ socketPath });
  return sweepUsers({
    groupName: 'staff',
    group: over.group ?? GROUP,
    users: over.users ?? EVERYBODY,
    passwordOf: (user) => crm.people.get(user)?.password,
    client,
    clock: systemClock(),
    signal: AbortSignal.timeout(30_000),
    timeoutMs: over.timeoutMs ?? 5_000,
  });
}

const compared = (before: SweepResult | null, after: SweepResult) =>
  compareSweeps({ before, after, how: 'with their passwords' });

describe('a sweep of 40 users', () => {
  test('finds out for every one what they can do, and leaves nothing behind', async () => {
    crm.slowMs = 5;
    crm.slow = new Set(crm.people.keys());
    const result = await sweep();
    expect(result.abilities).toEqual(['log in', 'count-deals', 'add-note']);
    expect(result.users.map((user) => user.user)).toEqual(EVERYBODY.map((user) => user.user));
    for (const [at, user] of result.users.entries()) {
      expect(user.results['log in']?.outcome).toBe('can');
      expect(user.results['count-deals']).toEqual({
        outcome: 'can',
        note: String((at + 1) * 3),
        value: String((at + 1) * 3),
      });
      expect(user.results['add-note']?.outcome).toBe(user.role === 'writer' ? 'can' : 'cannot');
    }
    expect(crm.notes.size).toBe(0);
    expect(crm.largestCrowd).toBeGreaterThan(1);
    expect(crm.largestCrowd).toBeLessThanOrEqual(6);
    expect(result.anonymous.map((probe) => probe.outcome)).toEqual(['refused 401', 'refused 401']);
    expect(JSON.stringify(result)).not.toContain('p{user}');
  });

  test('is the same twice', async () => {
    expect(compared(await sweep(), await sweep())).toMatchObject({ outcome: 'same', changes: [], unknowns: [] });
  });

  test('names the one who was disabled, the one who gained a right and the one who counts otherwise', async () => {
    const before = await sweep();
    for (const [user, change] of [
      ['user7', { active: false }],
      ['user11', { mayWrite: true }],
      ['user20', { deals: 59 }],
    ] as const) {
      Object.assign(crm.people.get(user) ?? {}, change);
    }
    const { outcome, changes, unknowns } = compared(before, await sweep());
    expect(outcome).toBe('changed');
    expect(unknowns).toEqual([]);
    expect(changes).toEqual([
      'user7: log in lost: could not log in: sent back to the form',
      'user11: add-note gained: could not before (could not create: 403)',
      'user20: count-deals counts 59, 60 before',
    ]);
  });

  test('names users who are missing or new, and another role', async () => {
    const before = await sweep();
    const others = [...EVERYBODY.slice(1, 39), { user: 'user40', role: 'boss' }, { user: 'stranger', role: '' }];
    crm.people.set('stranger', { password: 'x', active: true, deals: 0, mayWrite: false });
    const { changes } = compared(before, await sweep({ users: others }));
    expect(changes).toEqual([
      'user1: is missing: was there before',
      'user40: had the role writer, has boss',
      'stranger: is new: was not there before',
    ]);
  });

  test('a program that breaks is not a right that was lost: unknown', async () => {
    const before = await sweep();
    crm.broken.add('user5');
    const { outcome, changes, unknowns } = compared(before, await sweep());
    expect(outcome).toBe('unknown');
    expect(changes).toEqual([]);
    expect(unknowns).toEqual([
      'user5: count-deals is not known (answered 500)',
      'user5: add-note is not known (could not create: 500)',
    ]);
  });

  test('an answer that does not come in time is unknown', async () => {
    crm.slow.add('user6');
    const result = await sweep({ users: EVERYBODY.slice(4, 7), timeoutMs: 150 });
    expect(result.users.map((user) => user.results['count-deals']?.outcome)).toEqual(['can', 'unknown', 'can']);
    expect(result.users[1]?.results['count-deals']?.note).toBe(
      'could not ask: no answer to GET /api/deals within 150 ms',
    );
  });

  test('what was unknown before is not a pass afterwards', async () => {
    crm.broken.add('user5');
    const before = await sweep();
    crm.broken.clear();
    expect(compared(before, await sweep())).toMatchObject({
      outcome: 'unknown',
      unknowns: [expect.stringContaining('user5: count-deals was not known before'), expect.anything()],
    });
    expect(compared(null, await sweep()).outcome).not.toBe('same');
  });

  test('an address that opens to everybody is named', async () => {
    const before = await sweep({ users: EVERYBODY.slice(0, 1) });
    crm.isOpen = true;
    const { outcome, changes, sweep: shown } = compared(before, await sweep({ users: EVERYBODY.slice(0, 1) }));
    expect(outcome).toBe('changed');
    expect(changes).toEqual([
      'opened to everybody: without login /api/contacts answers 200 with 2 entries, 29 bytes, before: refused 401',
    ]);
    expect(shown.anonymous).toEqual([
      { path: '/api/contacts', before: 'refused 401', after: 'answers 200 with 2 entries, 29 bytes', changed: true },
      { path: '/api/deals', before: 'refused 401', after: 'refused 401', changed: false },
    ]);
  });

  test('a user whose password nobody knows is unknown; nobody at all is not a pass', async () => {
    const result = await sweep({ users: [{ user: 'ghost', role: '' }] });
    expect(result.users[0]?.results['log in']).toMatchObject({
      outcome: 'unknown',
      note: 'no password is known for this user',
    });
    const nobody = await sweep({ users: [], group: { ...GROUP, anonymous: [] } });
    expect(compared(nobody, nobody)).toMatchObject({ outcome: 'unknown', unknowns: ['no user of staff was swept'] });
  });

  test('a rate is kept', async () => {
    const result = await sweep({
      users: EVERYBODY.slice(0, 5),
      group: { ...GROUP, anonymous: [], can: {}, rate: { perSecond: 50 } },
    });
    expect(result.tookMs).toBeGreaterThanOrEqual(4 * 20 - 5);
  });

  test('an abort ends it', async () => {
    await using client = unixHttpClient({ socketPath });
    const stop = new AbortController();
    const running = sweepUsers({
      groupName: 'staff',
      group: GROUP,
      users: EVERYBODY,
      passwordOf: () => 'x',
      client,
      clock: systemClock(),
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(running).rejects.toThrow('enough');
  });
});

describe('one request', () => {
  test('a service that is not there', async () => {
    const gone = path.join(folder, 'nobody');
    expect(await probeHttp({ socketPath: gone, path: '/health', timeoutMs: 500 })).toMatchObject({
      answered: false,
      why: expect.stringMatching(/^no answer to GET \/health \(.*ENOENT/),
    });
  });

  test('every status is an answer', async () => {
    expect(await probeHttp({ socketPath, path: '/api/deals', timeoutMs: 5_000 })).toMatchObject({
      answered: true,
      status: 401,
      body: 'who are you?',
    });
  });

  test('an answer that stops half-way, and one that is too large', async () => {
    const stalling = createServer((request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('x'.repeat(100));
      if (request.url === '/large') response.end('x'.repeat(900));
    });
    const place = path.join(folder, 'stalling');
    await new Promise<void>((resolve) => stalling.listen(place, resolve));
    await using client = unixHttpClient({ socketPath: place, maxBodyBytes: 500 });
    await expect(client.send({ method: 'GET', path: '/half', timeoutMs: 100 })).rejects.toMatchObject({
      code: 'could-not-read',
      message: 'no answer to GET /half within 100 ms',
    });
    await expect(client.send({ method: 'GET', path: '/large', timeoutMs: 5_000 })).rejects.toMatchObject({
      message: expect.stringContaining('larger than 500 bytes'),
    });
    stalling.closeAllConnections();
    await new Promise((resolve) => stalling.close(resolve));
  });

  test('a connection that was closed while it was kept is no failure of a reading', async () => {
    await using client = unixHttpClient({ socketPath });
    const ask = () => client.send({ method: 'GET', path: '/api/deals', timeoutMs: 5_000 });
    for (let round = 0; round < 5; round += 1) {
      await ask();
      server.closeIdleConnections();
      expect((await ask()).status).toBe(401);
    }
  });
});

test('groups and sweeps are shaped as plan and record have them', () => {
  expectTypeOf<PlannedGroup>().toExtend<UserGroup>();
  expectTypeOf<ComparedSweep>().toEqualTypeOf<AccessSweep>();
});
