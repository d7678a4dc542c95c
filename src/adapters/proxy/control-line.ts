import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Traffic } from '../../flow/proxy.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { Numbered, ProxyAnswer, ProxyRequest } from './protocol.ts';

/** Our end of the control socket. */
export interface ControlLine {
  ask(request: ProxyRequest): Promise<Traffic | null>;
  close(): void;
}

/** Undefined: nobody listens there yet. */
export async function openControlLine(path: string, why: () => Promise<string>): Promise<ControlLine | undefined> {
  const socket = await reach(path);
  return socket === undefined ? undefined : controlLine(socket, why);
}

function reach(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => resolve(socket));
  });
}

interface Waiting {
  resolve(traffic: Traffic | null): void;
  reject(error: Error): void;
}

function controlLine(socket: Socket, why: () => Promise<string>): ControlLine {
  const waiting = new Map<number, Waiting>();
  let serial = 0;
  socket.on('error', () => socket.destroy());
  const lines = createInterface({ input: socket });
  lines.on('error', () => socket.destroy()); // hands on those of the socket
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as ProxyAnswer;
    const asker = waiting.get(answer.serial);
    waiting.delete(answer.serial);
    if (answer.trouble === null) asker?.resolve(answer.traffic);
    else asker?.reject(new RollproofError('environment-not-ready', `the fault proxy answered: ${answer.trouble}`));
  });
  const refuse = (asker: Pick<Waiting, 'reject'>): void => {
    why().then((reason) => asker.reject(gone(reason)), asker.reject);
  };
  socket.once('close', () => {
    for (const asker of waiting.values()) refuse(asker);
    waiting.clear();
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          refuse({ reject });
          return;
        }
        serial += 1;
        waiting.set(serial, { resolve, reject });
        const numbered: Numbered = { ...request, serial };
        socket.write(`${JSON.stringify(numbered)}\n`);
      }),
    close: () => socket.destroy(),
  };
}

function gone(why: string): RollproofError {
  return new RollproofError('environment-not-ready', `the fault proxy has ended${why}`, {
    hint: 'The flows were cut off by us, not by the plan: run the drill again.',
  });
}
