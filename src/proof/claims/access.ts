import type { Evidence } from '../evidence.ts';
import type { AccessSweep } from '../record.ts';
import type { JudgedClaim } from './claim.ts';
import { rollbackFailure, voidReason } from './void.ts';

export function judgeAccess(evidence: Evidence): JudgedClaim {
  const sweeps = evidence.all('sweep');
  if (Object.keys(evidence.plan.users).length === 0)
    return { state: 'not-examined', sentence: 'The plan names no users.', because: [] };
  const failure = rollbackFailure(evidence);
  if (failure !== null && sweeps.length === 0)
    return { state: 'inconclusive', sentence: `No user was tried: ${failure}.`, because: [failure] };
  const changes = sweeps.flatMap(changesOf);
  if (changes.length > 0)
    return {
      state: 'failed',
      sentence: `${changes[0]}${changes.length > 1 ? ` — and ${changes.length - 1} more changes` : ''}.`,
      because: changes,
    };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  if (sweeps.length === 0)
    return { state: 'inconclusive', sentence: 'No user was tried after the rollback.', because: [] };
  const unknown = sweeps.flatMap(unknownsOf);
  if (unknown.length > 0)
    return { state: 'inconclusive', sentence: `${unknown.length} answers are unknown.`, because: unknown.slice(0, 20) };
  const users = sweeps.reduce((total, sweep) => total + sweep.users.length, 0);
  return {
    state: 'proven',
    sentence: `All ${users} users can do exactly what they could do before, and strangers nothing more.`,
    because: sweeps.map((sweep) => `${sweep.group}: ${sweep.how}`),
  };
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

function unknownsOf(sweep: AccessSweep): readonly string[] {
  return sweep.users.flatMap((user) =>
    [user.before, user.after].flatMap((side) =>
      Object.entries(side).flatMap(([ability, result]) =>
        result.outcome === 'unknown' ? [`${user.user} ${ability}: ${result.note}`] : [],
      ),
    ),
  );
}
