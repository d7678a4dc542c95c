import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { RollproofError } from '../../kernel/errors.ts';
import type { GateAnswer, GateRequest, GateSettings } from './gate-protocol.ts';

type WithoutSerial<Request> = Request extends unknown ? Omit<Request, 'serial'> : never;

export interface GateClient {
  /** Answers with a port where one was asked for. */
  ask(request: WithoutSerial<GateRequest>): Promise<number>;
}

/** In the bundle the gate lies beside it as a program of its own. */
export function gateArgv(settings: GateSettings): readonly [string, ...string[]] {
  const file = new URL(import.meta.url.endsWith('.ts') ? './gate.ts' : './gate.js', import.meta.url);
  return [process.execPath, fileURLToPath(file), JSON.stringify(settings)];
}

/** The first request waits until the gate has said that it is there. */
export function openGateClient(child: ChildProcess): GateClient {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null)
    throw new RollproofError('invariant-broken', 'the gate was started without pipes');
  const waiting = new Map<number, { resolve(port: number): void; reject(error: Error): void }>();
  let serial = 0;
  const awaitAnswer = (to: number): Promise<number> =>
    new Promise((resolve, reject) => waiting.set(to, { resolve, reject }));

  const greeting = awaitAnswer(0);
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as GateAnswer;
    const asker = waiting.get(answer.serial);
    waiting.delete(answer.serial);
    if (answer.trouble === null) asker?.resolve(answer.port);
    else
      asker?.reject(new RollproofError('environment-not-ready', `the environment's gate answered: ${answer.trouble}`));
  });
  lines.once('close', () => {
    for (const asker of waiting.values())
      asker.reject(new RollproofError('environment-not-ready', "the environment's gate has ended"));
    waiting.clear();
  });
  for (const stream of [stdout, lines]) stream.on('error', () => lines.close());
  stdin.on('error', () => undefined); // the gate has ended: `close` above tells whoever waits
  greeting.catch(() => undefined); // whoever asks hears of it
  return {
    ask: async (request) => {
      await greeting;
      serial += 1;
      const answered = awaitAnswer(serial);
      if (stdout.destroyed || stdout.readableEnded) {
        waiting.delete(serial);
        throw new RollproofError('environment-not-ready', "the environment's gate has ended");
      }
      stdin.write(`${JSON.stringify({ ...request, serial })}\n`);
      return answered;
    },
  };
}
