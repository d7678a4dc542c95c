import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './folders.ts';
import { runProgram } from './programs.ts';

/** The package as somebody would install it, built, packed and unpacked: without sources, so that its bundle is what runs. */
export async function unpackPackage(
  folder: string,
): Promise<{ readonly root: string; readonly launcher: string; readonly engine: string }> {
  // npm runs the build by itself before it packs.
  await runProgram({ argv: ['npm', 'pack', '--silent', '--pack-destination', folder], cwd: ROOT });
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  await runProgram({ argv: ['tar', '-xzf', join(folder, archive), '-C', folder], cwd: folder });
  const root = join(folder, 'package');
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return { root, launcher: join(root, 'bin', 'rollproof.js'), engine: join(root, 'dist', 'cli', 'main.js') };
}
