import { constants } from 'node:fs';
import { cp, mkdir, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { seededRandom } from '../../kernel/random.ts';
import { walk } from './tree.ts';

export interface DamageRequest {
  /** File or folder of the backup. Never changed. */
  readonly path: string;
  /** Where the copy goes; made here. */
  readonly into: string;
  /** Id of the catalogue, BK-01 and so on. */
  readonly defect: string;
  readonly seed: number;
}

export interface DamagedCopy {
  readonly path: string;
  /** What was done to it. */
  readonly what: string;
}

/** Null: a backup of this form has no place for the defect. */
export async function damagedCopy(request: DamageRequest): Promise<DamagedCopy | null> {
  const damage = DAMAGE[request.defect];
  if (damage === undefined) return null;
  await mkdir(request.into, { recursive: true });
  const path = await copyOf(request);
  const files = await filesIn(path);
  const what = await damage({ root: path, files, seed: request.seed });
  return what === null ? null : { path, what };
}

interface CopiedFile {
  readonly path: string;
  readonly size: number;
}

interface Copy {
  readonly root: string;
  readonly files: readonly CopiedFile[];
  readonly seed: number;
}

const DAMAGE: Readonly<Record<string, (copy: Copy) => Promise<string | null>>> = {
  'BK-01': async (copy) => {
    const file = chosen(copy);
    if (file === null) return null;
    const kept = Math.floor(file.size / 2);
    await truncate(file.path, kept);
    return `${nameIn(copy, file)} ends after ${kept} of ${file.size} bytes`;
  },
  'BK-02': async (copy) => {
    const file = chosen(copy);
    if (file === null) return null;
    const at = Math.floor(file.size / 2);
    await flip(file.path, at);
    return `the byte at ${at} of ${nameIn(copy, file)} is flipped`;
  },
  'BK-03': async ({ root, files }) => {
    const isFile = files.length === 1 && files[0]?.path === root;
    if (isFile) await truncate(root, 0);
    else for (const name of await readdir(root)) await rm(join(root, name), { recursive: true });
    return `${basename(root)} is empty`;
  },
  'BK-05': async (copy) => {
    const segment = copy.files
      .filter(({ path }) => SEGMENT.test(path))
      .toSorted((a, b) => a.path.localeCompare(b.path))
      .at(-1);
    if (segment === undefined) return null;
    await rm(segment.path);
    return `${nameIn(copy, segment)} is not there`;
  },
};

const SEGMENT = /\/pg_wal\/[0-9A-F]{24}$|\/pg_wal\.tar(\.\w+)?$/;
/** Of data, not of what every server writes anew. */
const NO_DATA = /\/pg_wal\/|backup_manifest$|pg_wal\.tar/;
const AMONG_LARGEST = 5;

/** One of the largest files, so that the damage sits where the data is. */
function chosen({ files, seed }: Copy): CopiedFile | null {
  const largest = files
    .filter(({ path, size }) => size > 1 && !NO_DATA.test(path))
    .toSorted((a, b) => b.size - a.size || a.path.localeCompare(b.path))
    .slice(0, AMONG_LARGEST);
  return largest[Math.floor(seededRandom(seed).next() * largest.length)] ?? null;
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte.writeUInt8(byte.readUInt8(0) ^ 0xff);
    await file.write(byte, 0, 1, at);
  } finally {
    await file.close();
  }
}

function nameIn({ root }: Copy, { path }: CopiedFile): string {
  return path === root ? basename(path) : path.slice(root.length + 1);
}

/** A tar of pg_basebackup comes with its neighbours, everything else alone. */
async function copyOf({ path, into }: DamageRequest): Promise<string> {
  const copy = join(into, basename(path));
  const options = { recursive: true, mode: constants.COPYFILE_FICLONE } as const;
  await cp(path, copy, options);
  if (basename(path).startsWith('base.tar'))
    for (const name of (await readdir(dirname(path))).filter((one) => NEIGHBOUR.test(one)))
      await cp(join(dirname(path), name), join(into, name), options);
  return copy;
}

const NEIGHBOUR = /^(pg_wal|\d+)\.tar(\.\w+)?$|^backup_manifest$/;

async function filesIn(root: string): Promise<readonly CopiedFile[]> {
  const { size, isDirectory } = await sizeOf(root);
  if (!isDirectory) return [{ path: root, size }];
  const files: CopiedFile[] = [];
  for await (const entry of walk(root))
    if (entry.kind === 'file') files.push({ path: join(root, entry.path), size: entry.size });
  return files;
}

async function sizeOf(path: string): Promise<{ readonly size: number; readonly isDirectory: boolean }> {
  const found = await stat(path);
  return { size: found.size, isDirectory: found.isDirectory() };
}
