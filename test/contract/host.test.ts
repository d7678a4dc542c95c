import { once } from 'node:events';
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createProcessHost } from '../../src/adapters/process/host.ts';
import { openNamespace } from '../../src/adapters/process/namespace.ts';
import { locateTools } from '../../src/adapters/process/tools.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import type { Environment, IsolationLevel, RunningProcess } from '../../src/environment/host.ts';
import { clock, hear, makeStateFolder, provisionFor, reasonAgainst, until } from '../support/environments.ts';

const LEVELS: readonly IsolationLevel[] = ['userns', 'netns', 'none'];
const MACHINE_ADDRESS = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find((address) => address.family === 'IPv4' && !address.internal)?.address;

const SERVER = `
  const { createServer } = require('node:net');
  createServer((socket) => { if (process.env.STAYS) socket.write(process.env.SAYS); else socket.end(process.env.SAYS); })
    .listen(Number(process.env.PORT), '127.0.0.1');
`;

async function startServer(
  environment: Environment,
  says: string,
  more: Record<string, string> = {},
): Promise<{ port: number; process: RunningProcess }> {
  const port = await environment.freePort();
  const process = await environment.start({
    name: `server-${says}`,
    argv: ['node', '-e', SERVER],
    cwd: environment.folder,
    env: { SAYS: says, PORT: String(port), ...more },
  });
  return { port, process };
}

async function shell(environment: Environment, script: string, timeoutMs = 10_000) {
  return environment.run({ name: 'shell', argv: ['bash', '-c', script], cwd: environment.folder, env: {}, timeoutMs });
}

