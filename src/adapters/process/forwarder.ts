import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Joins connections that arrive at some listening places to one TCP port of this namespace. */
export interface Forwarder {
  /** Ends connections to the old target. Null: nobody listens any more. */
  switchTo(port: number | null): Promise<void>;
}

export type Place = { readonly socket: string } | { readonly port: number };

export function createForwarder(places: readonly Place[]): Forwarder {
  let target: number | null = null;
  let servers: readonly Server[] = [];
  const connections = new Set<Socket>();

  const accept = (incoming: Socket): void => {
    track(incoming, connections);
    if (target === null) incoming.destroy();
    else forward(incoming, target, connections);
  };

  return {
    switchTo: async (port) => {
      target = port;
      for (const connection of connections) connection.destroy();
      if (port === null) {
        await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
        servers = [];
      } else if (servers.length === 0) {
        servers = await Promise.all(places.map((place) => listen(place, accept)));
      }
    },
  };
}

async function listen(place: Place, accept: (incoming: Socket) => void): Promise<Server> {
  // Half-open: a client that has said everything still waits for the answer.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  await once(
    server.listen('socket' in place ? { path: place.socket } : { host: '127.0.0.1', port: place.port }),
    'listening',
  );
  // The folder is private; the socket itself must be usable by the account inside.
  if ('socket' in place) chmodSync(place.socket, 0o666);
  return server;
}

function forward(incoming: Socket, port: number, connections: Set<Socket>): void {
  reach(port, (outgoing) => {
    if (outgoing === undefined || incoming.destroyed) {
      outgoing?.destroy();
      incoming.destroy();
      return;
    }
    track(outgoing, connections);
    incoming.once('close', () => outgoing.destroy());
    outgoing.once('close', () => incoming.destroy());
    incoming.pipe(outgoing);
    outgoing.pipe(incoming);
  });
}

/** In the table of connections ours are told from those of programs by where they come from, also when they are over. */
const SOURCE = '127.77.2.1';

/** A server on "localhost" may listen on IPv6 only. */
function reach(port: number, done: (outgoing: Socket | undefined) => void): void {
  const attempt = (host: string, otherwise: () => void): void => {
    const from = host === '127.0.0.1' ? { localAddress: SOURCE } : {};
    const outgoing = connect({ host, port, ...from, allowHalfOpen: true, noDelay: true });
    outgoing.once('error', otherwise);
    outgoing.once('connect', () => {
      outgoing.removeListener('error', otherwise);
      done(outgoing);
    });
  };
  attempt('127.0.0.1', () => attempt('::1', () => done(undefined)));
}

function track(connection: Socket, connections: Set<Socket>): void {
  connections.add(connection);
  connection.on('error', () => connection.destroy());
  connection.once('close', () => connections.delete(connection));
}
