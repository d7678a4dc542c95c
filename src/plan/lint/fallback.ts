import { fallbackOf } from '../fallback.ts';
import type { LintRule, NamedProcedure } from './rule.ts';

export const fallbackTooLate: LintRule = {
  id: 'PL-35',
  title: 'A fallback for a step that comes too late',
  severity: 'error',
  capsConfidence: true,
  *find({ procedures }) {
    for (const named of procedures) {
      for (const { step, path } of named.steps) {
        const late = step.else === undefined ? null : lateBehind(named, step.id);
        if (late === null) continue;
        yield {
          path: [...path, 'else'],
          message: `the step \`${step.id}\` stands behind ${late}: what was restored has been looked at by then, and a fallback would change it afterwards`,
          instead: `write \`else\` at the steps before that, and let people decide about what fails later`,
        };
      }
    }
  },
};

/** A program whose start no restore follows, or the verification itself. */
function lateBehind(named: NamedProcedure, id: string): string | null {
  const before = waitedFor(named, id);
  if (before.has('verified')) return '`verified`';
  const restores = named.steps
    .filter(({ step }) => step.restore !== undefined)
    .map(({ step }) => waitedFor(named, step.id))
    .filter((waits) => !waits.has('verified'));
  const isLast = (start: string): boolean => !restores.some((waits) => waits.has(start));
  const start = named.steps.find(
    ({ step }) => step.start !== undefined && (step.id === id || before.has(step.id)) && isLast(step.id),
  );
  return start === undefined ? null : `the start of \`${start.step.start ?? ''}\``;
}

/** With the failure that it runs for, which it waits for as well. */
function waitedFor({ graph, steps }: NamedProcedure, id: string): ReadonlySet<string> {
  const causes = new Map(steps.map(({ step }) => [step.id, step.when?.failed]));
  const found = new Set<string>();
  const open = [id];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const before of [...(graph.predecessors.get(next) ?? []), ...[causes.get(next) ?? []].flat()]) {
      if (found.has(before)) continue;
      found.add(before);
      open.push(before);
    }
  }
  return found;
}

export const sameBadBackup: LintRule = {
  id: 'PL-36',
  title: 'A fallback that needs the restore point that failed',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, procedures }) {
    for (const { name, steps } of procedures) {
      const fallback = fallbackOf(plan, name);
      if (fallback === null) continue;
      for (const { step, path } of steps) {
        const again = fallback.procedure.steps.find(
          (other) =>
            other.from === step.from && other.restore?.some((store) => step.restore?.includes(store) === true) === true,
        );
        if (step.else === undefined || again === undefined) continue;
        yield {
          path: [...path, 'else'],
          message: `when \`${step.id}\` fails because \`${step.from ?? ''}\` is no good, \`${fallback.name}\` fails as well: its step \`${again.id}\` restores from there`,
          instead: 'let the fallback restore from another restore point',
        };
      }
    }
  },
};
