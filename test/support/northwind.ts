import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startPostgres, type TestServer } from './postgres.ts';

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, '..', '..');
const EXAMPLE = path.join(ROOT, 'examples', 'northwind-crm');
const IMPORT_TOKEN = 'only-for-tests';
const PROGRAMS = ['L', 'N', 'partner', 'reverse'] as const;

export type Crm = 'L' | 'N';
type Program = (typeof PROGRAMS)[number];

export interface Running {
  readonly base: string;
  stop(): Promise<unknown>;
  kill(): Promise<unknown>;
}

export interface Reply {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

export interface Company {
  readonly server: TestServer;
  readonly folder: string;
  /** Runs a program with these words to its end, whatever that is. */
  command(program: Program, words: string, options?: { env?: NodeJS.ProcessEnv; input?: string }): Promise<Ended>;
  start(program: Exclude<Program, 'reverse'>, env?: NodeJS.ProcessEnv): Promise<Running>;
  /** The partner can be told where the CRMs will listen before they do. */
  readonly port: Readonly<Record<Exclude<Program, 'reverse'>, number>>;
  sql(crm: Crm, text: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  end(): Promise<void>;
}

/** The legacy CRM with its rows, the new one with nothing but its schema, and their surroundings. */
export async function foundCompany(scale: string): Promise<Company> {
  const server = await startPostgres();
  const folder = await mkdtemp(path.join(tmpdir(), 'rpn-'));
  const port = { L: await freePort(), N: await freePort(), partner: await freePort() };
  const running = new Set<ChildProcess>();
  const environmentOf = (program: Program): NodeJS.ProcessEnv => ({
    ...surroundings({ server, folder, port }),
    RUN_DIR: path.join(folder, `run-${program}`),
    ...(program !== 'reverse' && { PORT: String(port[program]) }),
    ...(program === 'L' && { DATABASE_URL: urlOf(server, 'legacy'), DOCS: path.join(folder, 'docs-L') }),
  });
  const makeRelease = (program: Program) =>
    run(process.execPath, [path.join(EXAMPLE, 'make-release.mjs'), program, path.join(folder, program)]);
  const company: Company = {
    server,
    folder,
    port,
    command: (program, words, options = {}) =>
      runToEnd(
        spawn(
          process.execPath,
          [program === 'reverse' ? 'reverse.js' : 'app.js', ...words.split(' ').filter(Boolean)],
          {
            cwd: path.join(folder, program),
            env: { ...environmentOf(program), ...options.env },
          },
        ),
        options.input ?? '',
      ),
    async start(program, env = {}) {
      const child = spawn(process.execPath, [program === 'partner' ? 'partner.js' : 'app.js'], {
        cwd: path.join(folder, program),
        env: { ...environmentOf(program), ...env },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      running.add(child);
      return untilListening(child);
    },
    sql: (crm, text) => server.sql(crm === 'L' ? 'legacy' : 'new', text),
    async end() {
      for (const child of running) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await Promise.all(PROGRAMS.map(makeRelease));
  await Promise.all([server.create('legacy'), server.create('new')]);
  await run(
    process.execPath,
    [
      path.join(EXAMPLE, 'generate.mjs'),
      '--scale',
      scale,
      '--database',
      urlOf(server, 'legacy'),
      '--docs',
      path.join(folder, 'docs-L'),
    ],
    { env: environmentOf('L') },
  );
  await company.command('N', 'migrate up');
  return company;
}

function surroundings(options: {
  readonly server: TestServer;
  readonly folder: string;
  readonly port: Company['port'];
}): NodeJS.ProcessEnv {
  const { server, folder, port } = options;
  return {
    APP_MODULES: ROOT,
    JOB_POLL_MS: '20',
    CANARY_WAIT_MS: '10000',
    IMPORT_TOKEN,
    LEGACY_DATABASE_URL: urlOf(server, 'legacy'),
    LEGACY_DOCS: path.join(folder, 'docs-L'),
    DATABASE_URL: urlOf(server, 'new'),
    DOCS: path.join(folder, 'docs-N'),
    DROP: path.join(folder, 'drop'),
    PARTNER_URL: `http://127.0.0.1:${port.partner}`,
    WEBHOOK_URL: `http://127.0.0.1:${port.N}`,
    WEBHOOK_LEGACY_URL: `http://127.0.0.1:${port.L}`,
    LEGACY_URL: `http://127.0.0.1:${port.L}`,
  };
}

function urlOf(server: TestServer, database: string): string {
  const { host, port, user } = server.address(database);
  return `postgresql://${user}@/${database}?host=${host}&port=${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function runToEnd(child: ChildProcess, input: string): Promise<Ended> {
  const text = { out: '', errors: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text.errors += chunk.toString()));
  child.stdin?.end(input);
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
}

async function untilListening(child: ChildProcess): Promise<Running> {
  const ended = once(child, 'exit');
  const base = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = /http:\/\/\S+/.exec(output)?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${output}`)));
  });
  const send = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return { base, stop: () => send('SIGTERM'), kill: () => send('SIGKILL') };
}

interface Request {
  readonly path: string;
  readonly method?: string;
  readonly cookie?: string;
  readonly token?: string;
  readonly body?: unknown;
}

export async function ask(base: string, request: Request): Promise<Reply> {
  const response = await fetch(`${base}${request.path}`, {
    method: request.method ?? (request.body === undefined ? 'GET' : 'POST'),
    headers: {
      'content-type': 'application/json',
      ...(request.cookie !== undefined && { cookie: request.cookie }),
      ...(request.token !== undefined && { authorization: `Bearer ${request.token}` }),
    },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : {} };
}

export async function logIn(base: string, user: number): Promise<string> {
  const body = new URLSearchParams({ email: `user${user}@harbour.example`, password: `secret-${user}` });
  const response = await fetch(`${base}/login`, { method: 'POST', body, redirect: 'manual' });
  return response.headers.get('set-cookie')?.split(';')[0] ?? `status ${response.status}`;
}
