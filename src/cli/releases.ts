import { stat } from 'node:fs/promises';
import { unpackArchive } from '../adapters/files/archive.ts';
import { copyTree } from '../adapters/files/tree.ts';
import { messageOf, RollproofError } from '../kernel/errors.ts';

/** A release of a program is a folder or a tar archive; either way its files end up in `folder`. */
export async function putRelease(from: string, folder: string): Promise<void> {
  try {
    if ((await stat(from)).isDirectory()) await copyTree({ from, into: folder });
    else await unpackArchive({ archive: from, into: folder });
  } catch (error) {
    throw new RollproofError('plan-invalid', `the release in ${from} cannot be unpacked: ${messageOf(error)}`, {
      hint: 'Name a folder or a .tar, .tar.gz or .tar.zst file under `releases`.',
      cause: error,
    });
  }
}
