import type { Digest } from '../kernel/digest.ts';
import { digestOf } from '../kernel/digest.ts';
import { digestsOf, type PlanDigests } from './digests.ts';
import { type PlanDocument, readDocument } from './document.ts';
import { draftsOf } from './issues.ts';
import type { Positions } from './positions.ts';
import type { PlanProblem, ProblemDraft } from './problem.ts';
import { referenceProblems } from './references.ts';
import { type Plan, planSchema } from './schema.ts';

export interface GoodPlan {
  readonly ok: true;
  readonly file: string;
  readonly plan: Plan;
  /** Of the plan with its defaults filled in: what is drilled and what the runbook prints carry the same. */
  readonly digest: Digest;
  readonly parts: PlanDigests;
  readonly positions: Positions;
}

export interface BadPlan {
  readonly ok: false;
  readonly problems: readonly PlanProblem[];
}

export type LoadedPlan = GoodPlan | BadPlan;

/** Reads a plan and tells everything that is wrong with it at once. Never throws for what stands in the text. */
export function loadPlan(text: string, file: string): LoadedPlan {
  const document = readDocument(text, file);
  if (document.isBroken) return { ok: false, problems: document.problems };
  const parsed = planSchema.safeParse(document.value);
  const drafts = [
    ...(parsed.success ? [] : draftsOf(parsed.error.issues, document.value)),
    ...referenceProblems(document.value),
  ];
  const problems = inOrder([...document.problems, ...drafts.map(document.positions.problem)]);
  if (!parsed.success || problems.length > 0) return { ok: false, problems: atLeastOne(problems, document) };
  const plan = parsed.data;
  return { ok: true, file, plan, digest: digestOf(plan), parts: digestsOf(plan), positions: document.positions };
}

function inOrder(problems: readonly PlanProblem[]): readonly PlanProblem[] {
  const seen = new Set<string>();
  return [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .filter((problem) => {
      const key = `${problem.path}\n${problem.message}`;
      return seen.has(key) ? false : seen.add(key) !== undefined;
    });
}

/** A refused plan must say why, even if every issue was taken for the echo of another one. */
function atLeastOne(problems: readonly PlanProblem[], document: PlanDocument): readonly PlanProblem[] {
  if (problems.length > 0) return problems;
  const draft: ProblemDraft = {
    path: [],
    message: 'the plan does not follow the format',
    instead: 'compare it with docs/formats/plan-v1.md',
  };
  return [document.positions.problem(draft)];
}
