import { createHash, randomBytes } from 'node:crypto';
import { isPassword } from './passwords.js';

const SESSION_HOURS = 12;

/** Returns the session's token, or undefined when these credentials open nothing. */
export async function logIn(store, { email, password }) {
  const user = await store.first('select id, password from users where email = ? and active', [
    String(email ?? '')
      .trim()
      .toLowerCase(),
  ]);
  if (user === undefined || !isPassword(user.password, String(password ?? ''))) return undefined;
  const token = randomBytes(24).toString('base64url');
  await store.transaction(async (tx) => {
    const expires = new Date(Date.now() + SESSION_HOURS * 3_600_000);
    await tx.change('insert into sessions (token_hash, user_id, expires_at) values (?, ?, ?)', [
      digest(token),
      user.id,
      expires,
    ]);
    await tx.change('update users set last_login = current_timestamp where id = ?', [user.id]);
  });
  return token;
}

export async function logOut(store, token) {
  if (token !== undefined) await store.change('delete from sessions where token_hash = ?', [digest(token)]);
}

export async function findUser(store, token) {
  if (token === undefined) return undefined;
  const sql = `select u.id, u.email, u.name, u.role from sessions s join users u on u.id = s.user_id
               where s.token_hash = ? and s.expires_at > current_timestamp and u.active`;
  return store.first(sql, [digest(token)]);
}

// The table holds no token that could be used: a copy of the database opens no session.
function digest(token) {
  return createHash('sha256').update(token).digest('hex');
}
