import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A stored password is `sha256:<salt>:<hex of sha256(salt + password)>`. It is cheap on purpose, so that a test can
 * log in as every user in a second. A program that faces the internet needs a slow hash.
 */
export function hashPassword(password, salt = randomBytes(8).toString('hex')) {
  const hex = createHash('sha256')
    .update(salt + password, 'utf8')
    .digest('hex');
  return `sha256:${salt}:${hex}`;
}

export function isPassword(stored, password) {
  const [scheme, salt] = stored.split(':');
  if (scheme !== 'sha256' || salt === undefined) return false;
  const expected = Buffer.from(stored);
  const given = Buffer.from(hashPassword(password, salt));
  return expected.length === given.length && timingSafeEqual(expected, given);
}
