import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { invariant } from '../kernel/errors.ts';
import { lintPlan } from '../plan/lint.ts';
import { loadPlan } from '../plan/load.ts';
import type { PlanChange } from '../plan/revision/change.ts';
import { type Edited, editPlan } from '../plan/revision/edit.ts';
import { splice, withLineEnds } from '../plan/revision/splice.ts';
import { unifiedDiff } from '../plan/revision/unified-diff.ts';

export interface PlanPatch {
  /** Empty: no line of the plan changes. */
  readonly patch: string;
  readonly unplaced: Edited['unplaced'];
}

/** Against the file as it stands; what comes out is a plan that can be drilled, or there is no patch. */
export async function patchFor(file: string, changes: readonly PlanChange[]): Promise<PlanPatch> {
  const text = await readFile(file, 'utf8');
  const edited = editPlan(text, changes);
  const splices = withLineEnds(text, edited.splices);
  const revised = loadPlan(splice(text, splices), file);
  invariant(
    revised.ok && lintPlan(revised).findings.every(({ severity }) => severity !== 'error'),
    `the revision of ${file} would be no good plan: ${revised.ok ? 'it has errors' : revised.problems.map(({ message }) => message).join('; ')}`,
  );
  return { patch: unifiedDiff(pathInRepository(file), text, splices), unplaced: edited.unplaced };
}

/** From the top of the repository, as patches name files; outside of one just the name. */
function pathInRepository(file: string): string {
  const real = realpathSync(file);
  for (let folder = dirname(real); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return relative(folder, real).split(sep).join('/');
    if (folder === dirname(folder)) return basename(real);
  }
}
