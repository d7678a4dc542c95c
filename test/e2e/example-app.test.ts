import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startPostgres, type TestServer } from '../support/postgres.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..');
const EXAMPLE = path.join(ROOT, 'examples', 'in-place-upgrade');
const SCALE = '0.1';
const USERS = 40;

type Release = '10' | '11';
interface Surroundings {
  readonly database: string;
  readonly docs: string;
}
interface Running {
  readonly base: string;
  stop(): Promise<number | null>;
}

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'rpe-'));
  await Promise.all(
    (['10', '11'] as const).map((release) =>
      run(process.execPath, [path.join(EXAMPLE, 'make-release.mjs'), release, appFolder(release)]),
    ),
  );
  await server.create('source');
  await run(process.execPath, [
    path.join(EXAMPLE, 'generate.mjs'),
    '--scale',
    SCALE,
    '--database',
    urlOf('source'),
    '--docs',
    path.join(folder, 'source'),
  ]);
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const appFolder = (release: Release): string => path.join(folder, `app-${release}`);

function urlOf(database: string): string {
  const { host, port, user } = server.address(database);
  return `postgresql://${user}@/${database}?host=${host}&port=${port}`;
}

/** A copy of the generated database and documents under a name of its own. */
async function copySource(name: string): Promise<Surroundings> {
  await server.create(name, { template: 'source' });
  const docs = path.join(folder, name);
  await cp(path.join(folder, 'source'), docs, { recursive: true });
  return { database: name, docs };
}

function environmentOf({ database, docs }: Surroundings): NodeJS.ProcessEnv {
  return {
    APP_MODULES: ROOT,
    DATABASE_URL: urlOf(database),
    DOCS: docs,
    PORT: '0',
    JOB_POLL_MS: '20',
    RUN_DIR: path.join(folder, `run-${database}`),
  };
}

async function command(release: Release, on: Surroundings, words: string): Promise<string> {
  const options = { cwd: appFolder(release), env: environmentOf(on) };
  return (await run(process.execPath, ['app.js', ...words.split(' ')], options)).stdout;
}

