import { formatDuration } from '../kernel/duration.ts';
import { formatSize } from '../kernel/size.ts';
import type { ClaimName } from '../plan/schema.ts';
import { brokenNodes, type Evidence, environmentTroubles, reached, skippedByHand } from './evidence.ts';
import type { AccessSweep, Claim, ClaimState, Clocks, Comparison } from './record.ts';

const CLAIMS: readonly ClaimName[] = ['data', 'files', 'function', 'access', 'flows', 'loss', 'detection', 'decision', 'time', 'communication'];

/** In time is proven only at this share of production bytes, restored by the same method. */
const ENOUGH_OF_PRODUCTION = 0.8;

export interface JudgedClaim {
  readonly state: ClaimState;
  readonly sentence: string;
  readonly because: readonly string[];
  readonly parts?: Claim['parts'];
}

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
    return { name, required: required.has(name), state: judged.state, sentence: judged.sentence, because: [...judged.because], parts: judged.parts ?? [] };
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
function withTroubles(judged: JudgedClaim, context: { readonly evidence: Evidence; readonly required: boolean }): JudgedClaim {
  const troubles = environmentTroubles(context.evidence);
  if (troubles.length === 0 || judged.state === 'not-examined') return judged;
  if (judged.state === 'failed' && !mayBeOurFault(context.evidence)) return judged;
  return { ...judged, state: 'inconclusive', sentence: `Nothing is shown: ${troubles[0]}.`, because: [...troubles, ...judged.because] };
}

/** A program that ran out of memory here fails checks that say nothing about the plan. */
function mayBeOurFault(evidence: Evidence): boolean {
  return evidence.all('trouble').some((trouble) => trouble.blame === 'environment');
}

export function rollbackFailure(evidence: Evidence): string | null {
  const broken = brokenNodes(evidence).find((history) => history.node.stage === 'roll back' || history.node.id === 'answers');
  if (broken === undefined || broken.outcome.blame === 'environment' || broken.outcome.blame === 'rollproof') return null;
  return `the rollback broke off at ${broken.node.id}: ${broken.outcome.detail}`;
}

/** Why nothing can be shown although nothing of the rollback failed: it was never reached, or there was nothing to undo. */
function voidReason(evidence: Evidence): string | null {
  const before = brokenNodes(evidence).find((history) => ['prepare', 'go live', 'inject'].includes(history.node.stage));
  if (before !== undefined) return `the drill did not get to the rollback: ${before.node.title}: ${before.outcome.detail}`;
  if (evidence.partial) return 'only a part of the plan was run';
  if (evidence.scenario.kind === 'S1') return faultAbsent(evidence);
  const departures = evidence.all('departure');
  return departures.length > 0 && departures.every((one) => !one.differs) ? 'the new state does not differ from the old one, so going back shows nothing' : null;
}

/** Law 2: no damage seen, no drill. */
function faultAbsent(evidence: Evidence): string | null {
  const injections = evidence.all('injection');
  const presences = evidence.all('presence');
  if (injections.length > 0 && injections.every((one) => !one.applicable)) return `fault not present: ${injections[0]?.description ?? ''}`;
  const absent = presences.find((one) => !one.shown);
  if (absent !== undefined) return `fault not present: ${absent.evidence}`;
  return presences.length === 0 ? 'fault not present: nothing was injected' : null;
}

// --- stores --------------------------------------------------------------------------------------------------------

function judgeStores(evidence: Evidence, kind: 'postgres' | 'directory'): JudgedClaim {
  const stores = Object.keys(evidence.plan.systems).filter((name) => evidence.plan.systems[name]?.kind === kind);
  if (stores.length === 0) return { state: 'not-examined', sentence: `The plan has no ${kind === 'postgres' ? 'database' : 'files'}.`, because: [] };
  const failure = rollbackFailure(evidence);
  if (failure !== null) return { state: 'failed', sentence: `Not restored: ${failure}.`, because: [failure] };
  const judged = stores.map((store) => judgeStore(evidence, store, kind));
  const state = worst(judged.map((one) => one.state));
  return { state, sentence: judged.find((one) => one.state === state)?.sentence ?? '', because: judged.flatMap((one) => [one.sentence, ...one.because]) };
}

