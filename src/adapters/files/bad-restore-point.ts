import { stat } from 'node:fs/promises';
import { messageOf, RollproofError } from '../../kernel/errors.ts';

export interface Badness {
  readonly what: string;
  readonly hint: string;
  readonly cause?: unknown;
}

export function badRestorePoint(path: string, { what, hint, cause }: Badness): RollproofError {
  return new RollproofError('restore-point-bad', `${path} ${what}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

export const COPY_AGAIN =
  'copy it again from where it was made, compare the sizes, and make a new one if it is the same there';

/** Exists, can be read by us, and is not empty. */
export async function demandPresent(
  path: string,
): Promise<{ readonly isFolder: boolean; readonly size: number; readonly modifiedMs: number }> {
  const found = await stat(path).catch((error: unknown) => {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw badRestorePoint(path, {
      what: isAbsent ? 'is not there' : `cannot be opened: ${messageOf(error)}`,
      hint: isAbsent ? 'put the backup there, or correct the path' : 'check the path and who may read it',
      cause: error,
    });
  });
  if (found.isFile() && found.size === 0)
    throw badRestorePoint(path, {
      what: 'is empty',
      hint: 'make a new backup: the one that wrote this file did not finish',
    });
  return { isFolder: found.isDirectory(), size: found.size, modifiedMs: found.mtimeMs };
}

/** Our machine, not the backup, is the cause: full disk, no memory, a program that is gone. */
export function isEnvironmentFailure(text: string): boolean {
  return /No space left on device|out of memory|Cannot allocate memory|Too many open files|Disk quota exceeded|the program \S+ cannot be run here|could not create shared memory/i.test(
    text,
  );
}
