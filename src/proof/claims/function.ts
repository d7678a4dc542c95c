import { countOf } from '../../kernel/count.ts';
import { type Evidence, momentsOf, reached } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { judgedVoid, returnBreak, voidReason } from './void.ts';

/** Law 1: opening is judged at t6, so checks alone are not enough. */
export function judgeFunction(evidence: Evidence): JudgedClaim {
  return (
    notWorking(evidence) ??
    brokenOff(evidence) ??
    notShown(evidence) ?? {
      state: 'proven',
      sentence: passing(checksOf(evidence).length),
      because: [
        ...checksOf(evidence).map(({ facts }) => `${facts.name}: ${facts.actual}`),
        ...evidence.all('first-write').map((write) => write.sentence),
      ],
    }
  );
}

function passing(checks: number): string {
  return checks === 1 ? 'The one check after the rollback passes.' : `All ${checks} checks after the rollback pass.`;
}

type Checks = ReturnType<typeof momentsOf<'check'>>;

function checksOf(evidence: Evidence): Checks {
  return momentsOf(evidence, 'check').filter(({ facts }) => facts.when === 'verify' || facts.when === 'watch');
}

function notWorking(evidence: Evidence): JudgedClaim | null {
  const checks = checksOf(evidence);
  const failed = checks.filter(({ facts }) => facts.outcome === 'failed');
  const unfound = momentsOf(evidence, 'first-write').filter(({ facts }) => !facts.found);
  const [first] = [...failed, ...unfound];
  if (first === undefined) return null;
  const names = failed.map(({ facts }) => facts.name);
  const sentence =
    names.length === 0
      ? 'The first user’s write does not arrive.'
      : `${names.length} of ${countOf(checks.length, 'check')} after the rollback ${names.length === 1 ? 'fails' : 'fail'}: ${listed(names)}.`;
  return {
    state: 'failed',
    sentence,
    because: [
      ...failed.map(({ facts }) => `${facts.name}: expected ${facts.expected}, found ${facts.actual}`),
      ...unfound.map(({ facts }) => facts.sentence),
    ],
    settledAtMs: Math.min(...[...failed, ...unfound].map((one) => one.atMs)),
  };
}

function listed(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}

function brokenOff(evidence: Evidence): JudgedClaim | null {
  const broken = returnBreak(evidence);
  if (broken === null) return null;
  const sentence =
    broken.state === 'failed'
      ? `The old system does not work again: ${broken.what}.`
      : `It is not known whether the old system works again: ${broken.what}.`;
  return { state: broken.state, sentence, because: broken.because, settledAtMs: broken.atMs };
}

function notShown(evidence: Evidence): JudgedClaim | null {
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  const checks = checksOf(evidence);
  const unknown = checks.filter(({ facts }) => facts.outcome === 'unknown').map(({ facts }) => facts);
  if (unknown.length > 0)
    return {
      state: 'inconclusive',
      sentence: `${unknown.length} of ${countOf(checks.length, 'check')} could not be asked.`,
      because: unknown.map((check) => `${check.name}: ${check.actual}`),
    };
  if (!reached(evidence, 'verified') || !reached(evidence, 'first-write'))
    return { state: 'inconclusive', sentence: 'The drill ended before the first user’s write.', because: [] };
  if (checks.length === 0) return { state: 'not-examined', sentence: 'The target state names no checks.', because: [] };
  return null;
}
