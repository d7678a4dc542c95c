import { type Evidence, reached } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { rollbackFailure, voidReason } from './void.ts';

export function judgeFunction(evidence: Evidence): JudgedClaim {
  const failure = rollbackFailure(evidence);
  if (failure !== null)
    return { state: 'failed', sentence: `The old system does not work again: ${failure}.`, because: [failure] };
  const checks = evidence.all('check').filter((check) => check.when === 'verify' || check.when === 'watch');
  const writes = evidence.all('first-write');
  const failed = [
    ...checks
      .filter((check) => check.outcome === 'failed')
      .map((check) => `${check.name}: expected ${check.expected}, found ${check.actual}`),
    ...writes.filter((write) => !write.found).map((write) => write.sentence),
  ];
  if (failed.length > 0) return { state: 'failed', sentence: `${failed[0]}.`, because: failed };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  const unknown = checks
    .filter((check) => check.outcome === 'unknown')
    .map((check) => `${check.name}: ${check.actual}`);
  if (unknown.length > 0)
    return { state: 'inconclusive', sentence: `${unknown.length} checks could not be asked.`, because: unknown };
  if (!reached(evidence, 'verified'))
    return { state: 'inconclusive', sentence: 'The checks after the rollback were not reached.', because: [] };
  if (checks.length === 0) return { state: 'not-examined', sentence: 'The target state names no checks.', because: [] };
  return {
    state: 'proven',
    sentence: `All ${checks.length} checks after the rollback passed.`,
    because: [...checks.map((check) => `${check.name}: ${check.actual}`), ...writes.map((write) => write.sentence)],
  };
}
