import { type AbilityResult, unknown } from './ability.ts';
import { type AnonymousProbe, compareProbes } from './anonymous.ts';
import { LOG_IN, type SweepResult, type UserSweep } from './sweep.ts';

export interface SweepPair {
  /** Null when no sweep could be made: everything is then unknown. */
  readonly before: SweepResult | null;
  readonly after: SweepResult;
  /** How the users signed in, said exactly: `with passwords reset in a throw-away clone`. */
  readonly how: string;
}

/** `sweep` is the part of the record; the lists say what the claim on access rests on. */
export interface SweepComparison {
  readonly sweep: AccessSweep;
  /** Changed beats unknown beats same. Nothing swept is unknown. */
  readonly outcome: 'same' | 'changed' | 'unknown';
  /** What is different, in both directions. */
  readonly changes: readonly string[];
  /** What nobody could find out. */
  readonly unknowns: readonly string[];
}

/** Shaped as the record has it. */
export interface AccessSweep {
  group: string;
  how: string;
  abilities: string[];
  users: SweptRow[];
  anonymous: { path: string; before: string; after: string; changed: boolean }[];
  tookMs: number;
}

interface SweptRow {
  user: string;
  role: string;
  before: Record<string, ShownResult>;
  after: Record<string, ShownResult>;
  changes: string[];
}

interface ShownResult {
  outcome: AbilityResult['outcome'];
  note: string;
}

export function compareSweeps(pair: SweepPair): SweepComparison {
  const { before, after } = pair;
  const rows = comparedUsers(before?.users ?? [], after.users).map((users) => compareUser(users, abilitiesOf(pair)));
  const probes = comparedProbes(before?.anonymous ?? [], after.anonymous);
  const changes = [...rows.flatMap((row) => row.changed), ...probes.flatMap((probe) => probe.changed)];
  const unknowns = [...rows.flatMap((row) => row.unsure), ...probes.flatMap((probe) => probe.unsure)];
  if (rows.length === 0) unknowns.unshift(`no user of ${after.group} was swept`);
  return {
    sweep: {
      group: after.group,
      how: pair.how,
      abilities: [...abilitiesOf(pair)],
      users: rows.map((row) => row.shown),
      anonymous: probes.map((probe) => probe.shown),
      tookMs: after.tookMs,
    },
    outcome: changes.length > 0 ? 'changed' : unknowns.length > 0 ? 'unknown' : 'same',
    changes,
    unknowns,
  };
}

function abilitiesOf({ before, after }: SweepPair): readonly string[] {
  return [...new Set([...(before?.abilities ?? []), ...after.abilities])];
}

interface UserPair {
  readonly before: UserSweep | undefined;
  readonly after: UserSweep | undefined;
}

function comparedUsers(before: readonly UserSweep[], after: readonly UserSweep[]): readonly UserPair[] {
  const [earlier, later] = [before, after].map((users) => new Map(users.map((user) => [user.user, user])));
  const names = new Set([...before, ...after].map((user) => user.user));
  return [...names].map((name) => ({ before: earlier?.get(name), after: later?.get(name) }));
}

interface Compared<T> {
  readonly shown: T;
  readonly changed: readonly string[];
  readonly unsure: readonly string[];
}

function compareUser(pair: UserPair, abilities: readonly string[]): Compared<SweptRow> {
  const { before, after } = pair;
  const user = after?.user ?? before?.user ?? '';
  const sentences = userSentences(pair, abilities);
  return {
    shown: {
      user,
      role: after?.role ?? before?.role ?? '',
      before: shownResults(before),
      after: shownResults(after),
      changes: sentences.map((sentence) => sentence.text),
    },
    changed: sentences.filter((sentence) => !sentence.isUnknown).map((sentence) => `${user}: ${sentence.text}`),
    unsure: sentences.filter((sentence) => sentence.isUnknown).map((sentence) => `${user}: ${sentence.text}`),
  };
}

function shownResults(user: UserSweep | undefined): Record<string, ShownResult> {
  const results = Object.entries(user?.results ?? {});
  return Object.fromEntries(results.map(([name, { outcome, note }]) => [name, { outcome, note }]));
}

interface Sentence {
  readonly text: string;
  readonly isUnknown: boolean;
}

function userSentences({ before, after }: UserPair, abilities: readonly string[]): readonly Sentence[] {
  if (after === undefined) return [changed('is missing: was there before')];
  if (before === undefined) return [changed('is new: was not there before')];
  const role =
    before.role === after.role ? [] : [changed(`had the role ${before.role || 'none'}, has ${after.role || 'none'}`)];
  const sentencesOf = (name: string): readonly Sentence[] =>
    abilitySentences(name, before.results[name], after.results[name]);
  const login = sentencesOf(LOG_IN);
  // Who cannot log in any more cannot do anything else either: said once.
  if (login.length > 0) return [...role, ...login];
  return [...role, ...abilities.filter((name) => name !== LOG_IN).flatMap(sentencesOf)];
}

const NOT_TRIED = unknown('not tried');

function abilitySentences(
  name: string,
  before: AbilityResult = NOT_TRIED,
  after: AbilityResult = NOT_TRIED,
): readonly Sentence[] {
  if (before.outcome === 'unknown') return [unsure(`${name} was not known before (${before.note})`)];
  if (after.outcome === 'unknown') return [unsure(`${name} is not known (${after.note})`)];
  if (before.outcome === 'can' && after.outcome === 'cannot') return [changed(`${name} lost: ${after.note}`)];
  if (before.outcome === 'cannot' && after.outcome === 'can')
    return [changed(`${name} gained: could not before (${before.note})`)];
  if (before.value === after.value) return [];
  return [changed(`${name} counts ${after.value ?? 'nothing'}, ${before.value ?? 'nothing'} before`)];
}

function changed(text: string): Sentence {
  return { text, isUnknown: false };
}

function unsure(text: string): Sentence {
  return { text, isUnknown: true };
}

function comparedProbes(
  before: readonly AnonymousProbe[],
  after: readonly AnonymousProbe[],
): readonly Compared<AccessSweep['anonymous'][number]>[] {
  const earlier = new Map(before.map((probe) => [probe.path, probe]));
  return after.map((probe) => compareProbe(earlier.get(probe.path), probe));
}

function compareProbe(
  before: AnonymousProbe | undefined,
  after: AnonymousProbe,
): Compared<AccessSweep['anonymous'][number]> {
  const { path } = after;
  const result = before === undefined ? 'unknown' : compareProbes(before, after);
  const was = before?.outcome ?? 'not tried';
  const shown = { path, before: was, after: after.outcome, changed: result === 'opened' || result === 'changed' };
  const sentence = `without login ${path} ${after.outcome}, before: ${was}`;
  return {
    shown,
    changed: result === 'opened' ? [`opened to everybody: ${sentence}`] : result === 'changed' ? [sentence] : [],
    unsure: result === 'unknown' ? [sentence] : [],
  };
}
