import { createRequire } from 'node:module';
import { join } from 'node:path';

// A release may be copied to a place without node_modules above it; APP_MODULES then names the folder that has them.
const modules = process.env.APP_MODULES;
const require = createRequire(modules ? join(modules, 'release.js') : import.meta.url);
const pg = loadDriver();

export const engine = 'postgres';

const INT8 = 20;
const DATE = 1082;
pg.types.setTypeParser(INT8, Number);
pg.types.setTypeParser(DATE, (text) => text);

export async function openPool(url) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 3000,
    application_name: 'harbour-crm',
  });
  // Without a listener a restart of the server would end this process.
  pool.on('error', (error) => console.error(`database connection lost: ${error.message}`));
  return pool;
}

function loadDriver() {
  try {
    return require('pg');
  } catch (cause) {
    throw new Error('the module "pg" was not found; set APP_MODULES to a folder whose node_modules has it', { cause });
  }
}

export function closePool(pool) {
  return pool.end();
}

export async function execute(connection, sql, values) {
  let position = 0;
  const text = sql.replaceAll('?', () => `$${++position}`);
  const result = await connection.query(text, values);
  return { rows: result.rows, changed: result.rowCount ?? 0 };
}

export async function executeScript(connection, text) {
  await connection.query(text);
}

export async function inTransaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await client.query('rollback').then(
      () => client.release(),
      (lost) => client.release(lost),
    );
    throw error;
  }
}

/** Says what a failed statement means to a caller: `constraint`, `unavailable` or `broken`. */
export function describeError(error) {
  const code = String(error?.code ?? '');
  if (/^23/.test(code)) return 'constraint';
  if (/^(08|57P|53)/.test(code) || /^E[A-Z]+$/.test(code) || /timeout|terminated/i.test(String(error?.message)))
    return 'unavailable';
  return 'broken';
}
