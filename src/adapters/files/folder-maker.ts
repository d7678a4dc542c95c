import { chmod, lstat, mkdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ArchiveEntry } from './tar-entry.ts';

/** Makes folders inside of `root`, each a real folder: a link in its place is taken away, never followed. */
export class FolderMaker {
  readonly root: string;
  readonly #real = new Set<string>(['.']);
  readonly #entries: ArchiveEntry[] = [];

  constructor(root: string) {
    this.root = root;
  }

  async parentOf(path: string): Promise<void> {
    await this.#make(dirname(path));
  }

  async folder(entry: ArchiveEntry): Promise<void> {
    await this.#make(entry.path);
    this.#entries.push(entry);
  }

  /** Modes and times come last, deepest first: making content changes a folder's time and may be forbidden by its mode. */
  async finish(): Promise<void> {
    for (const entry of this.#entries.toReversed()) {
      const path = join(this.root, entry.path);
      await chmod(path, entry.mode);
      await utimes(path, entry.modifiedMs / 1_000, entry.modifiedMs / 1_000);
    }
  }

  async #make(path: string): Promise<void> {
    if (this.#real.has(path)) return;
    await this.#make(dirname(path));
    const full = join(this.root, path);
    const stat = await lstat(full).catch(() => null);
    if (stat === null || !stat.isDirectory()) {
      await rm(full, { force: true });
      await mkdir(full, { mode: 0o700 });
    }
    this.#real.add(path);
  }
}
