import { brokenOffAt } from '../../plan/departure-point.ts';
import type { ClaimName, Scenario } from '../../plan/schema.ts';
import { claimName } from '../../plan/schema/scenarios.ts';
import { type Evidence, environmentTroubles } from '../evidence.ts';
import type { Claim, Clocks } from '../record.ts';
import { judgeAccess } from './access.ts';
import type { JudgedClaim } from './claim.ts';
import { judgeCommunication } from './communication.ts';
import { judgeDecision } from './decision.ts';
import { judgeDetection } from './detection.ts';
import { withFallback } from './fallback.ts';
import { judgeFlows } from './flows.ts';
import { judgeFunction } from './function.ts';
import { judgeLoss } from './loss.ts';
import { judgeStores } from './stores.ts';
import { withTwists } from './twists.ts';
import { judgeTime } from './time.ts';

/** Law 3. Pure: evidence in, claims out. Nothing here knows how a fact was found. */
export function judgeClaims(evidence: Evidence, clocks: Clocks): readonly Claim[] {
  const judge: Readonly<Record<ClaimName, () => JudgedClaim>> = {
    data: () => judgeStores(evidence, 'postgres'),
    files: () => judgeStores(evidence, 'directory'),
    function: () => judgeFunction(evidence),
    access: () => judgeAccess(evidence),
    flows: () => judgeFlows(evidence),
    loss: () => judgeLoss(evidence),
    detection: () => judgeDetection(evidence),
    decision: () => judgeDecision(evidence),
    time: () => judgeTime(evidence, clocks),
    communication: () => judgeCommunication(evidence, clocks),
  };
  const required = requiredClaims(evidence);
  return claimName.options.map((name) => {
    const shown = withTwists(evidence, name, withFallback(evidence, name, judge[name]()));
    const judged = judgeOne({ evidence, judged: shown, isRequired: required.has(name) });
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

function judgeOne(made: {
  readonly evidence: Evidence;
  readonly judged: JudgedClaim;
  readonly isRequired: boolean;
}): JudgedClaim {
  const { evidence, judged, isRequired } = made;
  return evidence.partial ? withoutVerdict(judged, isRequired) : withTroubles(evidence, judged);
}

/** By kind, for the subjects that the plan has; `requires` can only add. */
export function requiredClaims(evidence: Evidence): ReadonlySet<ClaimName> {
  const { plan, scenario } = evidence;
  const kinds = new Set(Object.values(plan.systems).map((system) => system.kind));
  const subjects: Readonly<Partial<Record<ClaimName, boolean>>> = {
    data: kinds.has('postgres'),
    files: kinds.has('directory'),
    function: kinds.has('service') || Object.keys(plan.checks).length > 0,
    access: Object.keys(plan.users).length > 0,
    flows: Object.keys(plan.flows).length > 0,
    // Nobody works in a new system whose go-live is not finished.
    loss: brokenOffAt(scenario) === null,
  };
  const work: readonly ClaimName[] = scenario.workload.length > 0 ? ['loss'] : [];
  return new Set([...BY_KIND[scenario.kind].filter((name) => subjects[name] !== false), ...work, ...scenario.requires]);
}

const CLEAN: readonly ClaimName[] = ['data', 'files', 'function', 'access'];
const PARTIAL: readonly ClaimName[] = ['flows', 'function', 'loss', 'detection'];
const BY_KIND: Readonly<Record<Scenario['kind'], readonly ClaimName[]>> = {
  S0: CLEAN,
  S1: [...CLEAN, 'detection'],
  S2: PARTIAL,
  S3: [...CLEAN, ...PARTIAL],
};

/** Law 12: what the machine did to the drill makes a claim inconclusive that was not settled before. It is never the plan's fault. */
function withTroubles(evidence: Evidence, judged: JudgedClaim): JudgedClaim {
  const troubles = environmentTroubles(evidence).filter((one) => (judged.settledAtMs ?? Infinity) >= one.fromMs);
  const [first] = troubles;
  if (first === undefined) return judged;
  // A part that says more than the whole would be quoted against it.
  const parts = judged.parts === undefined ? {} : { parts: judged.parts.map(withdrawn) };
  if (judged.state === 'not-examined') return { ...judged, ...parts };
  return {
    ...judged,
    ...parts,
    state: 'inconclusive',
    sentence: `Nothing is shown: ${first.what}.`,
    because: [...troubles.slice(1).map((one) => one.what), ...judged.because],
  };
}

function withdrawn(part: Claim['parts'][number]): Claim['parts'][number] {
  return part.state === 'not-examined' ? part : { ...part, state: 'inconclusive' };
}

/** `--until` and `--from`: no verdict, not even a bad one. */
function withoutVerdict({ parts, ...judged }: JudgedClaim, isRequired: boolean): JudgedClaim {
  if (!isRequired && judged.state === 'not-examined') return parts === undefined ? judged : { ...judged, parts };
  return { state: 'inconclusive', sentence: 'No verdict: only a part of the plan was run.', because: judged.because };
}
