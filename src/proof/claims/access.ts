import { countOf } from '../../kernel/count.ts';
import { type Evidence, type Moment, momentsOf, targetStateOf } from '../evidence.ts';
import type { AccessSweep } from '../record.ts';
import type { JudgedClaim } from './claim.ts';
import { judgedVoid, rollbackBreak, voidReason } from './void.ts';

type Sweeps = readonly Moment<'sweep'>[];

export function judgeAccess(evidence: Evidence): JudgedClaim {
  const groups = targetStateOf(evidence)?.access ?? [];
  if (Object.keys(evidence.plan.users).length === 0)
    return { state: 'not-examined', sentence: 'The plan names no users.', because: [] };
  if (groups.length === 0) return { state: 'not-examined', sentence: 'The target state names no users.', because: [] };
  const sweeps = momentsOf(evidence, 'sweep');
  return changed(sweeps) ?? notShown(evidence, { groups, sweeps }) ?? unknown(sweeps) ?? proven(sweeps);
}

function changed(sweeps: Sweeps): JudgedClaim | null {
  const different = sweeps.filter(({ facts }) => changesOf(facts).length > 0);
  if (different.length === 0) return null;
  const users = different.flatMap(({ facts }) => facts.users.filter((user) => user.changes.length > 0));
  const open = different.flatMap(({ facts }) => facts.anonymous.filter((one) => one.changed));
  const all = sweeps.reduce((total, { facts }) => total + facts.users.length, 0);
  const what = [
    open.length === 0 ? [] : [`${open.map((one) => one.path).join(', ')} answers strangers differently`],
    users.length === 0 ? [] : [`${users.length} of ${countOf(all, 'user')} can do other things than before`],
  ].flat();
  return {
    state: 'failed',
    sentence: `${capital(what.join('; '))}.`,
    because: different.flatMap(({ facts }) => changesOf(facts)),
    settledAtMs: Math.min(...different.map((one) => one.atMs)),
  };
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function changesOf(sweep: AccessSweep): readonly string[] {
  const anonymous = sweep.anonymous
    .filter((one) => one.changed)
    .map((one) => `without login ${one.path}: ${one.before} before, ${one.after} now`);
  return [
    ...anonymous,
    ...sweep.users.flatMap((user) => user.changes.map((change) => `${user.user} (${user.role}): ${change}`)),
  ];
}

function notShown(
  evidence: Evidence,
  { groups, sweeps }: { readonly groups: readonly string[]; readonly sweeps: Sweeps },
): JudgedClaim | null {
  const broken = rollbackBreak(evidence);
  // They were tried on a clone; a rollback that goes no further leaves them without a program.
  if (broken !== null)
    return { state: 'inconclusive', sentence: `Nothing is shown: ${broken.what}.`, because: broken.because };
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  const swept = new Set(sweeps.map(({ facts }) => facts.group));
  const missing = groups.filter((group) => !swept.has(group));
  if (missing.length > 0)
    return {
      state: 'inconclusive',
      sentence: `No user of ${missing.join(', ')} was tried after the rollback.`,
      because: [],
    };
  const empty = sweeps.find(({ facts }) => facts.users.length === 0);
  if (empty !== undefined)
    return { state: 'inconclusive', sentence: `There is no user in ${empty.facts.group}.`, because: [] };
  const locked = sweeps.find(({ facts }) => !facts.users.some(couldAnything));
  if (locked === undefined) return null;
  return {
    state: 'inconclusive',
    sentence: `No user of ${locked.facts.group} could do anything before, so the comparison shows nothing.`,
    because: [],
  };
}

function couldAnything({ before }: AccessSweep['users'][number]): boolean {
  return Object.values(before).some((result) => result.outcome === 'can');
}

function unknown(sweeps: Sweeps): JudgedClaim | null {
  const answers = sweeps.flatMap(({ facts }) => unknownsOf(facts));
  if (answers.length === 0) return null;
  return {
    state: 'inconclusive',
    sentence: `${countOf(answers.length, 'answer')} ${answers.length === 1 ? 'is' : 'are'} unknown.`,
    because: answers.slice(0, 20),
  };
}

function unknownsOf(sweep: AccessSweep): readonly string[] {
  const anonymous = sweep.anonymous
    .filter((one) => [one.before, one.after].some((side) => /^(unknown|not tried)/.test(side)))
    .map((one) => `without login ${one.path}: ${one.before} before, ${one.after} now`);
  const users = sweep.users.flatMap((user) =>
    [user.before, user.after].flatMap((side) =>
      Object.entries(side).flatMap(([ability, result]) =>
        result.outcome === 'unknown' ? [`${user.user} ${ability}: ${result.note}`] : [],
      ),
    ),
  );
  return [...anonymous, ...users];
}

function proven(sweeps: Sweeps): JudgedClaim {
  const users = sweeps.reduce((total, { facts }) => total + facts.users.length, 0);
  const strangers = sweeps.some(({ facts }) => facts.anonymous.length > 0);
  return {
    state: 'proven',
    sentence: `All ${countOf(users, 'user')} can do exactly what they could do before${strangers ? ', and strangers nothing more' : ''}.`,
    because: sweeps.map(({ facts }) => `${facts.group}: ${facts.how}`),
    settledAtMs: Math.max(...sweeps.map((one) => one.atMs)),
  };
}
