import { stat, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { readDirectory } from '../adapters/directory/reading.ts';
import type { PostgresAddress } from '../adapters/postgres/connection.ts';
import { type PostgresReadOptions, readPostgres } from '../adapters/postgres/reading.ts';
import { RollproofError } from '../kernel/errors.ts';
import type { Manifest } from '../subject/manifest.ts';
import { manifestFromJson } from '../subject/manifest-json.ts';

/** What `baseline` and `diff` can be pointed at. `shown` never holds a password. */
export type Source =
  | {
      readonly kind: 'postgres';
      readonly address: PostgresAddress;
      readonly name: string;
      readonly shown: string;
      readonly hasOpenPassword: boolean;
    }
  | { readonly kind: 'directory'; readonly path: string; readonly name: string; readonly shown: string }
  | { readonly kind: 'baseline'; readonly manifest: Manifest; readonly name: string; readonly shown: string };

export type LiveSource = Exclude<Source, { readonly kind: 'baseline' }>;

const WHAT =
  'Name a postgresql:// address, env:NAME with such an address in it, a folder, or a file written by rollproof baseline capture.';

/** Nothing of `text` is repeated before it is known that it holds no password. */
export async function openSource(text: string): Promise<Source> {
  if (text.startsWith('env:')) return fromVariable(text);
  if (/^postgres(ql)?:\/\//.test(text)) return postgresSource(text, null);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1];
  if (scheme !== undefined) {
    throw new RollproofError('usage-invalid', `an address that begins with ${scheme}:// cannot be read`, {
      hint: WHAT,
    });
  }
  if (/\b(host|dbname)=/.test(text)) {
    throw new RollproofError('usage-invalid', 'a connection string of keywords cannot be read', {
      hint: 'Write it as an address: postgresql://user@host:5432/database',
    });
  }
  return fromPath(text);
}

export async function openLive(text: string): Promise<LiveSource> {
  const source = await openSource(text);
  if (source.kind !== 'baseline') return source;
  throw new RollproofError('usage-invalid', `${source.shown} is a baseline already`, {
    hint: 'Name the database or the folder first, the baseline file second.',
  });
}

export function readSource(source: Source, options: Omit<PostgresReadOptions, 'name'>): Promise<Manifest> {
  switch (source.kind) {
    case 'baseline':
      return Promise.resolve(source.manifest);
    case 'postgres':
      return readPostgres(source.address, { ...options, name: source.name });
    case 'directory':
      return readDirectory(source.path, { ...options, name: source.name });
  }
}

export async function readBaseline(file: string): Promise<Source & { readonly kind: 'baseline' }> {
  const source = await fromPath(file);
  if (source.kind === 'baseline') return source;
  throw new RollproofError('usage-invalid', `${file} is a folder, not a baseline file`, {
    hint: 'Name a file written by rollproof baseline capture; two folders are compared by rollproof diff.',
  });
}

function fromVariable(text: string): Source {
  const variable = text.slice('env:'.length);
  const value = process.env[variable];
  if (value === undefined || value === '') {
    throw new RollproofError('usage-invalid', `the environment variable ${variable} is not set`, {
      hint: `Set it to an address: export ${variable}=postgresql://user@host:5432/database`,
    });
  }
  if (!/^postgres(ql)?:\/\//.test(value)) {
    throw new RollproofError('usage-invalid', `the environment variable ${variable} holds no postgresql:// address`, {
      hint: WHAT,
    });
  }
  return postgresSource(value, text);
}

function postgresSource(text: string, reference: string | null): Source {
  const url = parseUrl(text);
  const user = decodeURIComponent(url.username);
  const socket = url.searchParams.get('host');
  const database = decodeURIComponent(url.pathname.slice(1)) || user || 'postgres';
  const port = url.searchParams.get('port') ?? url.port;
  const host = socket ?? decodeURIComponent(url.hostname === NO_HOST ? 'localhost' : url.hostname);
  const shown = `${user === '' ? '' : `${user}@`}${host}${port === '' ? '' : `:${port}`}/${database}`;
  return {
    kind: 'postgres',
    address: socketAddress(url, { user, database }) ?? text,
    name: database,
    shown: reference === null ? shown : `${reference} (${shown})`,
    hasOpenPassword: reference === null && (url.password !== '' || url.searchParams.has('password')),
  };
}

/** A URL may not have a user without a host, PostgreSQL's addresses may. */
const NO_HOST = 'rollproof-no-host';

function parseUrl(text: string): URL {
  try {
    const url = new URL(text.replace(/^([a-z]+:\/\/[^/?]*@)(?=[/?]|$)/, `$1${NO_HOST}`));
    for (const part of [url.username, url.password, url.pathname, url.hostname]) decodeURIComponent(part);
    return url;
  } catch {
    // Not quoted, and without the cause, because both hold the password.
    throw new RollproofError('usage-invalid', 'the postgresql:// address cannot be understood', {
      hint: 'Write postgresql://user:password@host:5432/database, with %40 for @ and %2F for / inside of a name or a password.',
    });
  }
}

/** By parts, so that messages can name a socket's folder. Anything beyond it is left to the driver. */
function socketAddress(
  url: URL,
  { user, database }: { readonly user: string; readonly database: string },
): PostgresAddress | null {
  const host = url.searchParams.get('host');
  const isPlain = [...url.searchParams.keys()].every((key) => key === 'host' || key === 'port');
  if (host === null || !host.startsWith('/') || !isPlain || user === '') return null;
  const port = Number(url.searchParams.get('port') ?? (url.port || '5432'));
  const password = decodeURIComponent(url.password);
  return { host, port, user, database, ...(password === '' ? {} : { password }) };
}

async function fromPath(text: string): Promise<Source> {
  const path = resolve(text);
  const found = await stat(path).catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `there is no file or folder ${path}`, { hint: WHAT, cause: error });
  });
  if (found.isDirectory()) return { kind: 'directory', path, name: basename(path) || '/', shown: path };
  if (!found.isFile())
    throw new RollproofError('usage-invalid', `${path} is neither a folder nor a baseline file`, { hint: WHAT });
  return { kind: 'baseline', manifest: await manifestIn(path), name: basename(path), shown: path };
}

async function manifestIn(path: string): Promise<Manifest> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new RollproofError('usage-invalid', `${path} cannot be read`, {
      hint: 'Check who may read it.',
      cause: error,
    });
  });
  try {
    return manifestFromJson(text);
  } catch (error) {
    throw new RollproofError('usage-invalid', `${path} is not a baseline of this version`, {
      hint: 'Take one with: rollproof baseline capture ADDRESS --out FILE',
      cause: error,
    });
  }
}
