import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('fixtures/launcher.mjs', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A launcher with its engine below it, both ended when the block that holds it ends. */
export class Launched implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly lines: string[] = [];
  readonly ended: Promise<Ended>;

  constructor(command: readonly string[], node: string = process.execPath) {
    this.process = spawn(node, [...command], { detached: true });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.lines.push(line));
    createInterface({ input: this.process.stderr }).on('line', (line) => this.lines.push(line));
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code, signal) => resolve({ code, signal }));
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async line(pattern: RegExp): Promise<RegExpExecArray> {
    return await vi.waitFor(
      () => {
        const found = pattern.exec(this.lines.join('\n'));
        if (found === null) throw new Error(`no line ${pattern} in: ${this.lines.join(' | ')}`);
        return found;
      },
      { timeout: 15_000, interval: 10 },
    );
  }

  async enginePid(): Promise<number> {
    return Number((await this.line(/^engine (\d+)/m))[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // -- both have ended already
    }
    await this.ended;
  }
}

export function launchEngine(mode: string, ...values: readonly string[]): Launched {
  return new Launched([LAUNCHER, mode, ...values]);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The machine's own Node, with which npm was started; often older than ours. */
export function findMachineNode(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file));
}