async function start(release: Release, on: Surroundings): Promise<Running> {
  const child = spawn(process.execPath, ['app.js'], {
    cwd: appFolder(release),
    env: environmentOf(on),
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const base = await addressOf(child);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    base,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = /http:\/\/\S+/.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${output}`)));
  });
}

async function logIn({ base }: Running, user: number): Promise<string> {
  const body = new URLSearchParams({ email: `user${user}@harbour.example`, password: `secret-${user}` });
  const response = await fetch(`${base}/login`, { method: 'POST', body, redirect: 'manual' });
  return response.status === 303 ? (response.headers.get('set-cookie')?.split(';')[0] ?? '') : '';
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

async function ask(
  app: Running,
  request: { cookie?: string; path: string; method?: string; body?: unknown },
): Promise<Reply> {
  const isText = typeof request.body === 'string';
  const response = await fetch(`${app.base}${request.path}`, {
    method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(request.cookie && { cookie: request.cookie }),
      'content-type': isText ? 'text/plain' : 'application/json',
    },
    ...(request.body !== undefined && { body: isText ? (request.body as string) : JSON.stringify(request.body) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : {} };
}

async function firstDeal(app: Running, cookie: string): Promise<unknown> {
  return (await ask(app, { cookie, path: '/api/deals/1' })).json.amount;
}

/** What the admin can do with every kind of record, as status codes. */
async function dayWork(app: Running): Promise<Record<string, number>> {
  const cookie = await logIn(app, 1);
  const note = await ask(app, { cookie, path: '/api/notes', body: { text: 'Grüße 🌊' } });
  const deal = await ask(app, { cookie, path: '/api/deals', body: { title: 'Test', amount: '99.50' } });
  const contact = await ask(app, { cookie, path: '/api/contacts', body: { name: 'Ann Bee', account_id: 1 } });
  const upload = await ask(app, { cookie, path: '/api/documents?name=%C3%BCber.txt', body: 'hello' });
  const created = { notes: note, deals: deal, contacts: contact, documents: upload };
  const results: Record<string, number> = {
    old: (await ask(app, { cookie, path: '/api/documents/1/content' })).status,
  };
  for (const [resource, { status, json }] of Object.entries(created)) {
    const place = { cookie, path: `/api/${resource}/${String(json.id)}` };
    results[resource] = status;
    if (status !== 201) continue;
    expect((await ask(app, place)).status).toBe(200);
    expect((await ask(app, { ...place, method: 'DELETE' })).status).toBe(204);
    expect((await ask(app, place)).status).toBe(404);
  }
  return results;
}

const EVERYTHING_WORKS = { old: 200, notes: 201, deals: 201, contacts: 201, documents: 201 };

describe('the example application', () => {
  it('lets all forty users in, each with the rights of their role, and nobody else', async () => {
    const on = await copySource('users');
    await command('10', on, 'jobs pause');
    const app = await start('10', on);
    try {
      const cookies = await Promise.all(Array.from({ length: USERS }, (_, index) => logIn(app, index + 1)));
      expect(cookies.filter((cookie) => cookie.startsWith('session='))).toHaveLength(USERS);
      const wrong = new URLSearchParams({ email: 'user1@harbour.example', password: 'secret-2' });
      expect((await fetch(`${app.base}/login`, { method: 'POST', body: wrong, redirect: 'manual' })).status).toBe(401);
      const dealsOf = async (user: number) => {
        const { status, json } = await ask(app, { cookie: cookies[user - 1] ?? '', path: '/api/deals/count' });
        return status === 200 ? json.count : status;
      };
      expect([await dealsOf(1), await dealsOf(30), await dealsOf(40)]).toEqual([800, 403, 800]);
      expect(await dealsOf(10)).toBeLessThan(200);
      expect((await ask(app, { path: '/api/contacts' })).status).toBe(401);
      await server.sql('users', "update permissions set public = true where role = 'viewer' and resource = 'contacts'");
      expect((await ask(app, { path: '/api/contacts' })).status).toBe(200);
    } finally {
      expect(await app.stop()).toBe(0);
    }
  });

  it('does the whole day work in release 10, migrates, and does it again in release 11', async () => {
    const on = await copySource('upgrade');
    await command('10', on, 'jobs pause');
    const old = await start('10', on);
    expect((await ask(old, { path: '/health' })).json).toEqual({ status: 'ok', release: '10', schema: '10' });
    expect(await dayWork(old)).toEqual(EVERYTHING_WORKS);
    const amount = await firstDeal(old, await logIn(old, 1));
    expect(await old.stop()).toBe(0);

    expect(await command('11', on, 'migrate up')).toContain('schema is now 11');
    expect(await command('11', on, 'migrate up')).toContain('schema is already 11');
    expect(await readFile(path.join(on.docs, 'templates', 'welcome.txt'), 'utf8')).toContain('{{contact.first_name}}');
    expect((await readdir(on.docs)).filter((name) => /^\d+-/.test(name))).toEqual([]);

    const upgraded = await start('11', on);
    expect((await ask(upgraded, { path: '/health' })).json).toEqual({ status: 'ok', release: '11', schema: '11' });
    expect(await dayWork(upgraded)).toEqual(EVERYTHING_WORKS);
    expect(await firstDeal(upgraded, await logIn(upgraded, 1))).toBe(amount);
    expect(await upgraded.stop()).toBe(0);
  });

  it('goes half wrong with the program of one release on the database of the other', async () => {
    const [migrated, untouched] = [await copySource('oldonnew'), await copySource('newonold')];
    for (const on of [migrated, untouched]) await command('10', on, 'jobs pause');
    await command('11', migrated, 'migrate up');
    const [oldOnNew, newOnOld] = [await start('10', migrated), await start('11', untouched)];
    try {
      expect((await ask(oldOnNew, { path: '/health' })).json).toEqual({ status: 'ok', release: '10', schema: '11' });
      expect(await dayWork(oldOnNew)).toEqual({ old: 404, notes: 201, deals: 500, contacts: 500, documents: 201 });
      expect(await dayWork(newOnOld)).toEqual({ old: 500, notes: 201, deals: 409, contacts: 500, documents: 500 });
      const large = Number(await firstDeal(oldOnNew, await logIn(oldOnNew, 1)));
      const small = Number(await firstDeal(newOnOld, await logIn(newOnOld, 1)));
      expect(large / small).toBeCloseTo(10_000, -1);
    } finally {
      await Promise.all([oldOnNew.stop(), newOnOld.stop()]);
    }
  });

  it('holds its stored jobs without a trace in the database, and fires what is overdue when they are let go', async () => {
    const on = await copySource('jobs');
    const fired = async () =>
      (
        await server.sql(
          'jobs',
          "select name from jobs where next_run > timestamptz '2025-03-15 02:00+00' order by name",
        )
      ).map(({ name }) => name);
    // When the program last asked which jobs are due: the second time tells that the first answer led to nothing.
    const lastLook = async () => {
      const [look] = await server.sql(
        'postgres',
        "select query_start::text as at from pg_stat_activity where datname = 'jobs' and query like '%from jobs where armed and next_run%'",
      );
      expect(look).toBeDefined();
      return look?.at;
    };
    await command('10', on, 'jobs pause');
    const app = await start('10', on);
    try {
      expect(await command('10', on, 'jobs list')).toMatch(/jobs are held[\s\S]*send-digest {2}armed/);
      const first = await vi.waitFor(lastLook, 10_000);
      await vi.waitFor(async () => expect(await lastLook()).not.toBe(first), 10_000);
      expect(await fired()).toEqual([]);
      await command('10', on, 'jobs resume');
      await vi.waitFor(
        async () => expect(await fired()).toEqual(['expire-sessions', 'recalculate-totals', 'send-digest']),
        10_000,
      );
      expect(await server.sql('jobs', 'select count(*)::text as n from outbox')).toEqual([{ n: '26' }]);
    } finally {
      await app.stop();
    }
  });

  it('reports 503 while the database is away and recovers with it', async () => {
    const on = await copySource('away');
    await command('10', on, 'jobs pause');
    const app = await start('10', on);
    try {
      expect((await ask(app, { path: '/health' })).status).toBe(200);
      await server.sql('postgres', 'alter database away allow_connections false');
      await server.sql('postgres', "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'away'");
      await vi.waitFor(async () => expect((await ask(app, { path: '/health' })).status).toBe(503), 10_000);
      await server.sql('postgres', 'alter database away allow_connections true');
      await vi.waitFor(async () => expect((await ask(app, { path: '/health' })).status).toBe(200), 10_000);
    } finally {
      await app.stop();
    }
  });
});
