import { expect, test } from 'vitest';
import { parseConnections } from './round-watch.ts';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (ends: string, state: string, inode = 0): string =>
  `   0: ${ends} ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000000000000000 20 4 0 10 -1\n`;

test('both ends of a connection are one, seen from the side that connected', () => {
  const table =
    HEAD +
    row('0100007F:4E20 00000000:0000', '0A', 1) +
    row('0100007F:4E20 0100007F:9C40', '01', 2) +
    row('0100007F:9C40 0100007F:4E20', '01', 3);
  expect(parseConnections(table, 20_000)).toEqual([{ from: '127.0.0.1:40000', inode: '3' }]);
});

test('those of the proxy are left out, closed ones and other ports too where they belong', () => {
  const table =
    HEAD +
    row('0100007F:4E20 01004D7F:9C40', '01', 2) +
    row('01004D7F:9C41 0100007F:4E20', '06') +
    row('0100007F:9C42 0100007F:4E21', '01', 4) +
    row('0100007F:9C43 0200A8C0:4E20', '01', 5) +
    row('0100007F:4E20 0100007F:9C44', '06');
  expect(parseConnections(table, 20_000)).toEqual([{ from: '127.0.0.1:40004', inode: '0' }]);
});

test('IPv6 is read as well, mapped addresses as what they stand for', () => {
  const one = '00000000000000000000000001000000';
  const mapped = (word: string) => `0000000000000000FFFF0000${word}`;
  const table =
    HEAD +
    row(`${one}:9C40 ${one}:4E20`, '01', 7) +
    row(`${mapped('0100007F')}:4E20 ${mapped('01004D7F')}:9C41`, '01', 8) +
    row(`${mapped('0100007F')}:4E20 ${mapped('0100007F')}:9C42`, '01', 9);
  expect(parseConnections(table, 20_000)).toEqual([
    { from: '[::1]:40000', inode: '7' },
    { from: '127.0.0.1:40002', inode: '0' },
  ]);
});
