import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK = 512;

/**
 * A release is some folders laid over each other, the last one on top. OUT is a folder, or a file that ends in .tar.
 * The same folders always give the same bytes.
 */
export async function makeRelease(folders, out) {
  if (out.endsWith('.tar')) return writeFile(out, await packFolders(folders));
  await mkdir(out, { recursive: true });
  if ((await readdir(out)).length > 0) throw new Error(`${out} is not empty`);
  for (const folder of folders) await cp(folder, out, { recursive: true });
}

async function packFolders(folders) {
  const files = new Map();
  for (const folder of folders) {
    for (const name of await readdir(folder)) files.set(name, await readFile(join(folder, name)));
  }
  const blocks = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, content]) => [
      tarHeader(name, content.length),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** POSIX ustar; owner and time are fixed so that the archive depends on nothing but the files. */
function tarHeader(name, size) {
  const header = Buffer.alloc(BLOCK);
  const octal = (value, width) => `${value.toString(8).padStart(width - 1, '0')}\0`;
  header.write(name, 0, 100);
  header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}
