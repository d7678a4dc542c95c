import { unixHttpClient } from '../adapters/http/unix-client.ts';
import { type Connection, connect } from '../adapters/postgres/connection.ts';
import { type CheckPlace, firstValue } from '../drill/activities/checks.ts';
import { RollproofError } from '../kernel/errors.ts';
import type { Facts } from '../proof/facts.ts';

/** The systems of a kept environment, reached from our side and only read. */
export function keptPlace(kept: Facts['kept']): CheckPlace {
  return {
    sql: async (system, sql, timeoutMs) => {
      const connection = await connectKept(kept, system, timeoutMs);
      try {
        // Both: a text that ends the transaction still finds itself in one that only reads.
        await connection.query('set session characteristics as transaction read only; begin read only');
        return firstValue(await connection.query(sql));
      } finally {
        await connection.close();
      }
    },
    http: async (system, path, timeoutMs) => {
      const socketPath = kept.sockets[system];
      if (socketPath === undefined) throw new RollproofError('could-not-read', `${system} was not kept`);
      await using client = unixHttpClient({ socketPath });
      return await client.send({ method: 'GET', path, headers: {}, timeoutMs });
    },
    run: async (system) => {
      throw new RollproofError('could-not-read', `a command of ${system} is not repeated after its drill`, {
        hint: `Look yourself with: rollproof env shell ${kept.environment}`,
      });
    },
  };
}

/** Law 6: only the server that says of itself that it belongs to this environment. */
async function connectKept(kept: Facts['kept'], system: string, statementTimeoutMs: number): Promise<Connection> {
  const store = kept.stores[system];
  if (store?.kind !== 'postgres') throw new RollproofError('could-not-read', `${system} was not kept as a database`);
  const connection = await connect(store.address, { statementTimeoutMs });
  try {
    const [row] = await connection.query("select current_setting('cluster_name') as cluster");
    if (row?.['cluster'] === kept.environment) return connection;
    throw new RollproofError(
      'identity-mismatch',
      `the server of ${system} says it belongs to ${JSON.stringify(row?.['cluster'] ?? '')} instead of ${JSON.stringify(kept.environment)}`,
      {
        hint: 'Nothing was asked; look who put another server in its place.',
      },
    );
  } catch (error) {
    await connection.close();
    throw error;
  }
}