function judgeStore(evidence: Evidence, store: string, kind: 'postgres' | 'directory'): JudgedClaim {
  const comparisons = evidence.all('comparison').filter((one) => one.store === store && one.reading !== 'between seal and first change');
  const different = comparisons.filter((one) => one.verdict === 'different');
  if (different.length > 0) return { state: 'failed', sentence: differenceSentence(different[0]), because: different.map((one) => `${one.reading}: ${detailOf(one)}`) };
  const remaining = evidence.all('remaining').filter((one) => one.keys.length > 0 && evidence.all('injection').some((injection) => injection.fault === one.fault && injection.store === store));
  if (remaining.length > 0) return { state: 'failed', sentence: `Damage of ${remaining[0]?.fault ?? ''} is still in ${store}.`, because: remaining.map((one) => `${one.fault}: ${one.keys.slice(0, 5).join(', ')}`) };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown about ${store}: ${nothing}.`, because: [nothing] };
  if (!comparisons.some((one) => one.reading === 'at rest')) return { state: 'inconclusive', sentence: `${store} was not compared with the baseline.`, because: [] };
  const unread = comparisons.find((one) => one.verdict === 'incomplete');
  if (unread !== undefined) return { state: 'inconclusive', sentence: `Not everything in ${store} could be read.`, because: unread.difference.unread.map((one) => `${one.what}: ${one.why}`) };
  if (!everDiffered(evidence, store)) return { state: 'not-examined', sentence: `${store} never differed from the baseline, so its restore shows nothing.`, because: [] };
  const rest = comparisons.find((one) => one.reading === 'at rest');
  const size = rest?.difference.compared;
  const what = kind === 'postgres' ? `${size?.rows ?? 0} rows in ${size?.parts ?? 0} tables and ${size?.objects ?? 0} schema objects` : `${size?.rows ?? 0} files`;
  return { state: 'proven', sentence: `${store} equals the state before the go-live: ${what}, compared one by one.`, because: comparisons.map((one) => `${one.reading}: ${detailOf(one)}`) };
}

function everDiffered(evidence: Evidence, store: string): boolean {
  if (evidence.all('departure').some((one) => one.store === store && one.differs)) return true;
  return evidence.all('presence').some((presence) => presence.shown && evidence.all('injection').some((one) => one.fault === presence.fault && one.store === store));
}

function differenceSentence(comparison: Comparison | undefined): string {
  return comparison === undefined ? '' : `${comparison.store} is not as it was: ${detailOf(comparison)}.`;
}

export function detailOf(comparison: Comparison): string {
  if (comparison.verdict === 'equal') return `equal${comparison.allowed.length === 0 ? '' : `, ${comparison.allowed.length} allowed changes`}`;
  if (comparison.verdict === 'incomplete') return 'equal as far as it could be read';
  const { parts, objects, counters } = comparison.difference;
  const rows = parts.map((part) => `${part.part} ${part.totals === null ? 'differs' : `${part.totals.insert} extra, ${part.totals.delete} missing, ${part.totals.update} changed`}`);
  const things = [...rows, ...objects.map((one) => `${one.kind} ${one.name} ${OBJECT_WORDS[one.operation]}`), ...counters.filter((one) => one.direction !== 'ahead').map((one) => `sequence ${one.name} is ${one.direction}`)];
  return things.length <= 4 ? things.join('; ') : `${things.slice(0, 4).join('; ')}; and ${things.length - 4} more`;
}

const OBJECT_WORDS = { insert: 'was not there', delete: 'is missing', update: 'is different' } as const;

// --- function and access -------------------------------------------------------------------------------------------

function judgeFunction(evidence: Evidence): JudgedClaim {
  const failure = rollbackFailure(evidence);
  if (failure !== null) return { state: 'failed', sentence: `The old system does not work again: ${failure}.`, because: [failure] };
  const checks = evidence.all('check').filter((check) => check.when === 'verify');
  const writes = evidence.all('first-write');
  const failed = [...checks.filter((check) => check.outcome === 'failed').map((check) => `${check.name}: expected ${check.expected}, found ${check.actual}`), ...writes.filter((write) => !write.found).map((write) => write.sentence)];
  if (failed.length > 0) return { state: 'failed', sentence: `${failed[0]}.`, because: failed };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  const unknown = checks.filter((check) => check.outcome === 'unknown').map((check) => `${check.name}: ${check.actual}`);
  if (unknown.length > 0) return { state: 'inconclusive', sentence: `${unknown.length} checks could not be asked.`, because: unknown };
  if (!reached(evidence, 'verified')) return { state: 'inconclusive', sentence: 'The checks after the rollback were not reached.', because: [] };
  if (checks.length === 0) return { state: 'not-examined', sentence: 'The target state names no checks.', because: [] };
  return { state: 'proven', sentence: `All ${checks.length} checks after the rollback passed.`, because: [...checks.map((check) => `${check.name}: ${check.actual}`), ...writes.map((write) => write.sentence)] };
}

function judgeAccess(evidence: Evidence): JudgedClaim {
  const sweeps = evidence.all('sweep');
  if (Object.keys(evidence.plan.users).length === 0) return { state: 'not-examined', sentence: 'The plan names no users.', because: [] };
  const failure = rollbackFailure(evidence);
  if (failure !== null && sweeps.length === 0) return { state: 'inconclusive', sentence: `No user was tried: ${failure}.`, because: [failure] };
  const changes = sweeps.flatMap(changesOf);
  if (changes.length > 0) return { state: 'failed', sentence: `${changes[0]}${changes.length > 1 ? ` — and ${changes.length - 1} more changes` : ''}.`, because: changes };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  if (sweeps.length === 0) return { state: 'inconclusive', sentence: 'No user was tried after the rollback.', because: [] };
  const unknown = sweeps.flatMap(unknownsOf);
  if (unknown.length > 0) return { state: 'inconclusive', sentence: `${unknown.length} answers are unknown.`, because: unknown.slice(0, 20) };
  const users = sweeps.reduce((total, sweep) => total + sweep.users.length, 0);
  return { state: 'proven', sentence: `All ${users} users can do exactly what they could do before, and strangers nothing more.`, because: sweeps.map((sweep) => `${sweep.group}: ${sweep.how}`) };
}

function changesOf(sweep: AccessSweep): readonly string[] {
  const anonymous = sweep.anonymous.filter((one) => one.changed).map((one) => `without login ${one.path}: ${one.before} before, ${one.after} now`);
  return [...anonymous, ...sweep.users.flatMap((user) => user.changes.map((change) => `${user.user} (${user.role}): ${change}`))];
}

function unknownsOf(sweep: AccessSweep): readonly string[] {
  return sweep.users.flatMap((user) =>
    [user.before, user.after].flatMap((side) => Object.entries(side).flatMap(([ability, result]) => (result.outcome === 'unknown' ? [`${user.user} ${ability}: ${result.note}`] : []))),
  );
}

// --- loss, detection, decision, time -------------------------------------------------------------------------------

function judgeLoss(evidence: Evidence): JudgedClaim {
  const written = evidence.all('comparison').filter((one) => one.reading === 'between seal and first change' && one.verdict === 'different');
  if (written.length > 0) return { state: 'failed', sentence: `Somebody wrote to ${written[0]?.store ?? ''} after the baseline was sealed.`, because: written.map(detailOf) };
  return { state: 'not-examined', sentence: 'No work after the go-live was recorded in this scenario.', because: [] };
}

function judgeDetection(evidence: Evidence): JudgedClaim {
  const detection = evidence.all('detection').at(-1);
  const redBefore = evidence.all('trigger-reading').filter((reading) => reading.phase === 'before' && reading.colour === 'red').map((reading) => `${reading.trigger} was red before any damage, so it proves nothing`);
  if (evidence.scenario.kind === 'S0') {
    if (detection?.falseAlarm === true) return { state: 'failed', sentence: `False alarm: ${detection.name} turned red without any damage.`, because: redBefore };
    return { state: 'not-examined', sentence: 'There was nothing to detect in this scenario.', because: redBefore };
  }
  if (detection === undefined) return { state: 'inconclusive', sentence: 'The drill did not get to the detection.', because: redBefore };
  const nothing = voidReason(evidence);
  if (nothing !== null) return { state: 'inconclusive', sentence: `Nothing is shown: ${nothing}.`, because: [nothing] };
  if (detection.by !== 'referee') return { state: 'proven', sentence: `The ${detection.by} ${detection.name} noticed the damage${detection.readings > 1 ? ` in ${detection.readings} readings` : ''}.`, because: redBefore };
  const blind = [...new Set(evidence.all('trigger-reading').filter((reading) => reading.colour === 'unknown').map((reading) => `${reading.trigger}: ${reading.value}`))];
  if (blind.length > 0) return { state: 'inconclusive', sentence: 'A trigger could not be read, so it is not known whether it would have noticed.', because: [...blind, ...redBefore] };
  return { state: 'failed', sentence: 'No trigger and no check of the plan noticed the damage; the referee had to call it.', because: redBefore };
}

function judgeDecision(evidence: Evidence): JudgedClaim {
  const decision = evidence.all('decision').at(-1);
  if (decision !== undefined && decision.choice !== 'go-back') return { state: 'failed', sentence: `${decision.by} chose ${decision.choice} instead of the scenario’s rollback.`, because: [] };
  if (decision?.how === 'person') return { state: 'not-examined', sentence: `${decision.by} called it; whether the right people decide in time needs a drill with them.`, because: [] };
  return { state: 'not-examined', sentence: 'No person decided: the unattended policy called it.', because: [] };
}

function judgeTime(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const machine = judgeMachineTime(evidence, clocks);
  const people = { name: 'people part', state: 'not-examined' as const, sentence: 'No person took part, so no human minute was measured.' };
  return { ...machine, parts: [{ name: 'machine part', state: machine.state, sentence: machine.sentence }, people] };
}

function judgeMachineTime(evidence: Evidence, clocks: Clocks): JudgedClaim {
  const { rtaMs, limitMs } = clocks;
  if (limitMs === null) return { state: 'not-examined', sentence: 'The plan names no limit (objectives.rto).', because: [] };
  if (rtaMs === null) return { state: 'not-examined', sentence: 'The rollback did not get to the first user’s write, so there is no time to compare.', because: [] };
  const measured = `${formatDuration(rtaMs)} of ${formatDuration(limitMs)}`;
  if (rtaMs > limitMs) return { state: 'failed', sentence: `Too slow: ${measured}.`, because: [] };
  const bytes = evidence.all('reading').filter((reading) => reading.label === 'baseline').reduce((total, reading) => total + reading.bytes, 0);
  const { productionBytes } = evidence;
  if (evidence.profile === 'fast') return { state: 'not-examined', sentence: `${measured}, but with settings that no production server has (profile fast).`, because: [] };
  if (productionBytes === null) return { state: 'not-examined', sentence: `${measured} here; the plan does not say how large production is.`, because: [] };
  const share = bytes / productionBytes;
  if (share < ENOUGH_OF_PRODUCTION) {
    return { state: 'not-examined', sentence: `${measured} at ${Math.round(share * 100)} % of production (${formatSize(bytes)} of ${formatSize(productionBytes)}): a forecast, not a proof.`, because: [] };
  }
  return { state: 'proven', sentence: `${measured}, at ${Math.round(Math.min(share, 1) * 100)} % of production size.`, because: [] };
}

// --- the whole -----------------------------------------------------------------------------------------------------

/** Failed beats inconclusive beats not examined beats proven; nothing at all is not examined. */
export function worst(states: readonly ClaimState[]): ClaimState {
  for (const state of ['failed', 'inconclusive', 'not-examined'] as const) if (states.includes(state)) return state;
  return states.length === 0 ? 'not-examined' : 'proven';
}

export interface WholeVerdict {
  readonly whole: ClaimState;
  readonly reasons: readonly string[];
}

/** Any failed claim makes the whole failed, required or not; a required one that is not proven makes it inconclusive. */
export function judgeWhole(evidence: Evidence, claims: readonly Claim[]): WholeVerdict {
  const failed = claims.filter((claim) => claim.state === 'failed');
  if (failed.length > 0) return { whole: 'failed', reasons: failed.map((claim) => `${claim.name}: ${claim.sentence}`) };
  const required = claims.filter((claim) => claim.required);
  const open = required.filter((claim) => claim.state !== 'proven');
  if (open.length > 0 || required.length === 0) return { whole: 'inconclusive', reasons: open.map((claim) => `${claim.name}: ${claim.sentence}`) };
  if (evidence.partial) return { whole: 'inconclusive', reasons: ['only a part of the plan was run'] };
  const byHand = skippedByHand(evidence);
  if (byHand.length > 0) return { whole: 'inconclusive', reasons: byHand.map((history) => `${history.node.id} was ${history.skipped ?? 'skipped'}`) };
  return { whole: 'proven', reasons: [`${required.map((claim) => claim.name).join(', ')} proven`] };
}
