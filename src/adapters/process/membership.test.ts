import { describe, expect, test } from 'vitest';
import { parsePasswd } from './account.ts';
import { judgeAttempts } from './isolation-log.ts';
import { familyOf, type FoundProcess } from './membership.ts';
import { parseSockets } from './outward-connections.ts';
import { isAlive, parseStat } from './proc.ts';

const found = (pid: number, parent: number, group: number): FoundProcess => ({
  pid,
  parent,
  group,
  startTime: '1',
  command: '',
});

describe('a process', () => {
  test('is read correctly however it calls itself', () => {
    const rest = 'S 10 20 20 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 1 1';
    for (const name of ['node', 'a b', ') S 1 2 3', '(((', 'x) (y']) {
      expect(parseStat(`42 (${name}) ${rest}`)).toEqual({
        pid: 42,
        state: 'S',
        parent: 10,
        group: 20,
        startTime: '987654',
      });
    }
  });

  test('is not taken for another one of the same pid', () => {
    expect(isAlive({ pid: process.pid, startTime: '1' })).toBe(false);
  });
});

describe('the family of a process', () => {
  test('holds descendants in any order and its group, but no strangers', () => {
    const all = [found(5, 4, 5), found(4, 2, 2), found(2, 1, 2), found(6, 1, 2), found(7, 1, 7)];
    expect(familyOf(2, all).map(({ pid }) => pid)).toEqual([5, 4, 2, 6]);
  });
});

describe('the judgement of outward attempts', () => {
  const attempt = { name: 'app', pid: 7, namespace: 'net:[5]', reached: [], isStarted: true };
  const outside = { ...attempt, name: 'outside', reached: ['127.0.0.1:1'] };

  test('counts what was tried inside, apart from the control', () => {
    expect(judgeAttempts([outside, attempt], 'userns', 'net:[5]')).toEqual({
      level: 'userns',
      outsideReached: true,
      attempts: 1,
      escaped: [],
      namespace: 'net:[5]',
    });
  });

  test('names whoever got out, and whoever was in the wrong place', () => {
    const out = { ...attempt, reached: ['127.0.0.1:1'] };
    const lost = { ...attempt, namespace: 'net:[6]', isStarted: false };
    expect(judgeAttempts([attempt, out, lost], 'userns', 'net:[5]')).toMatchObject({
      outsideReached: false,
      escaped: ['app (pid 7) reached 127.0.0.1:1', 'app (pid 7) was in net:[6] and was not started'],
    });
  });
});

test('connections to other machines are told from those to this one', () => {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
  const row = (remote: string, state: string, inode: number): string =>
    `   0: 0100007F:1F90 ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 20 4 24 10 -1`;
  const table = [
    head,
    row('0100007F:1F90', '01', 1),
    row('0A0200C0:01BB', '01', 2),
    row('0A0200C0:01BB', '0A', 3),
    row('0A0200C0:0050', '02', 4),
    row('00000000000000000000000001000000:0050', '01', 5),
    row('0000000000000000FFFF00000100007F:0050', '01', 6),
    row('0000000000000000FFFF00000A0200C0:0050', '01', 7),
    row('000000FD000000000000000002000000:0050', '01', 8),
  ];
  expect(parseSockets(table.join('\n'))).toEqual([
    { inode: '2', remote: '192.0.2.10:443' },
    { inode: '4', remote: '192.0.2.10:80' },
    { inode: '7', remote: '192.0.2.10:80' },
    { inode: '8', remote: '[fd00:0000:0000:0000:0000:0000:0000:0002]:80' },
  ]);
});

test('accounts are read from the lines that are complete', () => {
  expect(parsePasswd('root:x:0:0:root:/root:/bin/bash\n\nbroken\nme:x:1000:100::/home/me:\n')).toEqual([
    { name: 'root', uid: 0, gid: 0 },
    { name: 'me', uid: 1000, gid: 100 },
  ]);
});
