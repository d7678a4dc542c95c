import { HttpError } from './http-error.js';

/**
 * Returns whose rows may be touched: `all` or `own`. A right marked public holds for everybody, logged in or not.
 * Throws 401 for a stranger and 403 for a user whose role has no such right.
 */
export async function requireRight(store, { user, resource, action }) {
  const rights = await store.rows('select role, scope, public from permissions where resource = ? and action = ?', [
    resource,
    action,
  ]);
  if (rights.some((right) => right.public)) return 'all';
  if (user === undefined) throw new HttpError(401, 'please log in');
  const right = rights.find((each) => each.role === user.role);
  if (right === undefined) throw new HttpError(403, `the role ${user.role} may not ${action} ${resource}`);
  return right.scope;
}

export async function readableResources(store, user) {
  const rows = await store.rows(
    "select distinct resource from permissions where action = 'read' and (role = ? or public) order by resource",
    [user.role],
  );
  return rows.map((row) => row.resource);
}
