import type { z } from 'zod';
import { keysAt, valueAt } from './json-schema.ts';
import { listNames, nearestName } from './nearest.ts';
import { describeValue, type PlanPath, type ProblemDraft, showPath } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What the schema found, in sentences for the person who wrote the plan. */
export function draftsOf(issues: readonly Issue[], root: unknown): readonly ProblemDraft[] {
  return issues.flatMap((issue) => draftsOfIssue(issue, { root, at: [] }));
}

interface Place {
  readonly root: unknown;
  /** Where the branch of a union hangs; the paths of its issues begin there. */
  readonly at: PlanPath;
}

function draftsOfIssue(issue: Issue, place: Place): readonly ProblemDraft[] {
  const path = [...place.at, ...issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))];
  const found = valueAt(place.root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, place.root));
    case 'invalid_union':
      return unionDrafts(issue, path, place.root);
    case 'invalid_key':
      return [badName(path, issue.issues)];
    default:
      if (found === undefined && isMissing(path, place.root)) return missingKey(issue, path, place.root);
      return [{ path, message: sentence(path, issue, found), found: describeValue(found), ...advice(issue, found) }];
  }
}

function isMissing(path: PlanPath, root: unknown): boolean {
  return path.length > 0 && valueAt(root, path) === undefined;
}

function unknownKey(key: string, path: PlanPath, root: unknown): ProblemDraft {
  const at = [...path, key];
  const valid = keysAt(root, path);
  const nearest = nearestName(key, valid);
  const message = `\`${key}\` is not a key of ${nounOf(path, root)}`;
  if (nearest !== undefined) {
    return {
      path: at,
      on: 'key',
      message: `${message}; did you mean \`${nearest}\`?`,
      found: key,
      nearest,
      instead: `write \`${nearest}\``,
    };
  }
  const instead =
    key === '<<' ? 'write the keys out; YAML 1.2 has no merge key' : `remove it, or use ${listNames(valid)}`;
  return { path: at, on: 'key', message, found: key, instead };
}

/** A required key is missing. Not told when a misspelt neighbour is told: it is one mistake, not two. */
function missingKey(issue: Issue, path: PlanPath, root: unknown): readonly ProblemDraft[] {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const siblings = Object.keys(asObject(valueAt(root, parent)));
  const valid = keysAt(root, parent);
  if (siblings.some((sibling) => !valid.includes(sibling) && nearestName(sibling, valid) === key)) return [];
  const wanted = expectation(issue);
  return [
    {
      path,
      on: 'key',
      message: `${nounOf(parent, root)} has no \`${key}\``,
      found: 'nothing',
      instead: `add \`${key}:\`${wanted === undefined ? '' : ` with ${wanted}`}`,
    },
  ];
}

function badName(path: PlanPath, issues: readonly Issue[]): ProblemDraft {
  const key = String(path.at(-1));
  const instead = issues.find((issue) => issue.message.startsWith('write '))?.message ?? 'write another name';
  return { path, on: 'key', message: `\`${key}\` cannot be a name here`, found: key, instead };
}

/** Of the branches of a union, the one that the author most likely meant; if none, all of them in one sentence. */
function unionDrafts(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: PlanPath,
  root: unknown,
): readonly ProblemDraft[] {
  const found = valueAt(root, path);
  if (found === undefined) return missingKey(issue, path, root);
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : undefined;
  if (options !== undefined)
    return [
      { path, message: sentence(path, issue, found), found: describeValue(found), ...chooseFrom(options, found) },
    ];
  const inside = issue.errors.filter(
    (branch) =>
      !branch.some((inner) => inner.path.length === 0 && inner.code !== 'unrecognized_keys' && inner.code !== 'custom'),
  );
  if (inside.length > 0) {
    const scored = inside
      .map((branch) => ({ branch, score: mismatch(branch, path, root) }))
      .sort((a, b) => a.score - b.score);
    return scored[0]?.branch.flatMap((inner) => draftsOfIssue(inner, { root, at: path })) ?? [];
  }
  const roots = issue.errors.flat();
  const values = roots.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values.map(String) : []));
  const types = roots.flatMap((inner) => (inner.code === 'invalid_type' ? [typeWords(inner.expected)] : []));
  const nearest = typeof found === 'string' ? nearestName(found, values) : undefined;
  const wanted = joinWords([...values.map((value) => `\`${value}\``), ...types]);
  const word = types.includes(typeWords('boolean')) ? booleanAdvice(found) : undefined;
  return [
    {
      path,
      message: sentence(path, issue, found),
      found: describeValue(found),
      ...withNearest(nearest, word ?? `write ${wanted}`),
    },
  ];
}

/** How far a branch is from what was written. A slip of the finger counts less than a key that fits nowhere. */
function mismatch(branch: readonly Issue[], path: PlanPath, root: unknown): number {
  const missing = branch
    .filter((inner) => valueAt(root, [...path, ...inner.path.map(String)]) === undefined)
    .map((inner) => String(inner.path.at(-1)));
  const unknown = branch.flatMap((inner) =>
    inner.code === 'unrecognized_keys' && inner.path.length === 0 ? inner.keys : [],
  );
  const slips = unknown.filter((key) => nearestName(key, missing) !== undefined).length;
  return branch.length + unknown.length * 2 - slips * 4;
}

