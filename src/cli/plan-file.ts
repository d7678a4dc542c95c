import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Digest, digestBytes } from '../kernel/digest.ts';
import { messageOf, RollproofError } from '../kernel/errors.ts';
import { type GoodPlan, type LoadedPlan, loadPlan } from '../plan/load.ts';

export const PLAN_FILE = 'rollproof.yaml';

/** A plan is named as a file or as the folder that it is in. */
export function planPath(named: string | undefined): string {
  const path = resolve(named ?? PLAN_FILE);
  return path.endsWith('.yaml') || path.endsWith('.yml') ? path : join(path, PLAN_FILE);
}

export async function readPlan(named: string | undefined): Promise<LoadedPlan> {
  const file = planPath(named);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new RollproofError('usage-invalid', `no plan can be read from ${file}: ${messageOf(error)}`, {
      hint: 'Name the plan file, or start one with: rollproof init',
      cause: error,
    });
  }
  return loadPlan(text, file);
}

/** Digest per part, flat, and of every script that a step or a release names: a changed script changes what is drilled. */
export async function partDigests(loaded: GoodPlan): Promise<Record<string, Digest>> {
  return {
    ...flatten(loaded.parts as unknown as Readonly<Record<string, unknown>>, ''),
    ...(await scriptDigests(loaded)),
  };
}

function flatten(value: Readonly<Record<string, unknown>>, prefix: string): Record<string, Digest> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]): readonly (readonly [string, Digest])[] => {
      const name = prefix === '' ? key : `${prefix}.${key}`;
      if (typeof part === 'string') return [[name, part as Digest]];
      return typeof part === 'object' && part !== null
        ? Object.entries(flatten(part as Record<string, unknown>, name))
        : [];
    }),
  );
}

async function scriptDigests(loaded: GoodPlan): Promise<Record<string, Digest>> {
  const folder = dirname(loaded.file);
  const words = Object.values(loaded.plan.procedures).flatMap((procedure) =>
    procedure.steps.flatMap((step) => step.run ?? []),
  );
  const digests: Record<string, Digest> = {};
  for (const word of new Set(words)) {
    const path = join(folder, word);
    if (!/\.\w+$/.test(word) || word.startsWith('-') || !existsSync(path)) continue;
    digests[`scripts.${word}`] = digestBytes(await readFile(path));
  }
  return digests;
}
