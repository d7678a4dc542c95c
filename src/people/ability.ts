import type { HttpAnswer } from './http-client.ts';
import { readPath, type TemplateValues } from './template.ts';
import type { Ability, UserRequest } from './user-group.ts';
import { ask, parseJson, type Reply, saysNothing, type Visit } from './visit.ts';

/** `unknown`: nobody could find out. It is never a pass. */
export interface AbilityResult {
  readonly outcome: 'can' | 'cannot' | 'unknown';
  readonly note: string;
  /** What a count answered. */
  readonly value: string | null;
}

export function can(note: string, value: string | null = null): AbilityResult {
  return { outcome: 'can', note, value };
}

export function cannot(note: string): AbilityResult {
  return { outcome: 'cannot', note, value: null };
}

export function unknown(note: string): AbilityResult {
  return { outcome: 'unknown', note, value: null };
}

export async function tryAbility(visit: Visit, ability: Ability): Promise<AbilityResult> {
  return 'count' in ability ? count(visit, ability.count) : create(visit, ability);
}

async function count(visit: Visit, request: UserRequest): Promise<AbilityResult> {
  const reply = await ask(visit, request, { user: visit.user });
  const refusal = judge(reply, request, 'asked');
  if (refusal !== null || 'failure' in reply) return refusal ?? unknown('no answer');
  if (request.read === undefined) return can(`answered ${reply.status}`);
  const value = readPath(parseJson(reply.body), request.read);
  if (value === undefined) return unknown(`the answer has no ${request.read}`);
  const text = textOf(value);
  return can(text, text);
}

type Creation = Extract<Ability, { readonly create: UserRequest }>;

async function create(visit: Visit, ability: Creation): Promise<AbilityResult> {
  const reply = await ask(visit, ability.create, { user: visit.user });
  const refusal = judge(reply, ability.create, 'create');
  if (refusal !== null || 'failure' in reply) return refusal ?? unknown('no answer');
  const id = idOf(reply, ability.create.read ?? 'id');
  const needsId = [ability.check, ability.undo].some(
    (request) => request !== undefined && JSON.stringify(request).includes('{id}'),
  );
  if (id === undefined && needsId) {
    return unknown(`created, but the answer has no ${ability.create.read ?? 'id'}: what was created stays`);
  }
  return afterCreation(visit, ability, { user: visit.user, id });
}

/** What was created is undone whether or not it was found. */
async function afterCreation(visit: Visit, ability: Creation, values: TemplateValues): Promise<AbilityResult> {
  const found =
    ability.check === undefined
      ? null
      : judge(await ask(visit, ability.check, values), ability.check, 'find what was created');
  const undone =
    ability.undo === undefined
      ? null
      : judge(await ask(visit, ability.undo, values), ability.undo, 'undo what was created');
  const done = [
    'created',
    ability.check === undefined ? [] : 'found',
    ability.undo === undefined ? [] : 'undone',
  ].flat();
  const problems = [found, undone].filter((result) => result !== null);
  const worst = problems.find((result) => result.outcome === 'cannot') ?? problems[0];
  return worst === undefined
    ? can(done.join(', '))
    : { ...worst, note: `created; ${problems.map((result) => result.note).join('; ')}` };
}

function idOf(answer: HttpAnswer, path: string): string | number | undefined {
  const value = readPath(parseJson(answer.body), path);
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** Null when the answer is what was hoped for. */
export function judge(
  reply: Reply,
  request: { readonly status?: number | undefined },
  what: string,
): AbilityResult | null {
  if ('failure' in reply) return unknown(`could not ${what === 'asked' ? 'ask' : what}: ${reply.failure}`);
  const { status } = reply;
  const isExpected = request.status === undefined ? status >= 200 && status < 300 : status === request.status;
  if (isExpected) return null;
  const note = what === 'asked' ? `answered ${status}` : `could not ${what}: ${status}`;
  return saysNothing(status) ? unknown(note) : cannot(note);
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return `${value.length}`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
