import { memberOf } from './json-schema.ts';
import { expectSystemAt } from './expect-name.ts';
import { mapOf, type PlanNames, type RawMap } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

/** What a fault of a flow needs of its flow, and which keys belong to it. */
export function* flowFaultProblems(names: PlanNames, fault: RawMap, at: PlanPath): Drafts {
  yield* expectSystemAt(names, ['postgres'], { path: [...at, 'work'], holder: fault['work'] });
  for (const [key, id] of Object.entries(BELONGS_TO))
    if (fault[key] !== undefined && fault['id'] !== id)
      yield {
        path: [...at, key],
        on: 'key',
        message: `\`${key}\` belongs to ${id}`,
        instead: `remove it, or write \`id: ${id}\``,
      };
  const flow = mapOf(memberOf(names.raw['flows'], String(fault['flow'])));
  const missing = typeof fault['id'] === 'string' ? NEEDS[fault['id']]?.(flow, fault) : undefined;
  if (missing !== undefined && Object.keys(flow).length > 0)
    yield {
      path: [...at, 'id'],
      message: `${String(fault['id'])} cannot be made on the flow \`${String(fault['flow'])}\`: ${missing.message}`,
      found: String(fault['id']),
      instead: missing.instead,
    };
}

const BELONGS_TO = { does: 'IF-17', work: 'IF-18' } as const;

type Missing = { readonly message: string; readonly instead: string } | undefined;

/** Undefined: nothing is missing. */
const NEEDS: Readonly<Record<string, (flow: RawMap, fault: RawMap) => Missing>> = {
  'IF-16': (flow) =>
    flow['replaces'] === undefined
      ? { message: 'it replaces no flow that could run beside it', instead: 'add `replaces:` to the flow' }
      : undefined,
  'IF-17': (flow, fault) => {
    if (fault['does'] === 'arm') return undefined;
    if (fault['does'] === 'fire')
      return flow['fire'] === undefined
        ? { message: 'it has no command that does one round', instead: 'add `fire:` to the flow, or write `does: arm`' }
        : undefined;
    return roleless(flow, 'or write `does: arm`');
  },
  'IF-18': (flow, fault) =>
    fault['table'] === undefined
      ? { message: 'it is not said before which table its sender dies', instead: 'add `table:`, such as order_lines' }
      : roleless(flow, 'because a session of a role is cut off'),
  'IF-19': (flow) =>
    memberOf(flow['watermark'], 'reset') === undefined
      ? {
          message: 'it is not said how its watermark is lost',
          instead: 'add `watermark: { reset: { in: …, sql: … } }` to the flow',
        }
      : undefined,
};

function roleless(flow: RawMap, otherwise: string): Missing {
  return memberOf(flow['principal'], 'role') === undefined
    ? { message: 'its principal is no role of a database', instead: `name a \`role\` as its principal, ${otherwise}` }
    : undefined;
}
