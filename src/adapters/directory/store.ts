import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { Random } from '../../kernel/random.ts';
import type { Environment } from '../../environment/host.ts';
import type { Difference } from '../../subject/difference.ts';
import type { Manifest } from '../../subject/manifest.ts';
import type {
  RestorePointCertificate,
  RestorePointFormat,
  RestorePointSource,
  RestoreReport,
} from '../../subject/restore-point.ts';
import type { ReadOptions, Store, StoreIdentity, ValueSink } from '../../subject/store.ts';
import { compressionOf, packArchive, readArchive, unpackArchive } from '../files/archive.ts';
import { demandPresent } from '../files/bad-restore-point.ts';
import { explainDirectory } from './explain.ts';
import { interruptible } from '../files/interruption.ts';
import { makeOwnFolder } from '../files/ownership.ts';
import { readDirectory } from './reading.ts';
import { copyTree, digestTree, hashFile, type TreeEntry, walk } from '../files/tree.ts';

export interface DirectoryStoreRequest {
  /** Unique in the environment: letters, digits, `-` and `_`. */
  readonly name: string;
  readonly environment: Environment;
}

/** A folder of files inside of an environment. */
export function createDirectoryStore(request: DirectoryStoreRequest): Store {
  return new DirectoryStore(request);
}

interface Marker {
  readonly environment: string;
  readonly inode: string;
  readonly made: string;
}

class DirectoryStore implements Store {
  readonly kind = 'directory';
  readonly name: string;
  readonly #environment: Environment;
  readonly #place: string;

  constructor(request: DirectoryStoreRequest) {
    this.name = request.name;
    this.#environment = request.environment;
    this.#place = join(request.environment.folder, 'directories', request.name);
  }

