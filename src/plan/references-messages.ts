import {
  type Gate,
  GATES,
  isBehindGate,
  type KnownField,
  KNOWN_FIELDS,
  laterGate,
  MESSAGE_TEMPLATES,
  type MessageTemplate,
} from '../catalogue/message-templates.ts';
import { fieldsIn } from '../kernel/fields.ts';
import { expectDeclared, expectSystemAt } from './expect-name.ts';
import { memberOf, valueAt } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import { listNames, nearestName } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

const SOURCES = ['list', 'addresses', 'roles'] as const;

export function* audienceProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['audiences'])) {
    const path = ['audiences', name];
    const audience = mapOf(value);
    const given = SOURCES.filter((source) => Object.hasOwn(audience, source));
    if (given.length !== 1) {
      const message =
        given.length === 0
          ? `nobody is in the audience \`${name}\``
          : `the audience \`${name}\` is given in more than one way: ${given.join(', ')}`;
      const instead = given.length === 0 ? `add one of ${listNames(SOURCES)}` : 'keep one and make a second audience';
      yield { path, on: 'key', message, instead };
    }
    yield* expectSystemAt(names, ['postgres'], { path: [...path, 'list'], holder: audience['list'] });
    for (const [index, role] of listOf(audience['roles']).entries())
      yield* expectDeclared(names, 'role', { path: [...path, 'roles', index], value: role });
  }
}

export function* messageProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['messages'])) {
    const path = ['messages', name];
    const message = mapOf(value);
    yield* expectDeclared(names, 'audience', { path: [...path, 'audience'], value: message['audience'] });
    yield* expectDeclared(names, 'channel', { path: [...path, 'channel'], value: message['channel'] });
    yield* expectDeclared(names, 'channel', { path: [...path, 'otherwise'], value: message['otherwise'] });
    yield* wordingProblems(message, path);
    yield* fieldProblems(names, message, path);
    yield* contactProblems(names, message, path);
  }
}

function templateOf(message: RawMap): MessageTemplate | undefined {
  return Object.values(MESSAGE_TEMPLATES).find(({ id }) => id === message['template']);
}

function* wordingProblems(message: RawMap, path: PlanPath): Drafts {
  const name = String(path.at(-1));
  const own = ['subject', 'text', 'kind'].filter((key) => Object.hasOwn(message, key));
  const [first] = own;
  if (Object.hasOwn(message, 'template')) {
    if (first !== undefined)
      yield {
        path: [...path, first],
        on: 'key',
        message: `the message \`${name}\` has a template, which brings its own ${first}`,
        found: first,
        instead: 'remove it, or the template',
      };
    return;
  }
  for (const key of ['subject', 'text']) {
    if (Object.hasOwn(message, key)) continue;
    yield {
      path,
      on: 'key',
      message: `the message \`${name}\` has neither a template nor a ${key}`,
      instead: `add \`template:\`, or \`subject:\` and \`text:\``,
    };
  }
}

/** Every field in the text is known or given, and every given one is used: a misspelt field must not reach people. */
function* fieldProblems(names: PlanNames, message: RawMap, path: PlanPath): Drafts {
  const template = templateOf(message);
  const { subject, text } = template ?? { subject: textOf(message['subject']), text: textOf(message['text']) };
  if (subject === undefined || text === undefined) return;
  const used = fieldsIn(`${subject}\n${text}`);
  const given = entriesOf(message['fields']).map(([field]) => field);
  const gate = gateOf(message, template);
  for (const field of used) {
    if (given.includes(field)) continue;
    const why = whyUnknown(names, field, gate);
    if (why !== null) yield unknownField(field, { path, why, given });
  }
  for (const field of given) if (!used.includes(field)) yield unusedField(field, path, used);
}

function unusedField(field: string, path: PlanPath, used: readonly string[]): ProblemDraft {
  const nearest = nearestName(field, used);
  return {
    path: [...path, 'fields', field],
    on: 'key',
    message: `the text of \`${String(path.at(-1))}\` has no field {${field}}`,
    found: field,
    instead: used.length === 0 ? 'remove it' : `remove it, or use ${listNames(used)}`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function unknownField(
  field: string,
  { path, why, given }: { readonly path: PlanPath; readonly why: string; readonly given: readonly string[] },
): ProblemDraft {
  const nearest = nearestName(field, [...Object.keys(KNOWN_FIELDS), ...given]);
  return {
    path: [...path, 'fields'],
    on: 'key',
    message: `the message \`${String(path.at(-1))}\` needs the field {${field}}: ${why}`,
    found: field,
    instead: `add \`fields: { ${field}: … }\``,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function gateOf(message: RawMap, template: MessageTemplate | undefined): Gate | null {
  const after = GATES.find((gate) => gate === message['after']) ?? null;
  const own = laterGate(template?.gate ?? null, after);
  return (template?.kind ?? message['kind']) === 'success' ? laterGate(own, 'verified') : own;
}

function whyUnknown(names: PlanNames, field: string, gate: Gate | null): string | null {
  const known = Object.hasOwn(KNOWN_FIELDS, field) ? KNOWN_FIELDS[field] : undefined;
  if (known === undefined) return 'Rollproof does not know it by itself';
  if (!isBehindGate(gate, known.needs)) return `it is known only after \`${known.needs ?? ''}\``;
  return isInPlan(names, known.from) ? null : `the plan has no \`${known.from ?? ''}\` to take it from`;
}

function isInPlan(names: PlanNames, from: KnownField['from']): boolean {
  if (from === null) return true;
  if (from !== 'expectations') return valueAt(names.raw, from.split('.')) !== undefined;
  const steps = [...names.procedures.values()].flat();
  return steps.some((step) => step.raw['expected'] !== undefined) || isInPlan(names, 'objectives.rto');
}

/** Mail to a role needs an address among its contacts. */
function* contactProblems(names: PlanNames, message: RawMap, path: PlanPath): Drafts {
  const kinds = ['channel', 'otherwise'].map((key) =>
    memberOf(memberOf(names.raw['channels'], textOf(message[key]) ?? ''), 'kind'),
  );
  if (!kinds.includes('smtp')) return;
  const audience = memberOf(names.raw['audiences'], textOf(message['audience']) ?? '');
  for (const role of listOf(memberOf(audience, 'roles'))) {
    const member = memberOf(names.raw['team'], textOf(role) ?? '');
    if (member === undefined || listOf(memberOf(member, 'contacts')).some(isAddress)) continue;
    yield {
      path: [...path, 'audience'],
      message: `the message \`${String(path.at(-1))}\` goes by mail to the role \`${String(role)}\`, which has no e-mail address among its contacts`,
      found: String(role),
      instead: `add one to \`team.${String(role)}.contacts\``,
    };
  }
}

/** Contacts may also be telephone numbers. */
export function isAddress(contact: unknown): contact is string {
  return typeof contact === 'string' && /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/.test(contact);
}
