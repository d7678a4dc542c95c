import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { deciderOf } from '../../flow/decisions.ts';
import type { FlowFault } from '../../flow/flow-fault.ts';
import { HeldMessages } from './held-messages.ts';
import { HttpConnection } from './http-connection.ts';
import type { ActiveFault, Lane, Way } from './lane.ts';
import type { ListenRequest } from './protocol.ts';
import { carryTcp } from './tcp-connection.ts';
import { TrafficLog } from './traffic-log.ts';

/** One flow: where it connects to, and what is done to it. */
export class FlowServer {
  readonly log = new TrafficLog();
  readonly #settings: ListenRequest;
  readonly #connections = new Set<Socket>();
  readonly #lane: Lane;
  #active: ActiveFault | undefined;
  #server: Server | undefined;

  constructor(settings: ListenRequest) {
    this.#settings = settings;
    const way: Way = { host: '127.0.0.1', port: settings.target, localAddress: settings.source };
    const active = (): ActiveFault | undefined => this.#active;
    this.#lane = {
      way,
      log: this.log,
      held: new HeldMessages(way, this.log),
      swallowed: new Set(),
      get active() {
        return active();
      },
    };
  }

  async open(): Promise<void> {
    await openDirect(this.#settings);
    await this.#listen();
  }

  async inject(fault: FlowFault): Promise<void> {
    if (this.#active !== undefined) throw new Error(`${this.#active.fault.id} is in force, one fault at a time`);
    this.#active = { fault, decide: deciderOf(fault) };
    this.log.fault('injected', fault);
    if (fault.kind === 'refuse') await this.#refuse();
  }

  async heal(): Promise<void> {
    const healed = this.#active?.fault;
    if (healed === undefined) return;
    if (healed.kind === 'refuse') await this.#listen();
    this.#active = undefined;
    this.log.fault('healed', healed);
    for (const connection of this.#lane.swallowed) connection.resetAndDestroy();
    await this.#lane.held.releaseAtOnce();
  }

  async #listen(): Promise<void> {
    // Half-open: a client that has said everything still waits for the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    await once(server.listen({ host: '127.0.0.1', port: this.#settings.port }), 'listening');
    this.#server = server;
  }

  #accept(client: Socket): void {
    this.log.connected();
    this.#connections.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => this.#connections.delete(client));
    if (this.#settings.speaks === 'tcp') carryTcp(client, this.#lane);
    else new HttpConnection(client, this.#lane).begin();
  }

  async #refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
    for (const connection of this.#connections) connection.resetAndDestroy();
    await closed;
  }
}

/** For our own probes: past the faults, uncounted, and from an address that shows that it is not the flow. */
async function openDirect({ target, directSource, directSocket }: ListenRequest): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({
      host: '127.0.0.1',
      port: target,
      localAddress: directSource,
      noDelay: true,
      allowHalfOpen: true,
    });
    for (const socket of [client, upstream]) socket.on('error', () => socket.destroy());
    client.once('close', () => upstream.destroy());
    upstream.once('close', () => client.destroySoon());
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await once(server.listen({ path: directSocket }), 'listening');
  chmodSync(directSocket, 0o666); // the folder is private
}
