import { lchown, lstat, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RollproofError } from '../../kernel/errors.ts';
import type { Environment } from '../../environment/host.ts';
import { inParallel, walk } from './tree.ts';

/**
 * Gives files that we made to the account of the environment. Only needed where root hands its processes to another uid;
 * in a user namespace they are ours already.
 */
export async function handOver(environment: Environment, folder: string): Promise<void> {
  if (process.getuid?.() !== 0 || environment.level === 'userns') return;
  const { uid, gid } = await accountOf(environment.account);
  const paths = [folder];
  const isFolder = (await lstat(folder)).isDirectory();
  if (isFolder) for await (const entry of walk(folder)) paths.push(join(folder, entry.path));
  await inParallel(paths, 4, (path) => lchown(path, uid, gid));
}

/** For us and the account of the environment alone, parents that had to be made included. */
export async function makeOwnFolder(environment: Environment, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first !== undefined) await handOver(environment, first);
}

async function accountOf(name: string): Promise<{ uid: number; gid: number }> {
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [account, , uid, gid] = line.split(':');
    if (account === name) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new RollproofError('environment-not-ready', `the account ${name} of the environment is not in /etc/passwd`);
}
