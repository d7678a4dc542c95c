import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/process/clock.ts';
import { createProcessHost } from '../../src/adapters/process/host.ts';
import type { Environment, Host, IsolationLevel, ProvisionRequest, Resource } from '../../src/environment/host.ts';

export const clock = systemClock();

export interface RecordedJournal {
  readonly planned: Resource[];
  readonly released: Resource[];
}

export interface TestEnvironment extends AsyncDisposable {
  readonly stateFolder: string;
  readonly host: Host;
  readonly environment: Environment;
  readonly journal: RecordedJournal;
}

/** Readable by every account, because processes inside may run as another one. */
export async function makeStateFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rpt-'));
}

/** An environment of its own; released at the end of the block, and its state folder removed. */
export async function provisionFor(
  level: IsolationLevel,
  part: Partial<ProvisionRequest> = {},
): Promise<TestEnvironment> {
  const stateFolder = await makeStateFolder();
  const host = createProcessHost({ stateFolder, clock, levels: [level] });
  const journal: RecordedJournal = { planned: [], released: [] };
  const environment = await host.provision({
    id: 'contract',
    leaseMs: 60_000,
    atLeast: 'none',
    resources: {
      planned: async (resource) => void journal.planned.push(resource),
      released: async (resource) => void journal.released.push(resource),
    },
    ...part,
  });
  return {
    stateFolder,
    host,
    environment,
    journal,
    [Symbol.asyncDispose]: async () => {
      await environment.release();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}

/** Undefined when it works here; else why not. */
export async function reasonAgainst(level: IsolationLevel): Promise<string | undefined> {
  try {
    await createProcessHost({ stateFolder: '/nonexistent', clock, levels: [level] }).probe();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Waits for a condition; fails with its name when it does not come true. */
export async function until(
  name: string,
  condition: () => Promise<boolean> | boolean,
  withinMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${name}`);
    await clock.wait(10);
  }
}

/** Everything that a server says, or the error's code. */
export function hear(place: string | { readonly host: string; readonly port: number }): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = typeof place === 'string' ? connect(place) : connect(place);
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.once('close', () => resolve(heard));
  });
}
