/**
 * node make-release.mjs 10|11 OUT     OUT is a folder, or a file that ends in .tar
 *
 * A release is the folder ../crm-app/app with releases/<n>/ laid over it.
 */
import { fileURLToPath } from 'node:url';
import { makeRelease } from '../crm-app/make-release.mjs';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));

const [version, out] = process.argv.slice(2);
if (!/^\d+$/.test(version ?? '') || out === undefined) {
  console.error('usage: node make-release.mjs 10|11 OUTDIR|OUT.tar');
  process.exit(2);
}
await makeRelease([folder('../crm-app/app'), folder(`releases/${version}`)], out);
