import { keysAt, memberOf } from './json-schema.ts';
import { entriesOf, type NameKind, type PlanNames } from './names.ts';
import { listNames, nearestName } from './nearest.ts';
import { type PlanPath, type ProblemDraft, showPath } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

export interface NameUse {
  readonly path: PlanPath;
  readonly value: unknown;
}

/** Where the names of a kind are declared: the top-level key of the plan. */
const DECLARED_IN = {
  system: 'systems',
  state: 'states',
  check: 'checks',
  procedure: 'procedures',
  role: 'team',
  audience: 'audiences',
  channel: 'channels',
  message: 'messages',
  'user group': 'users',
  flow: 'flows',
  delta: 'delta',
  workload: 'workload',
} as const;
export type DeclaredKind = keyof typeof DECLARED_IN;

/** Names of one kind that the plan declares; undefined if the place itself is misspelt, which is told already. */
export function declaredNames(names: PlanNames, kind: DeclaredKind): readonly string[] | undefined {
  const key = DECLARED_IN[kind];
  if (names.raw[key] !== undefined) return entriesOf(names.raw[key]).map(([name]) => name);
  const valid = keysAt(names.raw, []);
  const isMisspelt = Object.keys(names.raw).some(
    (other) => !valid.includes(other) && nearestName(other, valid) === key,
  );
  return isMisspelt ? undefined : [];
}

export function* expectDeclared(names: PlanNames, kind: DeclaredKind, use: NameUse): Drafts {
  const declared = declaredNames(names, kind);
  if (declared !== undefined) yield* expectOneOf(declared, { ...use, kind, where: `under \`${DECLARED_IN[kind]}\`` });
}

export interface Expected extends NameUse {
  readonly kind: NameKind;
  readonly where: string;
}

export function* expectOneOf(known: readonly string[], { path, value, kind, where }: Expected): Drafts {
  if (typeof value !== 'string' || known.includes(value)) return;
  const nearest = nearestName(value, known);
  const isValueAKey = path.at(-1) === value;
  const message = isValueAKey
    ? `there is no ${kind} \`${value}\` ${where}`
    : `\`${showPath(path)}\` names the ${kind} \`${value}\`, which is not ${where}`;
  const choice = known.length === 0 ? `declare a ${kind} ${where} first` : `write ${listNames(known)}`;
  const instead = nearest === undefined ? choice : `did you mean \`${nearest}\`? ${choice}`;
  yield {
    path,
    on: isValueAKey ? 'key' : 'value',
    message,
    found: value,
    instead,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

/** The system must exist and be of one of these kinds. */
export function* expectSystem(names: PlanNames, kinds: readonly string[], use: NameUse): Drafts {
  const problems = [...expectDeclared(names, 'system', use)];
  yield* problems;
  if (problems.length > 0 || typeof use.value !== 'string') return;
  const kind = names.systems.get(use.value);
  if (kind === undefined || kinds.includes(kind)) return;
  const fitting = [...names.systems]
    .filter(([, other]) => other !== undefined && kinds.includes(other))
    .map(([name]) => name);
  const instead =
    fitting.length === 0 ? `declare a system of kind ${kinds.join(' or ')} first` : `write ${listNames(fitting)}`;
  const message = `\`${showPath(use.path)}\` needs a system of kind ${kinds.join(' or ')}; \`${use.value}\` is of kind ${kind}`;
  yield { path: use.path, message, found: use.value, instead };
}

export const STORES = ['postgres', 'directory'] as const;

/** `in:` and the like below a mapping. */
export function* expectSystemAt(
  names: PlanNames,
  kinds: readonly string[],
  at: { readonly path: PlanPath; readonly holder: unknown; readonly key?: string },
): Drafts {
  const key = at.key ?? 'in';
  yield* expectSystem(names, kinds, { path: [...at.path, key], value: memberOf(at.holder, key) });
}
