import { mkdir } from 'node:fs/promises';
import type { Environment } from '../../environment/host.ts';

/** For us and the account of the environment alone, parents that had to be made included. */
export async function makeOwnFolder(environment: Environment, folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first !== undefined) await environment.handOver(first);
}
