import { basename, resolve } from 'node:path';
import { hashFile } from '../adapters/files/tree.ts';
import { type PostgresAddress, withConnection } from '../adapters/postgres/connection.ts';
import { type DumpTool, dumpSnapshot, findDumpTool } from '../adapters/postgres/snapshot-dump.ts';
import { RollproofError } from '../kernel/errors.ts';
import { type Options, textOption } from './options.ts';
import { pgChoice } from './pg-choice.ts';
import type { LiveSource } from './source.ts';
import { chosenState } from './state.ts';
import type { WholeFile } from './whole-file.ts';

export interface PlannedDump {
  readonly path: string;
  readonly address: PostgresAddress;
  readonly tool: DumpTool;
}

export interface MadeDump {
  readonly file: string;
  readonly bytes: number;
  readonly digest: string;
  /** Version of pg_dump. */
  readonly tool: string;
}

/** What `--with-dump` asks for, or null. Whether it can be done is known before the long reading. */
export async function plannedDump(source: LiveSource, options: Options): Promise<PlannedDump | null> {
  const file = textOption(options, 'withDump');
  if (file === undefined) return null;
  if (source.kind !== 'postgres') {
    throw new RollproofError('usage-invalid', `${source.shown} is a folder, and only a database can be dumped`, {
      hint: 'Leave --with-dump out, and make the archive while nobody writes there.',
    });
  }
  const { address } = source;
  const major = await withConnection(address, async (connection) => connection.major);
  const tool = await findDumpTool(major, {
    choice: pgChoice(textOption(options, 'pg')),
    stateFolder: chosenState(undefined).path,
  });
  return { path: resolve(file), address, tool };
}

export interface DumpPlace {
  readonly snapshot: string;
  readonly dumpFile: WholeFile;
  readonly signal: AbortSignal;
}

export async function makeDump(
  { path, address, tool }: PlannedDump,
  { snapshot, dumpFile, signal }: DumpPlace,
): Promise<MadeDump> {
  const { isTTY } = process.stderr;
  if (isTTY) process.stderr.write(`\r\u001b[Kpg_dump ${tool.version} writes ${basename(path)}`);
  try {
    await dumpSnapshot({ tool, address, snapshot, file: dumpFile.handle, signal });
    const { size } = await dumpFile.handle.stat();
    return { file: path, bytes: size, digest: `sha256:${await hashFile(dumpFile.partial)}`, tool: tool.version };
  } finally {
    if (isTTY) process.stderr.write('\r\u001b[K');
  }
}
