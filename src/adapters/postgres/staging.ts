import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { messageOf } from '../../kernel/errors.ts';
import { copyTree } from '../files/tree.ts';
import { badRestorePoint, COPY_AGAIN, isEnvironmentFailure } from '../files/bad-restore-point.ts';
import type { PostgresServer } from './server.ts';
import { runTool } from './tool.ts';

/** Makes a file usable by programs inside, which may see less than we do. */
export class Staging {
  readonly #server: PostgresServer;
  readonly #made: string[] = [];

  constructor(server: PostgresServer) {
    this.#server = server;
  }

  async reachable(path: string): Promise<string> {
    const { environment } = this.#server.request;
    if (process.getuid?.() !== 0) return path;
    const seen = await runTool(this.#server, { argv: ['test', '-r', path] });
    if (seen.exitCode === 0) return path;
    const target = this.#target();
    if ((await stat(path)).isDirectory()) await copyTree({ from: path, into: target });
    else await copyFile(path, target);
    await environment.handOver(target);
    return target;
  }

  async unpacked(path: string, packed: 'gzip' | 'zstd'): Promise<string> {
    const target = this.#target();
    try {
      await pipeline(
        createReadStream(path),
        packed === 'gzip' ? createGunzip() : createZstdDecompress(),
        createWriteStream(target, { mode: 0o600 }),
      );
    } catch (error) {
      if (isEnvironmentFailure(messageOf(error))) throw error;
      throw badRestorePoint(path, {
        what: `cannot be unpacked to its end: ${messageOf(error)}`,
        hint: COPY_AGAIN,
        cause: error,
      });
    }
    await this.#server.request.environment.handOver(target);
    return target;
  }

  /** An empty place of ours for a tool's output. */
  async file(content: string): Promise<string> {
    const target = this.#target();
    await writeFile(target, content, { mode: 0o600 });
    await this.#server.request.environment.handOver(target);
    return target;
  }

  async remove(): Promise<void> {
    for (const path of this.#made) await rm(path, { recursive: true, force: true });
  }

  #target(): string {
    const target = join(
      this.#server.request.environment.folder,
      `staged-${this.#server.request.name}-${this.#server.nextRun()}`,
    );
    this.#made.push(target);
    return target;
  }
}
