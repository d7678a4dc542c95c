import { readFile } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFlowProxy } from '../../src/adapters/proxy/flow-proxy.ts';
import type { IsolationLevel } from '../../src/environment/host.ts';
import { type FlowFault, type FlowFaultOptions, flowFaultOf, type FlowFaultId } from '../../src/flow/flow-fault.ts';
import { clock, provisionFor, reasonAgainst, type TestEnvironment, until } from '../support/environments.ts';
import { type MadeFlow, makeFlow, post, startTarget } from '../support/flow.ts';

const LEVELS: readonly IsolationLevel[] = ['userns', 'netns', 'none'];
const AGAINST = new Map(await Promise.all(LEVELS.map(async (level) => [level, await reasonAgainst(level)] as const)));
const [STRONGEST = 'none'] = LEVELS.filter((level) => AGAINST.get(level) === undefined);
const LARGE = 20_000_000;

describe(`a flow through its proxy (${STRONGEST})`, () => {
  let made: TestEnvironment;
  let flow: MadeFlow;
  beforeAll(async () => {
    made = await provisionFor(STRONGEST);
    flow = await makeFlow(made.environment);
  });
  afterAll(async () => {
    await flow[Symbol.asyncDispose]();
    await made[Symbol.asyncDispose]();
  });
  const traffic = (since = 0) => flow.proxy.traffic('orders', since);
  const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

  test('gives every answer as the endpoint gives it, and counts requests, messages and bytes', async () => {
    const before = await traffic();
    const through = await flow.through.send(post(['m1', 'm2', 'm3']));
    expect(through).toMatchObject({ status: 201, body: '{"stored":3}' });
    await until('it is settled', async () => (await traffic()).counters.open === 0);
    const { counters, passages } = await traffic(before.lastSeq);
    expect(counters.requests - before.counters.requests).toBe(1);
    expect(counters.messages - before.counters.messages).toBe(3);
    expect(counters.delivered - before.counters.delivered).toBe(3);
    expect(counters.bytesSent).toBeGreaterThan(before.counters.bytesSent);
    expect(passages).toMatchObject([
      {
        method: 'POST',
        path: '/messages',
        status: 201,
        handling: 'passed',
        messageIds: ['m1', 'm2', 'm3'],
        fault: null,
      },
    ]);
    expect(passages[0]?.at.monotonicMs).toBeLessThan(clock.monotonicMs());
    expect(await flow.arrived()).toEqual(expect.arrayContaining(['m1', 'm2', 'm3']));
  });

  test('never says what was in a body, a header or a query', async () => {
    await flow.through.send(post(['m4'], { note: 'a-value-of-a-row' }));
    const said = JSON.stringify(await traffic());
    expect(said).toContain('m4');
    expect(said).not.toMatch(/a-value-of-a-row|secret/);
  });

  for (const underFault of [false, true])
    test(`carries large bodies both ways unchanged${underFault ? ', also where a fault lets them pass' : ''}`, async () => {
      if (underFault) await flow.proxy.inject('orders', flowFaultOf('IF-12', { seed: 1, rate: 1e-9 }));
      const body = randomBytes(LARGE).toString('base64').slice(0, LARGE);
      const up = await flow.through.send({ method: 'POST', path: '/upload', body, timeoutMs: 30_000 });
      expect(JSON.parse(up.body)).toEqual({ bytes: LARGE, sum: sum(Buffer.from(body)) });
      const down = await flow.direct.send({ method: 'GET', path: '/big?9000000', timeoutMs: 30_000 });
      const same = await flow.through.send({ method: 'GET', path: '/big?9000000', timeoutMs: 30_000 });
      expect(sum(Buffer.from(same.body))).toBe(sum(Buffer.from(down.body)));
      await flow.proxy.heal('orders');
    });

  for (const underFault of [false, true])
    test(`keeps the order of pipelined requests, chunked bodies and HEAD${underFault ? ' under a fault' : ''}`, async () => {
      const before = await traffic();
      if (underFault) await flow.proxy.inject('orders', flowFaultOf('IF-12', { seed: 1, rate: 1e-9 }));
      const socket = connect(flow.throughSocket);
      socket.write(
        'HEAD /health HTTP/1.1\r\nhost: x\r\n\r\nGET /health HTTP/1.1\r\nhost: x\r\n\r\nPOST /messages HTTP/1.1\r\n',
      );
      socket.write(
        'host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1a\r\n{"messageId":"c1","amount"',
      );
      socket.write('\r\n3\r\n:1}\r\n0\r\n\r\nGET /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
      const heard = await text(socket);
      expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 201', 'HTTP/1.1 400']);
      expect(heard.match(/"ok":true/g)).toHaveLength(1);
      const { passages } = await traffic(before.lastSeq);
      expect(passages.map(({ method, status }) => `${method} ${status}`)).toEqual([
        'HEAD 200',
        'GET 200',
        'POST 201',
        'GET 400',
      ]);
      expect(passages[2]?.messageIds).toEqual(['c1']);
      await flow.proxy.heal('orders');
    });

  test('takes one fault at a time, and only one that the flow can suffer', async () => {
    await flow.proxy.inject('orders', flowFaultOf('IF-06', { seed: 1 }));
    await expect(flow.proxy.inject('orders', flowFaultOf('IF-12', { seed: 1 }))).rejects.toThrow(/IF-06 is in force/);
    await flow.proxy.heal('orders');
    await flow.proxy.heal('orders');
    expect((await traffic()).faults.slice(-2).map(({ what, fault }) => `${fault.id} ${what}`)).toEqual([
      'IF-06 injected',
      'IF-06 healed',
    ]);
  });

  const CASES: readonly (readonly [FlowFaultId, Partial<FlowFaultOptions>, string, number?])[] = [
    ['IF-01', {}, 'refuses', 5_000],
    ['IF-01', { reset: true, rate: 0.5 }, 'resets some'],
    ['IF-02', {}, 'swallows', 400],
    ['IF-03', { latencyMs: 600, jitterMs: 50 }, 'is late'],
    ['IF-04', {}, 'fails some'],
    ['IF-05', { perMinute: 3 }, 'has a quota'],
    ['IF-06', {}, 'refuses the credential'],
    ['IF-08', {}, 'rejects'],
    ['IF-08', { field: 'amount' }, 'renames a field'],
    ['IF-09', {}, 'drops some of a batch'],
    ['IF-10', { rate: 0.2 }, 'delivers twice'],
    ['IF-11', {}, 'delivers late'],
    ['IF-12', { rate: 0.2 }, 'loses some'],
    ['IF-15', {}, 'holds back'],
    ['IF-24', { rate: 0.5 }, 'truncates'],
  ];
  for (const [id, options, name, timeoutMs] of CASES)
    test(`${id} ${name}: absent before, present while injected, absent when healed`, async () => {
      const fault = flowFaultOf(id, { seed: 11, ...options });
      const healthy = { status: 200 };
      const ask = () => flow.through.send({ method: 'GET', path: '/health', timeoutMs: 5_000 });
      // Few tries are enough where nothing is injected.
      expect(await flow.show({ ...fault, ...('rate' in fault ? { rate: 0.9 } : {}) }, timeoutMs)).toMatchObject({
        shown: false,
      });
      await flow.proxy.inject('orders', fault);
      expect(await flow.show(fault, timeoutMs)).toMatchObject({ shown: true });
      await flow.proxy.heal('orders');
      expect(await ask()).toMatchObject(healthy);
      expect(await flow.show({ ...fault, ...('rate' in fault ? { rate: 0.9 } : {}) }, timeoutMs)).toMatchObject({
        shown: false,
      });
      const { counters } = await traffic();
      expect(counters).toMatchObject({ held: 0, open: 0 });
    });

  test('the same seed hits the same messages, another seed others', async () => {
    const hits = async (fault: FlowFault, word: string) => {
      const { lastSeq } = await traffic();
      await flow.proxy.inject('orders', fault);
      for (let at = 0; at < 60; at += 1) await flow.through.send(post([`${word}-${at}`]));
      await flow.proxy.heal('orders');
      const { passages } = await traffic(lastSeq);
      const lost = passages
        .filter(({ handling }) => handling === 'lost')
        .map(({ messageIds }) => messageIds[0]?.split('-')[1]);
      const arrived = await flow.arrived();
      expect(arrived.filter((id) => id.startsWith(`${word}-`))).toHaveLength(60 - lost.length);
      return lost;
    };
    const first = await hits(flowFaultOf('IF-12', { seed: 5, rate: 0.2 }), 'first');
    expect(first.length).toBeGreaterThan(2);
    expect(await hits(flowFaultOf('IF-12', { seed: 5, rate: 0.2 }), 'again')).toEqual(first);
    expect(await hits(flowFaultOf('IF-12', { seed: 6, rate: 0.2 }), 'other')).not.toEqual(first);
  });

  test('a batch loses items and is reported as stored; the log has their ids', async () => {
    const { lastSeq } = await traffic();
    const ids = Array.from({ length: 100 }, (_, at) => `batch-${at}`);
    await flow.proxy.inject('orders', flowFaultOf('IF-09', { seed: 3 }));
    expect(await flow.through.send(post(ids))).toMatchObject({ status: 201 });
    await flow.proxy.heal('orders');
    const [passage] = (await traffic(lastSeq)).passages;
    const arrived = await flow.arrived();
    expect(passage?.withheldIds.length).toBeGreaterThan(0);
    expect(ids.filter((id) => !arrived.includes(id))).toEqual(passage?.withheldIds);
  });

  test('a flood comes at once when it is let go', async () => {
    const ids = Array.from({ length: 12 }, (_, at) => `flood-${at}`);
    await flow.proxy.inject('orders', flowFaultOf('IF-15', { seed: 1 }));
    for (const id of ids) expect(await flow.through.send(post([id], { waits: 150 }))).toMatchObject({ status: 202 });
    expect((await traffic()).counters).toMatchObject({ held: 12, open: 12 });
    expect((await flow.arrived()).filter((id) => id.startsWith('flood-'))).toEqual([]);
    await flow.proxy.heal('orders');
    expect((await flow.arrived()).filter((id) => id.startsWith('flood-')).toSorted()).toEqual(ids.toSorted());
    const { body } = await flow.direct.send({ method: 'GET', path: '/arrived', timeoutMs: 5_000 });
    expect((JSON.parse(body) as { most: number }).most).toBeGreaterThan(6);
  });

  test('a slow line carries no more bytes per second than it was given', async () => {
    await flow.proxy.inject('orders', flowFaultOf('IF-03', { seed: 1, latencyMs: 0, bytesPerSecond: 100_000 }));
    const began = performance.now();
    await flow.through.send({ method: 'GET', path: '/big?50000', timeoutMs: 10_000 });
    expect(performance.now() - began).toBeGreaterThan(450);
    await flow.proxy.heal('orders');
  });

  test('a connection that went round the proxy is seen with its program; those of the proxy and of our probes are not', async () => {
    await flow.through.send({ method: 'GET', path: '/health', timeoutMs: 5_000 });
    await flow.direct.send({ method: 'GET', path: '/health', timeoutMs: 5_000 });
    expect(await flow.proxy.wentRound('orders')).toMatchObject({ byPrograms: [], unattributed: [] });
    await made.environment.start({
      name: 'roundabout',
      argv: ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${flow.targetPort}; cat <&3`],
      cwd: made.environment.folder,
      env: {},
    });
    await until('it is seen', async () => (await flow.proxy.wentRound('orders')).byPrograms.length > 0);
    const { byPrograms } = await flow.proxy.wentRound('orders');
    expect(byPrograms[0]?.process?.command).toContain('cat');
    // A command of the target's own, which alone is told its port.
    const itself = await made.environment.start({
      name: 'itself',
      argv: ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${flow.targetPort}; echo connected; cat <&3`],
      cwd: made.environment.folder,
      env: { PORT: String(flow.targetPort) },
    });
    await until('it is connected', async () => (await readFile(itself.logFile, 'utf8')).includes('connected'));
    expect((await flow.proxy.wentRound('orders')).byPrograms).toHaveLength(1);
    const short = `exec 3<>/dev/tcp/127.0.0.1/${flow.targetPort}; printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
    await made.environment.run({
      name: 'short',
      argv: ['bash', '-c', short],
      cwd: made.environment.folder,
      env: {},
      timeoutMs: 5_000,
    });
    const { byPrograms: named, unattributed } = await flow.proxy.wentRound('orders');
    expect(named.length + unattributed.length).toBe(2);
  });
});

describe(`a flow that does not speak HTTP (${STRONGEST})`, () => {
  test('passes bytes on, and suffers what connections can suffer', async () => {
    await using made = await provisionFor(STRONGEST);
    await using flow = await makeFlow(made.environment, 'tcp');
    const echo = (withinMs: number): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(flow.throughSocket);
        const give = (said: string) => {
          resolve(said);
          socket.destroy();
        };
        socket.setTimeout(withinMs, () => give('silence'));
        socket.on('error', () => give('broken'));
        socket.on('close', () => give('broken'));
        socket.once('data', (said) => give(said.toString()));
        socket.write('hello');
      });
    await until('the echo answers', async () => (await echo(5_000)) === 'hello');
    await flow.proxy.inject('orders', flowFaultOf('IF-01', { seed: 1 }));
    expect(await echo(5_000)).toBe('broken');
    await flow.proxy.heal('orders');
    expect(await echo(5_000)).toBe('hello');
    await flow.proxy.inject('orders', flowFaultOf('IF-02', { seed: 1 }));
    expect(await echo(300)).toBe('silence');
    await flow.proxy.heal('orders');
    await flow.proxy.inject('orders', flowFaultOf('IF-01', { seed: 1, reset: true }));
    expect(await echo(5_000)).toBe('broken');
    await flow.proxy.heal('orders');
    await flow.proxy.inject('orders', flowFaultOf('IF-03', { seed: 1, latencyMs: 200 }));
    const began = performance.now();
    expect(await echo(5_000)).toBe('hello');
    expect(performance.now() - began).toBeGreaterThan(400);
    await flow.proxy.heal('orders');
    await expect(flow.proxy.inject('orders', flowFaultOf('IF-12', { seed: 1 }))).rejects.toThrow(
      /needs a flow that speaks http/,
    );
    const { counters } = await flow.proxy.traffic('orders');
    expect(counters).toMatchObject({ requests: 0, messages: 0 });
    expect(counters.bytesReceived).toBeGreaterThanOrEqual(15);
  });
});

for (const level of LEVELS)
  describe.skipIf(AGAINST.get(level) !== undefined)(`at level ${level}`, () => {
    test('a proxy that was killed is an error of the environment', async () => {
      await using made = await provisionFor(level);
      await using flow = await makeFlow(made.environment);
      expect(await flow.through.send(post(['k1']))).toMatchObject({ status: 201 });
      const proxy = made.journal.planned.find(({ name }) => name === 'flow-proxy');
      process.kill(Number(proxy?.facts['pid']), 'SIGKILL');
      await until('it is noticed', () =>
        flow.proxy.traffic('orders').then(
          () => false,
          () => true,
        ),
      );
      await expect(flow.proxy.traffic('orders')).rejects.toMatchObject({
        code: 'environment-not-ready',
        message: expect.stringContaining('the fault proxy has ended'),
      });
      await expect(flow.proxy.inject('orders', flowFaultOf('IF-06', { seed: 1 }))).rejects.toThrow(/SIGKILL/);
    });

    test('two flows have addresses and faults of their own', async () => {
      await using made = await provisionFor(level);
      await using flow = await makeFlow(made.environment);
      const other = await startTarget(made.environment);
      const { port, directSocket } = await flow.proxy.listen('invoices', { port: other, speaks: 'http' });
      expect(port).not.toBe(flow.address.port);
      expect(directSocket).not.toBe(flow.address.directSocket);
      await flow.proxy.inject('invoices', flowFaultOf('IF-06', { seed: 1 }));
      expect(await flow.through.send(post(['x1']))).toMatchObject({ status: 201 });
      const asked = await made.environment.run({
        name: 'asks',
        argv: ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`],
        cwd: made.environment.folder,
        env: {},
        timeoutMs: 10_000,
      });
      expect(asked.stdout).toContain('401 Unauthorized');
      expect((await flow.proxy.traffic('invoices')).counters.byHandling).toEqual({ answered: 1 });
      expect((await flow.proxy.traffic('orders')).counters.byHandling).toEqual({ passed: 1 });
    });
  });

test('closing a proxy that never had a flow does nothing', async () => {
  await using made = await provisionFor(STRONGEST);
  await createFlowProxy({ environment: made.environment, clock }).close();
  expect(made.journal.planned.some(({ name }) => name === 'flow-proxy')).toBe(false);
});
