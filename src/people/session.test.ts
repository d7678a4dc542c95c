import { expect, test } from 'vitest';
import { afterCookies, cookieHeader, NO_SESSION } from './session.ts';

const NOW = Date.UTC(2026, 0, 1);

test('cookies are kept, replaced and sent where they belong', () => {
  const first = afterCookies(NO_SESSION, ['sid=1; Path=/; HttpOnly', 'area=x; path=/admin', 'odd==a=b'], NOW);
  expect(cookieHeader(first, '/admin/users?q=1')).toBe('area=x; sid=1; odd==a=b');
  expect(cookieHeader(first, '/administrators')).toBe('sid=1; odd==a=b');
  const second = afterCookies(first, ['sid=2; Secure'], NOW);
  expect(cookieHeader(second, '/')).toBe('odd==a=b; sid=2');
});

test.each(['sid=; Max-Age=0', 'sid=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])('%s removes it', (header) => {
  const session = afterCookies(afterCookies(NO_SESSION, ['sid=1'], NOW), [header], NOW);
  expect(cookieHeader(session, '/')).toBeUndefined();
});

test('Max-Age wins over Expires, and nonsense is left out', () => {
  const session = afterCookies(
    NO_SESSION,
    ['a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60', 'nonsense', '=x'],
    NOW,
  );
  expect(cookieHeader(session, '/')).toBe('a=1');
});
