// Adds the optional platform packages that npm left out of package-lock.json because its registry did not have them
// when the lockfile was made. npm 11 refuses to `npm ci` with a lockfile that lacks them, npm 9 and 10 do not mind.
// Run after every `npm install`: npm run lockfile
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** Name and exact version of every optional dependency that some locked package has and the lockfile does not hold. */
export function missingOptional(lock) {
  const held = (owner, name) => lock.packages[`${owner}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`];
  return Object.entries(lock.packages).flatMap(([owner, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => held(owner, name) === undefined)
      .map(([name, version]) => ({ name, version, owner: entry })),
  );
}

export function completeLockfile(lock) {
  const added = missingOptional(lock).map(({ name, version, owner }) => {
    if (!/^\d+\.\d+\.\d+/.test(version)) throw new Error(`${name}: ${version} is no exact version`);
    // No integrity: we never saw the archive. npm adds it where it can be installed.
    return [
      `node_modules/${name}`,
      { version, ...platformOf(name), ...(owner.dev ? { dev: true } : {}), optional: true },
    ];
  });
  const [root, ...rest] = [...Object.entries(lock.packages), ...added];
  rest.sort(([left], [right]) => left.localeCompare(right, 'en'));
  return { ...lock, packages: Object.fromEntries([root, ...rest]) };
}

/** Platform packages say in their name where they run: `@scope/binding-linux-arm64-musl`. */
export function platformOf(name) {
  const words = name.replace(/^.*\//, '').split('-');
  const system = words.find((word) => SYSTEMS.includes(word));
  const cpu = words.find((word) => CPUS.includes(word));
  if (system === undefined || cpu === undefined) throw new Error(`${name} does not say for which platform it is`);
  if (system !== 'linux') return { cpu: [cpu], os: [system] };
  return { cpu: [cpu], libc: [words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc'], os: [system] };
}

function main() {
  const file = join(import.meta.dirname, '..', 'package-lock.json');
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingOptional(lock);
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(completeLockfile(lock), undefined, 2)}\n`);
  console.log(`${missing.length} optional platform packages added to package-lock.json`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main();
