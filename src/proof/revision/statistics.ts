import type { Plan, Step } from '../../plan/schema.ts';
import { isSamePart, type Revision, type RevisionInput, type RevisionLesson, type StalePlace } from './revision.ts';

const ANALYZE = /\banaly[sz]e\b/i;

/** A store that came back without statistics gets a step that makes them, behind the one that restores it. */
export function lessonsOfStatistics(input: RevisionInput): Revision {
  const { rollback } = input.drill.scenario;
  const steps = input.plan.procedures[rollback]?.steps ?? [];
  const lessons: RevisionLesson[] = [];
  const stale: StalePlace[] = [];
  for (const { where: store } of input.drill.findings.filter(({ what }) => what === 'no-statistics')) {
    if (steps.some((step) => isAnalyze(step, store))) continue;
    const restore = steps.findLast((step) => step.restore?.includes(store) === true);
    if (restore === undefined) lessons.push(withoutStep(store, rollback));
    else if (!isSamePart(input, `procedures.${rollback}.${restore.id}`))
      stale.push({
        procedure: rollback,
        step: restore.id,
        why: 'the step does something else than it did in the drill',
      });
    else lessons.push(newStep(input.plan, { store, rollback, restore }));
  }
  return { lessons, stale };
}

function isAnalyze(step: Step, store: string): boolean {
  return step.in === store && ANALYZE.test(step.sql ?? step.run?.join(' ') ?? '');
}

function withoutStep(store: string, rollback: string): RevisionLesson {
  return {
    statement: `${store} had tables without statistics, and no step of ${rollback} restores it: look whether its copy in the drill differs from production there.`,
    change: null,
  };
}

interface Missing {
  readonly store: string;
  readonly rollback: string;
  readonly restore: Step;
}

function newStep(plan: Plan, { store, rollback, restore }: Missing): RevisionLesson {
  const taken = new Set(plan.procedures[rollback]?.steps.map(({ id }) => id));
  const id = taken.has(`analyze-${store}`) ? `analyze-${store}-again` : `analyze-${store}`;
  const people = {
    ...(restore.owner === undefined ? {} : { owner: restore.owner }),
    ...(restore.deputy === undefined ? {} : { deputy: restore.deputy }),
  };
  return {
    statement: `${store} has tables without statistics after the restore: a step behind ${rollback}.${restore.id} makes them before users come.`,
    change: {
      kind: 'new-step',
      procedure: rollback,
      behind: restore.id,
      step: { id, phase: 'restore', ...people, sql: 'ANALYZE', in: store, destructive: false, repeat: 'safe' },
    },
  };
}
