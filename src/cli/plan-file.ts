import { statSync } from 'node:fs';
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

/**
 * Digest per part under the names that the record documents, and of every script that a step or check names: a changed
 * script changes what is drilled.
 */
export async function partDigests(loaded: GoodPlan): Promise<Record<string, Digest>> {
  const { procedures, ...parts } = loaded.parts;
  const named = Object.entries(parts).flatMap(([part, digests]) =>
    typeof digests === 'string' ? [[part, digests] as const] : under(part, digests),
  );
  const ofProcedures = Object.entries(procedures).flatMap(([name, { digest, steps }]) => [
    [`procedures.${name}`, digest] as const,
    ...under(`procedures.${name}`, steps),
  ]);
  return { ...Object.fromEntries([...named, ...ofProcedures]), ...(await scriptDigests(loaded)) };
}

function under(part: string, digests: Readonly<Record<string, Digest>>): readonly (readonly [string, Digest])[] {
  return Object.entries(digests).map(([name, digest]) => [`${part}.${name}`, digest]);
}

async function scriptDigests(loaded: GoodPlan): Promise<Record<string, Digest>> {
  const folder = dirname(loaded.file);
  const digests: Record<string, Digest> = {};
  for (const word of new Set(commandWords(loaded.plan))) {
    const path = join(folder, word);
    const isScript = /\.\w+$/.test(word) && !word.startsWith('-');
    if (isScript && statSync(path, { throwIfNoEntry: false })?.isFile() === true)
      digests[`scripts.${word}`] = digestBytes(await readFile(path));
  }
  return digests;
}

/** Of steps, of what says whether a step took effect, and of checks. */
function commandWords({ procedures, checks }: GoodPlan['plan']): readonly string[] {
  const steps = Object.values(procedures).flatMap((procedure) => procedure.steps);
  return [
    ...steps.flatMap((step) => step.run ?? []),
    ...steps.flatMap(({ repeat }) => (typeof repeat === 'object' && 'run' in repeat ? repeat.run : [])),
    ...Object.values(checks).flatMap((check) => check.run ?? []),
  ];
}
