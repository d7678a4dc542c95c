import { fallbackOf } from '../fallback.ts';
import { ancestorsOf } from '../graph.ts';
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
function lateBehind({ graph, steps }: NamedProcedure, id: string): string | null {
  const before = ancestorsOf(graph, id);
  if (before.has('verified')) return '`verified`';
  const restores = steps.filter(({ step }) => step.restore !== undefined).map(({ step }) => step.id);
  const isLast = (start: string): boolean => !restores.some((restore) => ancestorsOf(graph, restore).has(start));
  const start = steps.find(
    ({ step }) => step.start !== undefined && (step.id === id || before.has(step.id)) && isLast(step.id),
  );
  return start === undefined ? null : `the start of \`${start.step.start ?? ''}\``;
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
