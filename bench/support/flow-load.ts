// Run inside an environment by proxy.bench.ts. `serve PORT`: an endpoint. `load WHAT PORT…`: the same load on each port in
// turn, many rounds, so that whatever else the machine does hits them alike; prints one JSON line.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { median } from './samples.ts';

const PIECE = Buffer.alloc(64 * 1024, 'x');
const BYTES = 128 * 2 ** 20;
const ROUNDS = 5;
const REQUESTS = 2_000;
const BODY = JSON.stringify({ messageId: 'm-1', amount: 12, note: 'an ordinary small message of a flow' });
const HEADERS = `POST /messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n`;
const SMALL = Buffer.from(HEADERS + BODY);
const BIG = Buffer.from('GET /big HTTP/1.1\r\nhost: x\r\n\r\n');

async function send(socket: NodeJS.WritableStream): Promise<void> {
  for (let sent = 0; sent < BYTES; sent += PIECE.length) if (!socket.write(PIECE)) await once(socket, 'drain');
}

/** HTTP on the port; on the next one plain TCP: whoever connects gets the bytes. */
async function serve(port: number): Promise<void> {
  const http = createServer((request, answer) => {
    request.resume();
    if (request.url === '/big') {
      answer.writeHead(200, { 'content-length': BYTES });
      send(answer).then(
        () => answer.end(),
        () => answer.destroy(),
      );
    } else request.on('end', () => answer.end('{"stored":1}'));
  });
  const tcp = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
    send(socket).then(
      () => socket.end(),
      () => socket.destroy(),
    );
  });
  await once(http.listen(port, '127.0.0.1'), 'listening');
  await once(tcp.listen(port + 1, '127.0.0.1'), 'listening');
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Megabytes (a million bytes) per second of one transfer. */
async function transfer(port: number): Promise<number> {
  const socket = await open(port);
  const began = performance.now();
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= BYTES) socket.destroy();
    });
    socket.write(BIG);
  });
  if (bytes < BYTES) throw new Error(`only ${bytes} bytes came`);
  return bytes / 1_000 / (performance.now() - began);
}

/** Microseconds from request to answer on one kept connection, the median. */
async function ping(port: number): Promise<number> {
  const socket = await open(port);
  const took: number[] = [];
  for (let at = 0; at < REQUESTS; at += 1) {
    const began = performance.now();
    socket.write(SMALL);
    await once(socket, 'data');
    took.push((performance.now() - began) * 1_000);
  }
  socket.destroy();
  return median(took);
}

async function load(what: string, ports: readonly number[]): Promise<void> {
  const measure = what === 'transfer' ? transfer : ping;
  const results = ports.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round += 1)
    for (const [at, port] of ports.entries()) {
      const figure = await measure(port);
      if (round > 0) results[at]?.push(figure);
    }
  console.log(JSON.stringify(results));
}

const [, , role = '', ...rest] = process.argv;
if (role === 'serve') await serve(Number(rest[0]));
else await load(rest[0] ?? '', rest.slice(1).map(Number));
