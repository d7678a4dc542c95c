/**
 * node make-release.mjs L|N|partner|reverse OUT     OUT is a folder, or a file that ends in .tar
 *
 * A release of a CRM is ../crm-app/app with app/ and releases/<name>/ laid over it; the two other programs stand alone.
 */
import { fileURLToPath } from 'node:url';
import { makeRelease } from '../crm-app/make-release.mjs';

const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const crm = (name) => [folder('../crm-app/app'), folder('app'), folder(`releases/${name}`)];
const PROGRAMS = { L: crm('L'), N: crm('N'), partner: [folder('partner')], reverse: [folder('reverse')] };

const [name, out] = process.argv.slice(2);
if (!Object.hasOwn(PROGRAMS, name ?? '') || out === undefined) {
  console.error(`usage: node make-release.mjs ${Object.keys(PROGRAMS).join('|')} OUTDIR|OUT.tar`);
  process.exit(2);
}
await makeRelease(PROGRAMS[name], out);
