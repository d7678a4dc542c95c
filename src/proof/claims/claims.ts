import type { ClaimName } from '../../plan/schema.ts';
import { type Evidence, environmentTroubles } from '../evidence.ts';
import type { Claim, Clocks } from '../record.ts';
import { judgeAccess } from './access.ts';
import type { JudgedClaim } from './claim.ts';
import { judgeDecision, judgeDetection } from './detection.ts';
import { judgeFunction } from './function.ts';
import { judgeLoss } from './loss.ts';
import { judgeStores } from './stores.ts';
import { judgeTime } from './time.ts';

const CLAIMS: readonly ClaimName[] = [
  'data',
  'files',
  'function',
  'access',
  'flows',
  'loss',
  'detection',
  'decision',
  'time',
  'communication',
];

/** Law 3. Pure: evidence in, claims out. Nothing here knows how a fact was found. */
export function judgeClaims(evidence: Evidence, clocks: Clocks): readonly Claim[] {
  const judge: Readonly<Record<ClaimName, () => JudgedClaim>> = {
    data: () => judgeStores(evidence, 'postgres'),
    files: () => judgeStores(evidence, 'directory'),
    function: () => judgeFunction(evidence),
    access: () => judgeAccess(evidence),
    flows: () => ({ state: 'not-examined', sentence: 'The plan has no flows.', because: [] }),
    loss: () => judgeLoss(evidence),
    detection: () => judgeDetection(evidence),
    decision: () => judgeDecision(evidence),
    time: () => judgeTime(evidence, clocks),
    communication: () => ({ state: 'not-examined', sentence: 'No messages were sent in this drill.', because: [] }),
  };
  const required = requiredClaims(evidence);
  return CLAIMS.map((name) => {
    const judged = withTroubles(judge[name](), { evidence, required: required.has(name) });
    return {
      name,
      required: required.has(name),
      state: judged.state,
      sentence: judged.sentence,
      because: [...judged.because],
      parts: judged.parts ?? [],
    };
  });
}

/** By kind, for the subjects that the plan has; `requires` can only add. */
export function requiredClaims(evidence: Evidence): ReadonlySet<ClaimName> {
  const { plan, scenario } = evidence;
  const kinds = new Set(Object.values(plan.systems).map((system) => system.kind));
  const byKind: readonly (readonly [ClaimName, boolean])[] = [
    ['data', kinds.has('postgres')],
    ['files', kinds.has('directory')],
    ['function', kinds.has('service') || Object.keys(plan.checks).length > 0],
    ['access', Object.keys(plan.users).length > 0],
    ['detection', scenario.kind === 'S1'],
  ];
  return new Set([...byKind.filter(([, has]) => has).map(([name]) => name), ...scenario.requires]);
}

/** Law 12: what went wrong in the environment makes a claim that is not failed inconclusive, and is never the plan's fault. */
function withTroubles(
  judged: JudgedClaim,
  context: { readonly evidence: Evidence; readonly required: boolean },
): JudgedClaim {
  if (judged.state === 'not-examined') return judged;
  if (context.evidence.partial)
    return { ...judged, state: 'inconclusive', sentence: 'No verdict: only a part of the plan was run.' };
  const troubles = environmentTroubles(context.evidence);
  if (troubles.length === 0) return judged;
  if (judged.state === 'failed' && !mayBeOurFault(context.evidence)) return judged;
  return {
    ...judged,
    state: 'inconclusive',
    sentence: `Nothing is shown: ${troubles[0]}.`,
    because: [...troubles, ...judged.because],
  };
}

/** A program that ran out of memory here fails checks that say nothing about the plan. */
function mayBeOurFault(evidence: Evidence): boolean {
  return evidence.all('trouble').some((trouble) => trouble.blame === 'environment');
}
