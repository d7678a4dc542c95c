import { expect, test } from 'vitest';
import { parsePasswords } from './passwords.ts';

test('plain and quoted fields, with or without a heading', () => {
  const text = '\uFEFFuser,password\r\nann,secret\r\n"o\'brien, b","say ""hi"",\nthen go"\r\n\r\nempty,\r\n';
  expect([...parsePasswords(text)]).toEqual([
    ['ann', 'secret'],
    ["o'brien, b", 'say "hi",\nthen go'],
    ['empty', ''],
  ]);
  expect([...parsePasswords('ann,x')]).toEqual([['ann', 'x']]);
  expect(parsePasswords('').size).toBe(0);
});

test.each([
  ['ann,geheim\nann,geheim', 'line 2 of the password file names ann a second time'],
  ['ann,geheim,geheim', 'line 1 of the password file has 3 fields instead of user and password'],
  ['geheim', 'line 1 of the password file has 1 fields instead of user and password'],
  ['ann,"geheim', 'line 1 of the password file cannot be read: check its quotes'],
])('%j is refused without showing a password', (text, message) => {
  expect(() => parsePasswords(text)).toThrow(message);
});
