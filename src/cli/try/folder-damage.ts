import { chmod, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { walk } from '../../adapters/files/tree.ts';
import type { Injection, InjectionRequest, Injector, Truth } from '../../fault/injector.ts';
import { countOf } from '../../kernel/count.ts';
import { seededRandom } from '../../kernel/random.ts';
import type { Store } from '../../subject/store.ts';

/** The catalogue knows one fault of files; these are its three faces. */
const FAULT = 'DC-25';

interface Face {
  readonly id: string;
  readonly operation: Truth['operation'];
  readonly words: string;
  readonly needs: string;
  fits(file: { readonly size: number }): boolean;
  damage(path: string): Promise<void>;
}

const FACES: readonly Face[] = [
  {
    id: `${FAULT} changed`,
    operation: 'update',
    words: 'changed in one byte, size and time as before',
    needs: 'a file that is not empty',
    fits: (file) => file.size > 0,
    damage: changeOneByte,
  },
  {
    id: `${FAULT} removed`,
    operation: 'delete',
    words: 'removed',
    needs: 'a file',
    fits: () => true,
    damage: (path) => rm(path),
  },
  {
    id: `${FAULT} renamed`,
    operation: 'delete',
    words: 'renamed',
    needs: 'a file',
    fits: () => true,
    damage: (path) => rename(path, `${path}.moved`),
  },
];

/** Each face takes files that no other one has touched, so that what is seen can be told apart. */
export function folderInjector(store: Store): Injector {
  const taken = new Set<string>();
  return {
    offers: FACES.map((face) => face.id),
    inject: async (request) => {
      const face = FACES.find(({ id }) => id === request.id);
      if (face === undefined) return { applicable: false, why: `no injector for ${request.id} on a folder` };
      await store.identify();
      return injectFace(store, { face, request, taken });
    },
  };
}

interface Attempt {
  readonly face: Face;
  readonly request: InjectionRequest;
  readonly taken: Set<string>;
}

async function injectFace(store: Store, { face, request, taken }: Attempt): Promise<Injection> {
  const files: string[] = [];
  let count = 0;
  for await (const entry of walk(store.address())) {
    if (entry.kind !== 'file') continue;
    count += 1;
    if (!taken.has(entry.path) && face.fits(entry)) files.push(entry.path);
  }
  const wanted = Math.max(1, Math.round(count * (request.rate ?? 0.01)));
  const random = seededRandom(request.seed + FACES.indexOf(face));
  const keys: string[] = [];
  while (files.length > 0 && keys.length < wanted) {
    const [path = ''] = files.splice(random.below(files.length), 1);
    await face.damage(join(store.address(), path));
    taken.add(path);
    keys.push(path);
  }
  if (keys.length === 0) return { applicable: false, why: `it needs ${face.needs}` };
  const columns = face.operation === 'update' ? ['content'] : [];
  const truth: Truth = {
    fault: FAULT,
    store: store.name,
    part: 'files',
    object: null,
    columns,
    operation: face.operation,
    keys: keys.toSorted(),
    rows: keys.length,
    seed: request.seed,
    description: `${countOf(keys.length, 'file')} ${face.words}`,
    statements: [],
  };
  return { applicable: true, truth };
}

/** What a comparison of sizes and times would miss. */
async function changeOneByte(path: string): Promise<void> {
  const before = await stat(path);
  await chmod(path, 0o600);
  const file = await open(path, 'r+');
  try {
    const at = Math.floor(before.size / 2);
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    await file.write(Buffer.from([(byte[0] ?? 0) ^ 0xff]), 0, 1, at);
    await file.utimes(before.atime, before.mtime);
  } finally {
    await file.close();
  }
  await chmod(path, before.mode & 0o7777);
}