for (const level of LEVELS) {
  const against = await reasonAgainst(level);
  describe.skipIf(against !== undefined)(
    `an environment of level ${level}${against === undefined ? '' : ` (${against})`}`,
    () => {
      const isDenied = level !== 'none';

      test('shows that no process gets out, while the same attempt from outside does', async () => {
        await using made = await provisionFor(level);
        await shell(made.environment, 'true');
        const proof = await made.environment.isolation();
        expect(proof).toMatchObject({ level, outsideReached: true, attempts: 2 });
        expect(proof.escaped.length === 0).toBe(isDenied);
      });

      test('keeps processes from a listener of the machine, on loopback and on its own address', async () => {
        await using made = await provisionFor(level);
        const server = createServer((socket) => socket.end('outside'));
        await once(server.listen({ host: '0.0.0.0', port: 0 }), 'listening');
        const { port } = server.address() as AddressInfo;
        for (const host of ['127.0.0.1', ...(MACHINE_ADDRESS === undefined ? [] : [MACHINE_ADDRESS])]) {
          expect(await hear({ host, port })).toBe('outside');
          const tried = await shell(made.environment, `cat </dev/tcp/${host}/${port}`);
          expect(tried.stdout).toBe(isDenied ? '' : 'outside');
          if (isDenied) expect(tried.stderr).toMatch(/Connection refused|Network is unreachable/);
        }
        server.close();
      });

      test('notices connections to other machines where it cannot deny them', async (context) => {
        if (isDenied || MACHINE_ADDRESS === undefined)
          context.skip('connections are denied, or this machine has no address');
        await using made = await provisionFor(level);
        const { environment } = made;
        const server = createServer((socket) => socket.on('error', () => socket.destroy()));
        await once(server.listen({ host: '0.0.0.0', port: 0 }), 'listening');
        const { port } = server.address() as AddressInfo;
        await shell(environment, `exec 3<>/dev/tcp/127.0.0.1/${port}`);
        expect((await environment.isolation()).outward).toEqual([]);
        await environment.start({
          name: 'caller',
          argv: ['bash', '-c', `exec 3<>/dev/tcp/${MACHINE_ADDRESS}/${port}; cat <&3`],
          cwd: environment.folder,
          env: {},
        });
        await until('it is noticed', async () => (await environment.isolation()).outward.length > 0);
        expect((await environment.isolation()).outward.join()).toContain(`→ ${MACHINE_ADDRESS}:${port}`);
        await environment.release();
        server.close();
      });

      test('lets processes inside talk to each other', async () => {
        await using made = await provisionFor(level);
        const { port } = await startServer(made.environment, 'neighbour');
        const socket = await made.environment.expose('neighbour', port);
        await until('the server answers', async () => (await hear(socket)) === 'neighbour');
        expect((await shell(made.environment, `cat </dev/tcp/127.0.0.1/${port}`)).stdout).toBe('neighbour');
      });

      describe('with settings of our own that must not leak', () => {
        const LEAKY = {
          PGHOST: 'production',
          http_proxy: 'http://proxy.invalid',
          BASH_ENV: '/nonexistent',
          NODE_OPTIONS: '--no-warnings',
        };
        afterEach(() => {
          for (const name of Object.keys(LEAKY)) delete process.env[name];
        });

        test('gives a process only what it is to have', async () => {
          Object.assign(process.env, LEAKY);
          await using made = await provisionFor(level);
          const { environment } = made;
          const run = await environment.run({
            name: 'settings',
            argv: ['node', '-p', 'JSON.stringify(process.env)'],
            cwd: environment.folder,
            env: { GIVEN: 'yes' },
            timeoutMs: 10_000,
          });
          const seen = JSON.parse(run.stdout) as Record<string, string>;
          expect(Object.keys(seen).sort()).toEqual([
            'GIVEN',
            'HOME',
            'LANG',
            'PATH',
            'ROLLPROOF_ENVIRONMENT',
            'TMPDIR',
          ]);
          expect(seen['TMPDIR']?.startsWith(environment.folder)).toBe(true);
        });
      });

      test('runs processes as an account that has a name, is not root and cannot become more', async () => {
        await using made = await provisionFor(level);
        const run = await shell(
          made.environment,
          'id -un; id -u; grep -E "^(CapEff|CapPrm|NoNewPrivs)" /proc/self/status',
        );
        const [name, uid, ...rights] = run.stdout.trim().split('\n');
        expect(name).toBe(made.environment.account);
        expect(Number(uid)).toBeGreaterThan(0);
        expect(rights.map((line) => line.split('\t')[1])).toEqual(['0000000000000000', '0000000000000000', '1']);
      });

      test('lets them write where the environment is', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const ours = join(environment.folder, 'ours');
        await mkdir(join(ours, 'deep'), { recursive: true, mode: 0o700 });
        await writeFile(join(ours, 'deep', 'file'), 'written by us', { mode: 0o600 });
        await environment.handOver(ours);
        const run = await shell(
          environment,
          'cat ours/deep/file && echo more >>ours/deep/file && touch "$TMPDIR/t" "$HOME/h" new',
        );
        expect(run).toMatchObject({ exitCode: 0, stdout: 'written by us' });
      });

      test('keeps them from putting their own lease or launcher in place of ours, where they are another account', async (context) => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const { stdout } = await shell(environment, 'stat -c %u . ; id -u');
        const [owner, uid] = stdout.split('\n');
        if (owner === uid) context.skip('processes inside have our own rights on files here');
        await shell(
          environment,
          'rm -f lease.json launcher.bash; mv isolation.log other; echo x >>launcher.bash; ln -s /tmp logs/link',
        );
        expect(await readdir(environment.folder)).toEqual(
          expect.arrayContaining(['lease.json', 'launcher.bash', 'isolation.log']),
        );
        expect(await readdir(join(environment.folder, 'logs'))).not.toContain('link');
        expect(await shell(environment, 'cat lease.json')).toMatchObject({ exitCode: 1, stdout: '' });
        expect((await environment.isolation()).attempts).toBe(4);
      });

      test('reports how a command ended and what it said, and keeps the whole in files', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const long = await environment.run({
          name: 'long',
          argv: ['bash', '-c', 'cat; for ((i = 0; i < 20000; i++)); do echo line-$i; done; echo trouble >&2; exit 7'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 10_000,
          input: 'asked\n',
        });
        expect(long).toMatchObject({
          exitCode: 7,
          signal: null,
          timedOut: false,
          byUs: false,
          outOfMemory: false,
          stderr: 'trouble\n',
        });
        expect(long.stdout.length).toBe(64 * 1024);
        expect(long.stdout.endsWith('line-19999\n')).toBe(true);
        expect((await readFile(long.logFile, 'utf8')).startsWith('asked\nline-0\n')).toBe(true);
        expect(await shell(environment, 'echo first')).toMatchObject({ stdout: 'first\n' });
        expect(await shell(environment, 'echo second')).toMatchObject({ stdout: 'second\n' });
        const missing = await environment.run({
          name: 'missing',
          argv: ['no-such-program'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 5_000,
        });
        expect(missing.exitCode).toBe(127);
        expect(missing.stderr).toContain('no-such-program');
      });

      test('ends a command whose time is up together with its children, even those that turned away', async () => {
        await using made = await provisionFor(level);
        const late = await shell(made.environment, '(trap "" TERM; exec setsid sleep 1000) & sleep 1000 & wait', 400);
        expect(late).toMatchObject({ timedOut: true, byUs: true });
        expect(await made.environment.processes()).toEqual([]);
      });

      test('ends a command that is called off', async () => {
        await using made = await provisionFor(level);
        const off = new AbortController();
        const { environment } = made;
        const running = environment.run({
          name: 'off',
          argv: ['sleep', '1000'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 60_000,
          signal: off.signal,
        });
        await until('it runs', async () =>
          (await environment.processes()).some((found) => found.command === 'sleep 1000'),
        );
        off.abort();
        await expect(running).rejects.toMatchObject({ code: 'interrupted' });
        expect(await environment.processes()).toEqual([]);
      });

      test('slows a process down, with its children, and lets it go on again', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        expect(environment.throttle('loop', { share: 0.8, random: seededRandom(7) })).toBeNull();
        const process = await environment.start({
          name: 'loop',
          argv: ['bash', '-c', 'while :; do :; done & while :; do :; done'],
          cwd: environment.folder,
          env: {},
        });
        const throttle = environment.throttle('loop', { share: 0.8, random: seededRandom(7) });
        await until('all stand still', () => {
          const seen = throttle?.look();
          return seen !== undefined && seen.processes >= 2 && seen.stopped === seen.processes;
        });
        await until('all go on', () => throttle?.look().stopped === 0);
        await throttle?.heal();
        await throttle?.heal();
        expect(throttle?.look().stopped).toBe(0);
        await process.stop(0);
        expect(throttle?.look()).toEqual({ processes: 0, stopped: 0 });
      });

      test('names a process for good and tells who ended it', async () => {
        await using made = await provisionFor(level);
        const { process: stopped } = await startServer(made.environment, 'stopped');
        expect((await readFile(`/proc/${stopped.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19]).toBe(
          stopped.startTime,
        );
        expect(made.journal.planned).toContainEqual(
          expect.objectContaining({
            kind: 'process',
            name: 'server-stopped',
            facts: expect.objectContaining({ pid: stopped.pid, startTime: stopped.startTime }),
          }),
        );
        expect(await stopped.stop(20_000)).toMatchObject({ byUs: true, signal: 'SIGTERM' });
        expect(await stopped.stop(20_000)).toMatchObject({ byUs: true, signal: 'SIGTERM' });
        const { process: killed } = await startServer(made.environment, 'killed');
        process.kill(killed.pid, 'SIGKILL');
        expect(await killed.ended).toEqual({ exitCode: null, signal: 'SIGKILL', byUs: false, outOfMemory: false });
      });

      test('kills what does not stop when asked', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const stubborn = await environment.start({
          name: 'stubborn',
          argv: ['bash', '-c', 'trap "" INT TERM; echo up; while :; do sleep 1; done'],
          cwd: environment.folder,
          env: {},
          stopSignal: 'SIGINT',
        });
        await until('it is up', async () => (await readFile(stubborn.logFile, 'utf8')) === 'up\n');
        expect(await stubborn.stop(100)).toMatchObject({ signal: 'SIGKILL', byUs: true });
        expect(await environment.processes()).toEqual([]);
      });

      test('routes to one target after another and to none, and cuts connections to the old one', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const [old, next] = await Promise.all([
          startServer(environment, 'old', { STAYS: 'yes' }),
          startServer(environment, 'new'),
        ]);
        const route = await environment.route('entry');
        expect(await hear(route.socket)).toMatch(/^(ENOENT|ECONNREFUSED)$/);
        await route.switchTo(old.port);
        const client = await connected(route.socket, 'old');
        const cut = once(client, 'close');
        await route.switchTo(next.port);
        await cut;
        await until('the new target answers', async () => (await hear(route.socket)) === 'new');
        expect((await shell(environment, `cat </dev/tcp/127.0.0.1/${route.port}`)).stdout).toBe('new');
        await route.switchTo(null);
        expect(await hear(route.socket)).toMatch(/^(ENOENT|ECONNREFUSED)$/);
        expect((await shell(environment, `cat </dev/tcp/127.0.0.1/${route.port}`)).stderr).toContain(
          'Connection refused',
        );
        await route.switchTo(next.port);
        expect(await hear(route.socket)).toBe('new');
      });

      test('gives out ports that are different and free', async () => {
        await using made = await provisionFor(level);
        const ports = await Promise.all(Array.from({ length: 20 }, () => made.environment.freePort()));
        expect(new Set(ports).size).toBe(20);
      });

      test('finds and ends a daemon that turned away from everybody, and leaves nothing behind', async () => {
        await using made = await provisionFor(level);
        const { environment, journal } = made;
        await startServer(environment, 'left-running');
        // Without the marker only the namespace tells; where there is none it cannot be found.
        await shell(
          environment,
          isDenied ? 'setsid -f sleep 1001; setsid -f env -i sleep 1002' : 'setsid -f sleep 1001; setsid -f sleep 1002',
        );
        await until(
          'both are there',
          async () =>
            (await environment.processes()).filter((found) => /^sleep 100[12]$/.test(found.command)).length === 2,
        );
        const before = await environment.processes();
        expect(await environment.release()).toEqual({ leaked: [] });
        expect(await environment.release()).toEqual({ leaked: [] });
        for (const { pid } of before) expect(await commandOf(pid)).not.toMatch(/sleep|node/);
        await expect(stat(environment.folder)).rejects.toMatchObject({ code: 'ENOENT' });
        await expect(stat(environment.socketFolder)).rejects.toMatchObject({ code: 'ENOENT' });
        expect(await readdir(join(made.stateFolder, 'environments'))).toEqual([]);
        const names = (resources: readonly { readonly kind: string; readonly name: string }[]) =>
          resources.map(({ kind, name }) => `${kind} ${name}`).sort();
        expect(names(journal.released)).toEqual(names(journal.planned));
      });

      test('keeps shared memory inside, so that none stays behind after a kill', async (context) => {
        if (!isDenied) context.skip('shared memory cannot be kept apart without a namespace');
        await using made = await provisionFor(level);
        const segment = `rollproof-contract-${process.pid}`;
        expect(await shell(made.environment, `echo kept >/dev/shm/${segment}`)).toMatchObject({ exitCode: 0 });
        expect((await shell(made.environment, `cat /dev/shm/${segment}`)).stdout).toBe('kept\n');
        expect(await readdir('/dev/shm')).not.toContain(segment);
      });

      test('starts a process in the folder that is asked for, and in no other', async () => {
        await using made = await provisionFor(level);
        const { environment } = made;
        const cwd = join(environment.folder, 'tmp');
        const run = await environment.run({ name: 'where', argv: ['pwd'], cwd, env: {}, timeoutMs: 10_000 });
        expect(run.stdout).toBe(`${cwd}\n`);
        const nowhere = environment.run({
          name: 'where',
          argv: ['pwd'],
          cwd: `${cwd}/none`,
          env: {},
          timeoutMs: 10_000,
        });
        await expect(nowhere).rejects.toMatchObject({ code: 'environment-not-ready' });
        expect(await environment.run({ name: 'where', argv: ['pwd'], cwd, env: {}, timeoutMs: 10_000 })).toMatchObject({
          exitCode: 0,
        });
      });

      test('removes folders that even their owner may not enter', async () => {
        await using made = await provisionFor(level);
        await shell(made.environment, 'mkdir -p closed/in && touch closed/in/file && chmod 0 closed/in closed');
        expect(await made.environment.release()).toEqual({ leaked: [] });
      });

      test('tells when the kernel ended a process for lack of memory', async (context) => {
        await using made = await provisionFor(level);
        const { environment } = made;
        if (environment.memoryLimits === 'not-enforced')
          context.skip('memory limits cannot be enforced here: needs root and a memory controller');
        const hungry = await environment.run({
          name: 'hungry',
          argv: ['node', '-e', 'const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1));'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 30_000,
          memoryLimitBytes: 96 << 20,
        });
        expect(hungry).toMatchObject({ outOfMemory: true, byUs: false, timedOut: false });
        // Leaves a child in its group; the next one of this name is judged by itself all the same.
        const left = await environment.run({
          name: 'hungry',
          argv: ['setsid', '-f', 'sleep', '1003'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 30_000,
          memoryLimitBytes: 96 << 20,
        });
        expect(left).toMatchObject({ outOfMemory: false, exitCode: 0 });
        const modest = await environment.run({
          name: 'hungry',
          argv: ['true'],
          cwd: environment.folder,
          env: {},
          timeoutMs: 30_000,
          memoryLimitBytes: 96 << 20,
        });
        expect(modest).toMatchObject({ outOfMemory: false, exitCode: 0 });
        await environment.release();
        for (const resources of [made.journal.planned, made.journal.released]) {
          const limits = resources
            .filter((resource) => resource.kind === 'memory-limit')
            .map((resource) => resource.name);
          expect(limits).toHaveLength(3);
          for (const folder of limits) await expect(stat(folder)).rejects.toMatchObject({ code: 'ENOENT' });
        }
      });

      test('lets a person in, isolated like everybody', async () => {
        await using made = await provisionFor(level);
        const entry = await made.host.enter('contract', ['bash', '-c', 'id -un; readlink /proc/self/ns/net; env']);
        const [program, ...options] = entry.argv;
        const child = spawn(program, options, {
          cwd: entry.cwd,
          env: { ...entry.env },
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          said += text;
        });
        expect(await once(child, 'close')).toEqual([0, null]);
        await entry.close();
        const [name, namespace] = said.split('\n');
        const proof = await made.environment.isolation();
        expect(name).toBe(made.environment.account);
        if (isDenied) expect(namespace).toBe(proof.namespace);
        expect(said).toMatch(/^ROLLPROOF_ENVIRONMENT=contract-/m);
        expect(proof.attempts).toBe(2);
        expect(proof.escaped.length === 0).toBe(isDenied);
      });

      test('refuses a second one of the same name and leaves the first alone', async () => {
        await using made = await provisionFor(level);
        const again = made.host.provision({
          id: 'contract',
          leaseMs: 1_000,
          atLeast: 'none',
          resources: { planned: async () => {}, released: async () => {} },
        });
        await expect(again).rejects.toMatchObject({ code: 'already-running' });
        expect(await shell(made.environment, 'echo alive')).toMatchObject({ stdout: 'alive\n' });
        expect(await made.host.list()).toMatchObject([
          { id: 'contract', held: false, owner: { pid: process.pid, alive: true } },
        ]);
      });
    },
  );
}

describe('an environment that is asked for more than this machine can do', () => {
  test('is refused, with the reasons, and leaves nothing behind', async () => {
    const stateFolder = await makeStateFolder();
    const host = createProcessHost({ stateFolder, clock, levels: ['none'] });
    const refused = host.provision({
      id: 'strict',
      leaseMs: 1_000,
      atLeast: 'netns',
      resources: { planned: async () => {}, released: async () => {} },
    });
    await expect(refused).rejects.toMatchObject({ code: 'environment-not-ready' });
    expect(await readdir(join(stateFolder, 'environments'))).toEqual([]);
    await rm(stateFolder, { recursive: true });
  });
});

describe('a namespace', () => {
  const levels = LEVELS.filter((level) => level !== 'none');
  test.each(levels)('of level %s has a loopback of its own, by ip or by perl', async (level) => {
    if ((await reasonAgainst(level)) !== undefined) return;
    const found = locateTools();
    for (const tools of [
      { ...found, ip: undefined },
      { ...found, perl: undefined },
    ]) {
      if (tools.ip === undefined && tools.perl === undefined) continue;
      const opened = await openNamespace({ tools, level, marker: 'contract', diesWithUs: true });
      if (typeof opened === 'string') throw new Error(opened);
      const argv = [...opened.enter('account', true), 'cat', '/proc/net/fib_trie'];
      const { stdout } = await promisify(execFile)('env', argv, { cwd: '/' });
      opened.close();
      expect(stdout).toContain('127.0.0.1');
      expect(stdout).not.toContain(MACHINE_ADDRESS ?? 'no other address');
    }
  });

  test('tells why it cannot be made', async () => {
    const tools = { ...locateTools(), ip: undefined, perl: undefined };
    const opened = await openNamespace({ tools, level: 'userns', marker: 'contract', diesWithUs: true });
    expect(opened).toMatch(/neither ip .* nor perl|not permitted|denied/);
    expect(
      await openNamespace({
        tools: { ...tools, unshare: undefined },
        level: 'userns',
        marker: 'contract',
        diesWithUs: true,
      }),
    ).toContain('unshare');
  });
});

async function connected(socket: string, says: string): Promise<ReturnType<typeof connect>> {
  for (;;) {
    const client = connect(socket);
    client.on('error', () => client.destroy());
    const [first] = (await Promise.race([once(client, 'data'), once(client, 'close').then(() => [''])])) as [
      Buffer | string,
    ];
    if (String(first) === says) return client;
    client.destroy();
    await clock.wait(10);
  }
}

async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''); // gone, as it should be
}
