/** What the flows need of the engine beyond the statements that every engine understands. */

/** Lets `work` run when nobody else works on this flow; the lock falls with the connection, so a crash leaves none. */
export function underFlowLock(store, { flow, wait }, work) {
  return store.transaction(async (tx) => {
    if (wait) {
      await tx.script("set local lock_timeout = '60s'");
      await tx.rows('select pg_advisory_xact_lock(7302, hashtext(?))', [flow]);
    } else {
      const { free } = await tx.first('select pg_try_advisory_xact_lock(7302, hashtext(?)) as free', [flow]);
      if (!free) return undefined;
    }
    return work();
  });
}

export async function isFlowLocked(store, flow) {
  const { n } = await store.first(
    `select count(*) as n from pg_locks where locktype = 'advisory' and classid = 7302 and granted
     and objid = (hashtext(?)::bigint & 4294967295)::oid and database = (select oid from pg_database where datname = current_database())`,
    [flow],
  );
  return n > 0;
}

/** Says to the log of changes who works in this transaction. */
export function signAs(tx, name) {
  return tx.rows("select set_config('crm.user', ?, true)", [name]);
}

/** Keeps this transaction out of the log of changes, and with that out of every flow. */
export function beQuiet(tx) {
  return tx.rows("select set_config('crm.quiet', 'on', true)");
}

/** The same database as another role. A URL of PostgreSQL may have no host, which the class URL refuses. */
export function urlAs(url, role) {
  return url
    .replace(/^(\w+:\/\/)(?:[^/?@:]*(:[^/?@]*)?@)?/, (_, scheme, password = '') => `${scheme}${role}${password}@`)
    .replace(/([?&])user=[^&]*&?/, '$1');
}