  address(): string {
    return join(this.#place, 'files');
  }

  /** Beside the files, not among them: a restore must not bring it back or take it away. */
  get #markerFile(): string {
    return join(this.#place, 'identity.json');
  }

  async certify(source: RestorePointSource): Promise<RestorePointCertificate> {
    const found = await demandPresent(source.path);
    if (found.isFolder) return certifyFolder(source);
    let files = 0;
    let newestMs = 0;
    await readArchive(source.path, async (entry, content) => {
      if (entry.kind === 'file') files += 1;
      newestMs = Math.max(newestMs, entry.modifiedMs);
      content.resume();
    });
    const packed = await compressionOf(source.path);
    return {
      format: source.format,
      path: source.path,
      sizeBytes: found.size,
      digest: `sha256:${await hashFile(source.path)}`,
      takenAt: new Date(found.modifiedMs).toISOString(),
      serverVersion: null,
      toolVersion: null,
      parts: [
        { what: 'files', present: files > 0, note: `${files} files, newest of ${new Date(newestMs).toISOString()}` },
        {
          what: 'read to its end',
          present: true,
          note: packed === 'none' ? 'plain tar' : `tar packed with ${packed ?? 'nothing'}`,
        },
      ],
    };
  }

  async obstacleTo(source: RestorePointSource): Promise<string | null> {
    return source.format === 'tar' ? null : `a directory store cannot restore the format ${source.format}`;
  }

  async restore(source: RestorePointSource, mode: 'empty' | 'over', signal: AbortSignal): Promise<RestoreReport> {
    const began = performance.now();
    const obstacle = await this.obstacleTo(source);
    if (obstacle !== null)
      throw new RollproofError('restore-point-bad', `${source.path} cannot be restored: ${obstacle}`);
    await this.#make();
    if (mode === 'empty') await this.#clear();
    const bytes = await interruptible(bring(source.path, this.address(), signal), signal);
    await this.#environment.handOver(this.address());
    return { tookMs: performance.now() - began, bytes, messages: [] };
  }

  async createEmpty(): Promise<void> {
    await this.#make();
    await this.#environment.handOver(this.address());
  }

  /** Made once; then only its content changes, so that programs which stand in it go on. */
  async #make(): Promise<void> {
    const exists = await stat(this.#markerFile).then(
      () => true,
      () => false,
    );
    if (exists) {
      await this.identify();
      return;
    }
    await makeOwnFolder(this.#environment, this.address());
    const { ino, birthtimeMs } = await stat(this.address(), { bigint: true });
    const marker: Marker = { environment: this.#environment.id, inode: String(ino), made: String(birthtimeMs) };
    await writeFile(this.#markerFile, JSON.stringify(marker), { mode: 0o600 });
  }

  async #clear(): Promise<void> {
    for (const name of await readdir(this.address()))
      await rm(join(this.address(), name), { recursive: true, force: true });
  }

  async backup(
    formats: readonly RestorePointFormat[],
    folder: string,
    signal: AbortSignal,
  ): Promise<readonly RestorePointSource[]> {
    await this.identify();
    await makeOwnFolder(this.#environment, folder);
    const made: RestorePointSource[] = [];
    for (const format of formats) {
      if (format !== 'tar')
        throw new RollproofError('plan-invalid', `a directory store makes no ${format}`, { hint: 'use tar' });
      const path = join(folder, `${this.name}.tar.zst`);
      await interruptible(packArchive({ folder: this.address(), into: path, compression: 'zstd', signal }), signal);
      made.push({ format, path });
    }
    return made;
  }

  async read(options: ReadOptions = {}): Promise<Manifest> {
    await this.identify();
    return readDirectory(this.address(), { ...options, name: this.name });
  }

  async explain(difference: Difference, witness: Store, values: ValueSink): Promise<Difference> {
    return explainDirectory(difference, { current: this.address(), witness: witness.address() }, values);
  }

  async clone(name: string): Promise<Store> {
    await this.identify();
    const twin = new DirectoryStore({ name, environment: this.#environment });
    await twin.#make();
    await copyTree({ from: this.address(), into: twin.address() });
    await this.#environment.handOver(twin.address());
    return twin;
  }

  async drift(random: Random): Promise<readonly string[]> {
    await this.identify();
    const files: TreeEntry[] = [];
    for await (const entry of walk(this.address()))
      if (entry.kind === 'file' && (entry.mode & 0o200) !== 0) files.push(entry);
    const fresh = `note-${random.below(1_000_000)}.txt`;
    await writeFile(join(this.address(), fresh), `A note of an ordinary day, number ${random.below(1_000_000)}.\n`);
    await this.#environment.handOver(join(this.address(), fresh));
    if (files.length === 0) return [`new file ${fresh}`];
    const touched = random.pick(files);
    // Longer by one line feed: the least that a program reading the file would mind.
    await writeFile(join(this.address(), touched.path), '\n', { flag: 'a' });
    return [`new file ${fresh}`, `changed file ${touched.path}`];
  }

  async identify(): Promise<StoreIdentity> {
    const text = await readFile(this.#markerFile, 'utf8').catch(() => null);
    if (text === null) throw this.#notOurs('nothing says that we made it');
    const marker = JSON.parse(text) as Marker;
    const found = await stat(this.address(), { bigint: true }).catch(() => null);
    if (found === null) throw this.#notOurs('it is gone');
    if (!found.isDirectory() || String(found.ino) !== marker.inode || String(found.birthtimeMs) !== marker.made)
      throw this.#notOurs('another folder stands in its place');
    if (marker.environment !== this.#environment.id)
      throw this.#notOurs(`it belongs to environment ${marker.environment}`);
    return { environment: marker.environment, facts: { path: this.address(), inode: marker.inode, made: marker.made } };
  }

  #notOurs(why: string): RollproofError {
    return new RollproofError(
      'identity-mismatch',
      `the folder of ${this.name} is not the one that was made for it: ${why}`,
      {
        hint: 'nothing was changed; look who touched the environment, then start the drill again',
      },
    );
  }

  async answers(): Promise<string | null> {
    return readdir(this.address()).then(
      () => 'readable',
      () => null,
    );
  }

  foreignSessions(): Promise<number> {
    return Promise.resolve(0);
  }

  missingStatistics(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  async release(): Promise<void> {
    await rm(this.#place, { recursive: true, force: true });
  }
}

async function bring(path: string, into: string, signal: AbortSignal): Promise<number> {
  const { isFolder } = await demandPresent(path);
  const { bytes } = isFolder
    ? await copyTree({ from: path, into, signal })
    : await unpackArchive({ archive: path, into, signal });
  return bytes;
}

async function certifyFolder(source: RestorePointSource): Promise<RestorePointCertificate> {
  const whole = await digestTree(source.path);
  return {
    format: source.format,
    path: source.path,
    sizeBytes: whole.bytes,
    digest: whole.digest,
    takenAt: whole.files === 0 ? null : new Date(whole.newestMs).toISOString(),
    serverVersion: null,
    toolVersion: null,
    parts: [{ what: 'files', present: whole.files > 0, note: `${whole.files} files in a folder` }],
  };
}
