import { parseDuration } from '../../kernel/duration.ts';
import { invariant } from '../../kernel/errors.ts';
import type { Phase, Procedure, Step } from '../../plan/schema.ts';
import { predecessorsOf, repeatOf, stepKindOf } from '../../plan/steps.ts';
import type { Activity } from '../activity.ts';
import type { GraphNode } from '../graph.ts';
import { HOUR_MS, type Stage } from './graph-builder.ts';
import type { Scope } from './scope.ts';

export interface ProcedureRequest {
  readonly name: string;
  readonly procedure: Procedure;
  /** What its first steps wait for. */
  readonly entry: readonly string[];
  readonly stage: Stage;
  /** Do its steps belong to a clock? Those of a go-live do not. */
  readonly clocked: boolean;
  /** It is a fallback for these. */
  readonly insteadOf?: readonly string[];
}

/** The plan's own steps, exactly as written. Returns the ids that nothing of the procedure waits for. */
export function addProcedure(scope: Scope, request: ProcedureRequest): readonly string[] {
  const { name, procedure, entry } = request;
  const ids = procedure.steps.map((step, index) => {
    const before = predecessorsOf(procedure, index).map((id) => (id === 'verified' ? 'verified' : `${name}.${id}`));
    return scope.graph.addNode(stepNode(scope, { ...request, step, after: before.length === 0 ? entry : before }));
  });
  return ids.filter((id) => !scope.graph.nodes.some((node) => node.after.includes(id)));
}

function stepNode(
  scope: Scope,
  made: ProcedureRequest & { readonly step: Step; readonly after: readonly string[] },
): GraphNode<Activity> {
  const { name, step, after, stage } = made;
  return {
    id: `${name}.${step.id}`,
    title: step.id,
    after,
    stage,
    procedure: name,
    clock: made.clocked ? (step.phase ?? defaultPhaseOf(step)) : null,
    owner: step.owner ?? null,
    expected:
      step.expected === undefined
        ? null
        : { p50Ms: milliseconds(step.expected.p50), p90Ms: milliseconds(step.expected.p90) },
    activity: { kind: 'step', procedure: name, step },
    always: step.always ?? false,
    whenFailed: step.when === undefined ? null : `${name}.${step.when.failed}`,
    repeat: repeatOf(step),
    retry: retryOf(step),
    timeoutMs: step.timeout === undefined ? HOUR_MS : milliseconds(step.timeout),
    // The plan says already how it goes on, so nobody is asked.
    attended: scope.options.attended && step.else === undefined,
    ...(made.insteadOf === undefined ? {} : { insteadOf: made.insteadOf }),
  };
}

/** Only what may be repeated is retried. */
function retryOf(step: Step): GraphNode<Activity>['retry'] {
  if (step.retry === undefined || repeatOf(step) !== 'safe') return null;
  return { times: step.retry.times, waitMs: milliseconds(step.retry.wait) };
}

function defaultPhaseOf(step: Step): Phase {
  switch (stepKindOf(step)) {
    case 'stop':
    case 'route':
    case 'manual':
      return 'execute';
    case 'check':
      return 'verify';
    case 'message':
      return 'communicate';
    default:
      return 'restore';
  }
}

function milliseconds(text: string): number {
  const value = parseDuration(text);
  invariant(value !== undefined, `${text} is no duration`);
  return value;
}
