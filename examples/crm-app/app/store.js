/**
 * The only way to the database. Statements are written once, with `?` for values; what differs between engines
 * stands in that engine's dialect file and nowhere else.
 */
const DIALECTS = { postgres: './dialect-postgres.js', postgresql: './dialect-postgres.js' };

export async function openStore(url) {
  const scheme = url.slice(0, url.indexOf(':'));
  const file = DIALECTS[scheme];
  if (file === undefined) throw new Error(`no dialect for "${scheme}:" (known: ${Object.keys(DIALECTS).join(', ')})`);
  const dialect = await import(file);
  const pool = await dialect.openPool(url);
  return {
    engine: dialect.engine,
    describeError: dialect.describeError,
    ...statementsOn(dialect, pool),
    transaction: (work) => dialect.inTransaction(pool, (connection) => work(statementsOn(dialect, connection))),
    close: () => dialect.closePool(pool),
  };
}

function statementsOn(dialect, connection) {
  const rows = async (sql, values = []) => (await dialect.execute(connection, sql, values)).rows;
  return {
    rows,
    first: async (sql, values) => (await rows(sql, values))[0],
    /** Returns how many rows were changed. */
    change: async (sql, values = []) => (await dialect.execute(connection, sql, values)).changed,
    insert: (table, row) => insertRow(dialect, connection, { table, row }),
    /** Runs a file of statements in the engine's own language. */
    script: (text) => dialect.executeScript(connection, text),
  };
}

async function insertRow(dialect, connection, { table, row }) {
  const columns = Object.keys(row);
  const sql = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')}) returning id`;
  const result = await dialect.execute(connection, sql, Object.values(row));
  return result.rows[0].id;
}
