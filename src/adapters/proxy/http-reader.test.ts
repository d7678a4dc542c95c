import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HttpReader, methodOf, type ReadMessage, statusOf } from './http-reader.ts';

function readAll(reader: HttpReader, bytes: Buffer, cuts: readonly number[] = []): readonly ReadMessage[] {
  const places = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].toSorted(
    (a, b) => a - b,
  );
  const messages: ReadMessage[] = [];
  for (const [at, from] of places.entries()) {
    const chunk = bytes.subarray(from, places[at + 1] ?? from);
    for (let offset = 0; offset < chunk.length; ) {
      const { next, message } = reader.read(chunk, offset);
      expect(next).toBeGreaterThan(offset);
      offset = next;
      if (message !== undefined) messages.push(message);
    }
  }
  return messages;
}

function requestReader(bodyLimit = 1_000_000): HttpReader {
  const reader = new HttpReader({ side: 'request' });
  reader.bodyLimit = bodyLimit;
  return reader;
}

function write(body: Buffer, isChunked: boolean, pieces: readonly number[]): Buffer {
  const head = 'POST /x?y=1 HTTP/1.1\r\nHost: a\r\n';
  if (!isChunked) return Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
  const parts: Buffer[] = [Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`)];
  let at = 0;
  for (const piece of [...pieces, body.length]) {
    const part = body.subarray(at, at + piece);
    if (part.length > 0) parts.push(Buffer.from(`${part.length.toString(16)};ext=1\r\n`), part, Buffer.from('\r\n'));
    at += part.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nTrailer: t\r\n\r\n')]);
}

test('messages are the same however their bytes are cut', () => {
  const message = fc.record({
    body: fc.uint8Array({ maxLength: 200 }),
    isChunked: fc.boolean(),
    pieces: fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.map(({ body, isChunked, pieces }) => write(Buffer.from(body), isChunked, pieces)),
        );
        const reader = requestReader();
        const read = readAll(reader, bytes, cuts);
        expect(read.map(({ body }) => body?.toString('hex'))).toEqual(
          sent.map(({ body }) => Buffer.from(body).toString('hex')),
        );
        expect(read.every(({ head }) => methodOf(head) === 'POST')).toBe(true);
        expect(reader.isIdle).toBe(true);
      },
    ),
  );
});

test('a body beyond the limit is counted and not kept', () => {
  const [message] = readAll(requestReader(10), write(Buffer.alloc(11), false, []));
  expect(message).toMatchObject({ body: null, bytes: 11 });
  const [small] = readAll(requestReader(11), write(Buffer.alloc(11), false, []));
  expect(small?.body).toHaveLength(11);
});

test('answers without a body are over with their head', () => {
  const methods = ['HEAD', 'GET'];
  const reader = new HttpReader({ side: 'answer', methodAsked: () => methods.shift() });
  const bytes =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
  expect(readAll(reader, Buffer.from(bytes)).map(({ head, bytes: size }) => [statusOf(head), size])).toEqual([
    [100, 0],
    [204, 0],
    [200, 0],
    [200, 2],
  ]);
});

test('an answer without a length is over when the connection is', () => {
  const reader = new HttpReader({ side: 'answer' });
  expect(readAll(reader, Buffer.from('HTTP/1.0 200 OK\r\n\r\nabc'))).toEqual([]);
  expect(reader.end()).toMatchObject({ bytes: 3 });
});

test('after a change of protocol nothing is understood any more', () => {
  const reader = new HttpReader({ side: 'answer' });
  expect(readAll(reader, Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\nanything'))).toEqual([]);
  expect(reader.isOpaque).toBe(true);
});
