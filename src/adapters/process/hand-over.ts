import { execFile } from 'node:child_process';
import { chmod, chown, lchown, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RollproofError } from '../../kernel/errors.ts';
import type { Account } from './account.ts';
import { environmentsFolder } from './lease.ts';
import type { Namespace } from './namespace.ts';
import type { Tools } from './tools.ts';

export interface HandOver {
  readonly stateFolder: string;
  readonly folder: string;
  readonly socketFolder: string;
  readonly tools: Tools;
  readonly namespace: Namespace;
}

/**
 * Where root turns processes into another account, that account must be able to work in the environment's folder. What
 * root reads or runs later stays root's: the sticky bit keeps the account from putting its own lease or launcher in place.
 */
export async function handOverFolders({
  stateFolder,
  folder,
  socketFolder,
  tools,
  namespace,
}: HandOver): Promise<void> {
  if (!namespace.needsHandOver) return;
  const { uid, gid } = namespace.account;
  await Promise.all([
    ...[socketFolder, join(folder, 'home'), join(folder, 'tmp')].map((path) => chown(path, uid, gid)),
    shareWith(gid, folder, 0o1770),
    shareWith(gid, join(folder, 'isolation.log'), 0o620),
    shareWith(gid, join(folder, 'launcher.bash'), 0o550),
    ...[stateFolder, environmentsFolder(stateFolder)].map(letPass),
  ]);
  await showAccess(namespace, tools, folder);
}

async function shareWith(gid: number, path: string, mode: number): Promise<void> {
  await chown(path, 0, gid);
  await chmod(path, mode);
}

/** Others may go through, but still cannot list what is in it. */
async function letPass(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  await chmod(folder, (mode & 0o777) | 0o011);
}

/** A checkout or a state folder below a private home is out of reach for another account. */
async function showAccess(namespace: Namespace, tools: Tools, folder: string): Promise<void> {
  const look = [tools.bash, '-p', '-c', 'cd "$1" && [[ -w . && -x $2 ]]', 'look', folder, process.execPath];
  const argv = [...namespace.enter('account', false), ...look];
  await promisify(execFile)(tools.env, argv, { cwd: '/', env: {} }).catch((cause: unknown) => {
    throw new RollproofError(
      'environment-not-ready',
      `the account ${namespace.account.name} cannot get at ${folder} or at ${process.execPath}`,
      {
        hint: 'Choose a state folder and a checkout that other accounts may enter, or allow user namespaces.',
        cause,
      },
    );
  });
}

/** Gives a file or a folder with everything in it away; of a link the link itself, never what it points to. */
export async function giveTo(path: string, account: Account): Promise<void> {
  await lchown(path, account.uid, account.gid);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await giveTo(join(path, name), account);
}
