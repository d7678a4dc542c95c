import { appendFile, chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../kernel/clock.ts';
import { messageOf, RollproofError } from '../../kernel/errors.ts';
import type { Truth } from '../../fault/injector.ts';
import { type TruthVault, truthDigest } from '../../fault/truth.ts';

const TRUTH = 'truth.json';
const OPENINGS = 'openings.log';

export interface TruthVaultOptions {
  /** Of one drill, below the private folder of the state folder. */
  readonly folder: string;
  readonly clock: Clock;
}

/** Truth in a file that only this user can read. Every opening is written down first, so an early one cannot be hidden. */
export function fileTruthVault(options: TruthVaultOptions): TruthVault {
  const { folder, clock } = options;
  return {
    seal: async (truths) => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await chmod(folder, 0o700);
      await writeOnce(path.join(folder, TRUTH), JSON.stringify({ format: 'rollproof-truth/1', truths }));
      return truthDigest(truths);
    },
    open: async (why, digest) => {
      await writeDown(path.join(folder, OPENINGS), `${new Date(clock.wallMs()).toISOString()} ${why}\n`);
      const truths = await readTruths(path.join(folder, TRUTH));
      if (truthDigest(truths) === digest) return truths;
      throw new RollproofError('could-not-read', 'the sealed truth is not the one that was journaled', {
        hint: 'somebody changed it; run the drill again',
        details: { expected: digest, found: truthDigest(truths) },
      });
    },
    opened: async () => {
      const text = await readIfThere(path.join(folder, OPENINGS));
      return text.split('\n').filter((line) => line !== '');
    },
  };
}

/** Whole or not at all, and never over an earlier one. */
async function writeOnce(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  await rm(draft, { force: true });
  await writeDown(draft, text);
  try {
    await link(draft, file);
  } catch (error) {
    throw new RollproofError('invariant-broken', 'the truth of this drill is sealed already', { cause: error });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Durable when it resolves. */
async function writeDown(file: string, text: string): Promise<void> {
  await appendFile(file, text, { mode: 0o600 });
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readTruths(file: string): Promise<readonly Truth[]> {
  try {
    const document = JSON.parse(await readFile(file, 'utf8')) as { readonly truths?: readonly Truth[] };
    if (!Array.isArray(document.truths)) throw new TypeError('it holds no truths');
    return document.truths;
  } catch (error) {
    throw new RollproofError('could-not-read', `the sealed truth cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
