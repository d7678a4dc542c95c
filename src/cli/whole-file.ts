import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isRollproofError, messageOf, RollproofError } from '../kernel/errors.ts';

/** A file that gets its name when it is complete, or never. For the owner alone. */
export interface WholeFile {
  readonly path: string;
  readonly handle: FileHandle;
  /** Its name until then. */
  readonly partial: string;
  /** On disk and under its name. */
  finish(): Promise<void>;
  /** Does nothing once it is finished. */
  discard(): Promise<void>;
}

export async function beginFile(path: string): Promise<WholeFile> {
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const handle = await open(partial, 'wx', 0o600).catch((error: unknown) => {
    throw notWritten(path, error);
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    path,
    handle,
    partial,
    finish: async () => {
      await handle.sync();
      await close();
      await rename(partial, path);
    },
    discard: async () => {
      await close();
      await rm(partial, { force: true });
    },
  };
}

/** All get their names together, or none of what `write` began is left. */
export async function withFiles<T>(
  paths: readonly string[],
  write: (files: readonly WholeFile[]) => Promise<T>,
): Promise<T> {
  const files: WholeFile[] = [];
  try {
    for (const path of paths) files.push(await beginFile(path));
    const result = await write(files);
    for (const file of files) await file.finish();
    return result;
  } catch (error) {
    throw isRollproofError(error) ? error : notWritten(paths.join(' and '), error);
  } finally {
    for (const file of files) await file.discard();
  }
}

/** Before the long reading, not after it. */
export async function refuseUnwritable(
  path: string,
  { force, what, option }: { readonly force: boolean; readonly what: string; readonly option: string },
): Promise<void> {
  try {
    const handle = await open(path, 'wx', 0o600);
    await handle.close();
    await rm(path);
  } catch (error) {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    if (exists && force) return;
    throw new RollproofError(
      'usage-invalid',
      exists ? `${path} exists already` : `${path} cannot be written: ${messageOf(error)}`,
      {
        hint: exists
          ? `${what} is evidence and is not overwritten: name another file with ${option}, or say --force.`
          : `Name a file in a folder that exists: ${option} FILE`,
        cause: error,
      },
    );
  }
}

function notWritten(path: string, error: unknown): RollproofError {
  return new RollproofError('environment-not-ready', `${path} cannot be written: ${messageOf(error)}`, {
    hint: 'Check the space that is left there.',
    cause: error,
  });
}
