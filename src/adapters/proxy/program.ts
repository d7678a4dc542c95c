/**
 * A program of its own, run inside each environment that has flows: the fault proxy. Its first argument is the path of its
 * control socket. It ends with the environment, like every process in it.
 */
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Traffic } from '../../flow/proxy.ts';
import { messageOf } from '../../kernel/errors.ts';
import { FlowServer } from './flow-server.ts';
import type { Numbered, ProxyAnswer, ProxyRequest } from './protocol.ts';

const controlSocket = process.argv[2] ?? '';
const flows = new Map<string, FlowServer>();

async function perform(request: ProxyRequest): Promise<Traffic | null> {
  switch (request.do) {
    case 'listen': {
      const server = new FlowServer(request);
      await server.open();
      flows.set(request.flow, server);
      return null;
    }
    case 'inject':
      await find(request.flow).inject(request.fault);
      return null;
    case 'heal':
      await find(request.flow).heal();
      return null;
    case 'traffic':
      return find(request.flow).log.since(request.since);
  }
}

function find(flow: string): FlowServer {
  const found = flows.get(flow);
  if (found === undefined) throw new Error(`there is no flow ${flow}`);
  return found;
}

async function answer({ serial, ...request }: Numbered): Promise<ProxyAnswer> {
  try {
    return { serial, trouble: null, traffic: await perform(request) };
  } catch (error) {
    return { serial, trouble: messageOf(error), traffic: null };
  }
}

function serve(socket: Socket): void {
  socket.on('error', () => socket.destroy());
  const lines = createInterface({ input: socket });
  lines.on('error', () => socket.destroy()); // hands on those of the socket
  lines.on('line', (line) => {
    answer(JSON.parse(line) as Numbered)
      .then((said) => socket.write(`${JSON.stringify(said)}\n`))
      .catch(() => socket.destroy());
  });
}

const control = createServer(serve);
await once(control.listen({ path: controlSocket }), 'listening');
chmodSync(controlSocket, 0o666); // the folder is private
