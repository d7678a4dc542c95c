import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What processes inside must not reach. It says a word that nobody else knows, and nothing more. */
export interface OutwardListener {
  readonly nonce: string;
  /** `address:port`: loopback, and the machine's first other address where it has one. */
  readonly targets: readonly string[];
  close(): Promise<void>;
}

export async function openOutwardListener(): Promise<OutwardListener> {
  const nonce = randomBytes(16).toString('hex');
  const servers: Server[] = [];
  const targets: string[] = [];
  for (const address of ['127.0.0.1', ...firstOuterAddress()]) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`${nonce}\n`);
    });
    try {
      await once(server.listen({ host: address, port: 0 }), 'listening');
    } catch (error) {
      if (address === '127.0.0.1') throw error;
      continue; // an address that was just taken away proves nothing either way
    }
    // A forgotten release must not keep the program from ending.
    server.unref();
    servers.push(server);
    targets.push(`${address}:${(server.address() as AddressInfo).port}`);
  }
  return {
    nonce,
    targets,
    close: async () => {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function firstOuterAddress(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address)
    .slice(0, 1);
}