function sentence(path: PlanPath, issue: Issue, found: unknown): string {
  const what = path.length === 0 ? 'the plan' : `\`${showPath(path)}\``;
  if (found === undefined || found === null) return `${what} is empty`;
  if (issue.code === 'too_small' || issue.code === 'too_big')
    return `${what} is too ${issue.code === 'too_small' ? 'small' : 'large'}: ${describeValue(found)}`;
  return `${what} cannot be ${describeValue(found)}`;
}

type Advice = Pick<ProblemDraft, 'instead' | 'nearest'>;

function advice(issue: Issue, found: unknown): Advice {
  // The schema's own words know best; zod's are recognised by not being an instruction.
  if (issue.message.startsWith('write ')) return { instead: issue.message };
  if (issue.code === 'invalid_value') return chooseFrom(issue.values.map(String), found);
  if (issue.code === 'invalid_type') return { instead: typeAdvice(issue.expected, found) };
  if (issue.code === 'too_small' || issue.code === 'too_big') return { instead: `write ${boundWords(issue)}` };
  if (issue.code === 'invalid_format' && 'prefix' in issue)
    return { instead: `begin it with \`${String(issue.prefix)}\`` };
  return { instead: 'see docs/formats/plan-v1.md for what may stand here' };
}

const BOOLEAN_WORDS: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  y: true,
  no: false,
  off: false,
  n: false,
};

function typeAdvice(expected: string, found: unknown): string {
  if (expected === 'string' && (typeof found === 'number' || typeof found === 'boolean'))
    return `put it in quotes: "${String(found)}"`;
  const word = expected === 'boolean' ? booleanAdvice(found) : undefined;
  if (word !== undefined) return word;
  if (expected === 'array' && typeof found === 'string')
    return `write a list: [${found.split(/\s+/).slice(0, 6).join(', ')}]`;
  return `write ${typeWords(expected)}`;
}

/** Undefined where no boolean was meant. */
function booleanAdvice(found: unknown): string | undefined {
  const meant = typeof found === 'string' ? BOOLEAN_WORDS[found.toLowerCase()] : undefined;
  return meant === undefined ? undefined : `write \`${meant}\`; in YAML 1.2 \`${String(found)}\` is only text`;
}

function chooseFrom(values: readonly string[], found: unknown): Advice {
  const nearest = typeof found === 'string' ? nearestName(found, values) : undefined;
  const meant = typeof found === 'string' ? BOOLEAN_WORDS[found.toLowerCase()] : undefined;
  const hint = meant === undefined ? '' : `; in YAML 1.2 \`${String(found)}\` is only text`;
  return withNearest(nearest, `write ${joinWords(values.map((value) => `\`${value}\``))}${hint}`);
}

function withNearest(nearest: string | undefined, instead: string): Advice {
  return nearest === undefined ? { instead } : { nearest, instead: `did you mean \`${nearest}\`? ${instead}` };
}

function expectation(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return typeWords(issue.expected);
  if (issue.code === 'invalid_value') return joinWords(issue.values.map((value) => `\`${String(value)}\``));
  if (issue.code !== 'invalid_union') return undefined;
  const options = 'options' in issue && Array.isArray(issue.options) ? issue.options : undefined;
  if (options !== undefined) return joinWords(options.map((option) => `\`${String(option)}\``));
  const roots = issue.errors.flat().filter((inner) => inner.path.length === 0);
  return joinWords([...new Set(roots.flatMap((inner) => expectation(inner) ?? []))]);
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping (`key: value`)',
  record: 'a mapping (`name: …`)',
  null: '`null`',
};

function typeWords(expected: string): string {
  return TYPE_WORDS[expected] ?? expected;
}

function boundWords(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const isLow = issue.code === 'too_small';
  const bound = isLow ? issue.minimum : issue.maximum;
  if (issue.origin === 'array')
    return `${isLow ? 'at least' : 'at most'} ${bound} ${bound === 1 ? 'entry' : 'entries'}`;
  if (issue.origin === 'string') return isLow ? 'something' : `at most ${bound} characters`;
  return `a number ${isLow ? (issue.inclusive === true ? 'of at least' : 'above') : 'of at most'} ${bound}`;
}

function joinWords(words: readonly string[]): string {
  const all = [...new Set(words)];
  return all.length <= 1 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** Words for the things that stand under a top-level key. */
const ENTRY_NOUNS: Readonly<Record<string, string>> = {
  systems: 'a system',
  states: 'a state',
  checks: 'a check',
  triggers: 'a trigger',
  procedures: 'a procedure',
  scenarios: 'a scenario',
  users: 'a user group',
  team: 'a role of the team',
  differences: 'an allowed difference',
  waivers: 'a waiver',
};

/** Words for the things that are listed inside such an entry. */
const PART_NOUNS: Readonly<Record<string, string>> = {
  'procedures.steps': 'a step',
  'systems.releases': 'a release',
  'states.systems': 'the state of a system',
  'scenarios.faults': 'a fault',
};

export function nounOf(path: PlanPath, root: unknown): string {
  const [top, , part] = path;
  const entry = ENTRY_NOUNS[String(top)];
  if (path.length === 0) return 'the plan';
  if (path.length === 1 || entry === undefined) return `\`${showPath(path)}\``;
  if (path.length === 2) return top === 'systems' ? systemNoun(valueAt(root, [...path, 'kind'])) : entry;
  const noun = path.length === 4 ? PART_NOUNS[`${String(top)}.${String(part)}`] : undefined;
  return noun ?? `\`${String(path.findLast((segment) => typeof segment === 'string'))}\``;
}

function systemNoun(kind: unknown): string {
  return typeof kind === 'string' ? `a system of kind ${kind}` : 'a system';
}
