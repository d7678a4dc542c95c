// Plain JavaScript for Node 18 and newer.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { findPlatformNode } from './launch.js';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Installs what package-lock.json names and `node_modules` lacks. False when that failed; the reason has been printed.
 * Optional packages that npm could not get are asked for once per lockfile, not at every run.
 */
export function ensureInstalled({ root, withDevelopment }) {
  const look = () => missingPackages({ root, withDevelopment });
  let missing = look();
  if (missing.length === 0) return true;
  const hadPlatformNode = findPlatformNode(root) !== undefined;
  console.error(`installing ${describe(missing)} (npm ci) …`);
  if (!npmCi(root)) return false;
  missing = look();
  // On an old Node npm leaves out optional programs that want a newer one; that newer one has just been installed.
  if (missing.length > 0 && !hadPlatformNode && findPlatformNode(root) !== undefined) {
    if (!npmCi(root)) return false;
    missing = look();
  }
  writeFileSync(stampFile(root), lockDigest(root));
  const lacking = missing.filter((entry) => !entry.isOptional);
  if (lacking.length > 0) console.error(`npm ci ended well, but these are missing: ${describe(lacking)}`);
  return lacking.length === 0;
}

/** What the lockfile wants on this platform and `node_modules` does not hold in that version. */
export function missingPackages({ root, withDevelopment }) {
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages).filter(
    ([path, entry]) => path !== '' && isNeeded(entry) && (withDevelopment || !entry.dev),
  );
  const hidden = join(root, 'node_modules', '.package-lock.json');
  const present = existsSync(hidden) ? readJson(hidden).packages : {};
  const optionalWereTried = existsSync(stampFile(root)) && readFileSync(stampFile(root), 'utf8') === lockDigest(root);
  return wanted
    .filter(
      ([path, entry]) => present[path]?.version !== entry.version || !existsSync(join(root, path, 'package.json')),
    )
    .map(([path, entry]) => ({ name: path.replace(/^.*node_modules\//, ''), isOptional: isOptional(entry) }))
    .filter((entry) => !(entry.isOptional && optionalWereTried));
}

const isOptional = (entry) => Boolean(entry.optional || entry.devOptional);
const stampFile = (root) => join(root, 'node_modules', '.rollproof-installed');
const lockDigest = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** Of the optional packages only binaries for this platform: npm leaves out others whose parent it left out. */
function isNeeded(entry) {
  if (isOptional(entry) && entry.os === undefined && entry.cpu === undefined) return false;
  const fitsLibc = entry.libc === undefined || allows(entry.libc, libc());
  return fitsLibc && allows(entry.os, process.platform) && allows(entry.cpu, process.arch);
}

function allows(list, value) {
  if (list === undefined || value === undefined) return true;
  const names = [list].flat();
  if (names.includes(`!${value}`)) return false;
  return names.every((name) => name.startsWith('!')) || names.includes(value);
}

function libc() {
  if (process.platform !== 'linux') return undefined;
  process.report.excludeNetwork = true; // else it asks the name server about every connection
  return process.report.getReport().header.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}

function describe(missing) {
  const names = missing.slice(0, 4).map((entry) => entry.name);
  return missing.length > names.length
    ? `${names.join(', ')} and ${missing.length - names.length} more`
    : names.join(', ');
}

/** `npm ci` deletes `node_modules`, so neither npm nor its Node may be taken from there. */
function npmCi(root) {
  const borrowed = borrowPlatformNode(root);
  try {
    const { command, prefix, path } = npmOutside(root, borrowed);
    const done = spawnSync(command, prefix.concat('ci', '--no-audit', '--no-fund', '--loglevel=error'), {
      cwd: root,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    if (done.status === 0) return true;
    console.error(withoutHosts(`${done.error?.message ?? ''}${done.stdout ?? ''}${done.stderr ?? ''}`));
    console.error('npm ci failed: nothing was run');
    return false;
  } finally {
    if (borrowed !== undefined) rmSync(borrowed, { recursive: true, force: true });
  }
}

/** A folder with the platform package's `node` that outlives `node_modules`; undefined when that is not installed yet. */
function borrowPlatformNode(root) {
  const node = findPlatformNode(root);
  if (node === undefined) return undefined;
  const folder = mkdtempSync(join(root, '.rollproof-install-'));
  try {
    linkSync(node, join(folder, 'node'));
  } catch {
    copyFileSync(node, join(folder, 'node')); // node_modules is on another file system
  }
  return folder;
}

/** The npm that started us, so that `npx npm@9 test` stays with npm 9; else the one on the path. */
function npmOutside(root, borrowed) {
  const isOutside = (file) => !resolve(file).startsWith(resolve(root, 'node_modules'));
  const path = (process.env.PATH ?? '').split(delimiter).filter(isOutside);
  if (borrowed !== undefined) path.unshift(borrowed);
  const script = process.env.npm_execpath;
  if (script === undefined || !isOutside(script) || !/\.c?js$/.test(script))
    return { command: 'npm', prefix: [], path };
  return { command: 'node', prefix: [script], path };
}

/** Which registry a company uses is nobody's business in a log. */
const withoutHosts = (text) => text.replace(/\bhttps?:\/\/[^\s/"')]+/g, '(registry)');
