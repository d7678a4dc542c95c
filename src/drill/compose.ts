import { invariant } from '../kernel/errors.ts';
import { parseDuration } from '../kernel/duration.ts';
import type { Phase, Plan, Procedure, Scenario, Step, SystemState } from '../plan/schema.ts';
import { goLiveOf, predecessorsOf, repeatOf, stepKindOf } from '../plan/steps.ts';
import type { Activity, TwinPurpose } from './activity.ts';
import type { Graph, GraphNode } from './graph.ts';

/** Stages as a person would name them, in the order of a drill. */
export type Stage = 'prepare' | 'go live' | 'inject' | 'detect' | 'decide' | 'roll back' | 'verify' | 'open' | 'release' | 'evaluate';

export interface ComposeOptions {
  /** A person is at the terminal and is asked when a step fails. */
  readonly attended: boolean;
  /** Run the plan's steps only up to this one, or from this one on: for people writing a plan. No verdict. */
  readonly until?: string;
  readonly from?: string;
}

const HOUR_MS = 3_600_000;
const DEFAULT_STEP_TIMEOUT_MS = HOUR_MS;

/** One scenario of a plan as a graph, in the order of `product.md` section 4. */
export function composeDrill(plan: Plan, scenarioName: string, options: ComposeOptions): Graph<Activity> {
  const scenario = plan.scenarios[scenarioName];
  invariant(scenario !== undefined, `the plan has no scenario ${scenarioName}`);
  const composer = new Composer(plan, scenario, options);
  return { nodes: composer.compose() };
}

interface Draft {
  readonly id: string;
  readonly title: string;
  readonly after: readonly string[];
  readonly activity: Activity;
  readonly stage: Stage;
  readonly clock?: Phase;
  readonly always?: boolean;
  readonly timeoutMs?: number;
}

class Composer {
  private readonly nodes: GraphNode<Activity>[] = [];
  private readonly plan: Plan;
  private readonly scenario: Scenario;
  private readonly options: ComposeOptions;

  constructor(plan: Plan, scenario: Scenario, options: ComposeOptions) {
    this.plan = plan;
    this.scenario = scenario;
    this.options = options;
  }

  compose(): readonly GraphNode<Activity>[] {
    const prepared = this.prepare();
    const live = this.goLive(prepared);
    const damaged = this.inject(live);
    const decided = this.detectAndDecide(damaged);
    const verified = this.rollBack(decided);
    this.openAndWatch(verified);
    this.finish();
    return this.cut();
  }

  // --- prepare ---------------------------------------------------------------------------------------------------

  private prepare(): readonly string[] {
    this.add({ id: 'provision', title: 'make the isolated environment', after: [], activity: { kind: 'provision' }, stage: 'prepare' });
    const drifted = this.stores().map((store) => {
      this.add({ id: `restore-start.${store}`, title: `restore ${store} from the restore point`, after: ['provision'], activity: { kind: 'restore-start', store }, stage: 'prepare' });
      this.add({ id: `read.restored.${store}`, title: `read ${store} at rest`, after: [`restore-start.${store}`], activity: { kind: 'read', store, label: 'restored' }, stage: 'prepare' });
      return this.add({ id: `drift.${store}`, title: `ordinary work of the days since the backup on ${store}`, after: [`read.restored.${store}`], activity: { kind: 'drift', store }, stage: 'prepare' });
    });
    const control = this.twins('control', drifted);
    const groups = this.targetState().access;
    const before = groups.length === 0 ? drifted : [this.twins('before', [control])];
    const controlRun = this.add({ id: 'control-run', title: 'control run on an untouched twin', after: [control], activity: { kind: 'control-run' }, stage: 'prepare' });
    const swept = this.sweeps('before', before);
    const dropped = [this.dropTwins('control', [controlRun]), ...(groups.length === 0 ? [] : [this.dropTwins('before', swept)])];
    const up = this.bringUp([...before, control]);
    const steady = this.add({ id: 'steady', title: 'check the start state', after: up.length === 0 ? dropped : up, activity: { kind: 'verify-state', state: this.startState(), when: 'before' }, stage: 'prepare' });
    return [steady, ...dropped];
  }

  private twins(purpose: TwinPurpose, after: readonly string[]): string {
    const clock = purpose === 'after' ? { clock: 'verify' as const } : {};
    return this.add({ id: `twins.${purpose}`, title: `throw-away twins (${purpose})`, after, activity: { kind: 'make-twins', purpose }, stage: purpose === 'after' ? 'verify' : 'prepare', ...clock });
  }

  private dropTwins(purpose: TwinPurpose, after: readonly string[]): string {
    return this.add({ id: `drop-twins.${purpose}`, title: `remove the twins (${purpose})`, after, activity: { kind: 'drop-twins', purpose }, stage: purpose === 'after' ? 'verify' : 'prepare' });
  }

  private sweeps(when: 'before' | 'after', after: readonly string[]): readonly string[] {
    const stage = when === 'after' ? 'verify' : 'prepare';
    const clock = when === 'after' ? { clock: 'verify' as const } : {};
    return this.targetState().access.map((group) =>
      this.add({ id: `sweep.${when}.${group}`, title: `every user of ${group}: log in, count, create, undo`, after, activity: { kind: 'sweep', group, when }, stage, ...clock }),
    );
  }

  private bringUp(after: readonly string[]): readonly string[] {
    const state = this.startState();
    const systems = Object.entries(this.plan.states[state]?.systems ?? {});
    const services = systems.filter(([system]) => this.plan.systems[system]?.kind === 'service');
    const up = services.map(([system]) => this.add({ id: `bring-up.${system}`, title: `bring ${system} up`, after, activity: { kind: 'bring-up', state, system }, stage: 'prepare' }));
    const routes = systems.filter(([system]) => this.plan.systems[system]?.kind === 'route');
    const pointed = routes.map(([system]) => this.add({ id: `bring-up.${system}`, title: `point ${system}`, after: up.length === 0 ? after : up, activity: { kind: 'bring-up', state, system }, stage: 'prepare' }));
    return [...up, ...pointed];
  }

  // --- go live ---------------------------------------------------------------------------------------------------

  private goLive(prepared: readonly string[]): readonly string[] {
    const name = goLiveOf(this.plan, this.scenario);
    const procedure = name === undefined ? undefined : this.plan.procedures[name];
    invariant(name !== undefined && procedure !== undefined, 'the scenario has no go-live');
    const ends = this.procedure({ name, procedure, entry: prepared, stage: 'go live', defaults: null });
    this.sealAround(name, procedure, prepared);
    const verify = this.add({ id: 'live', title: `verify the state ${this.scenario.at}`, after: ends, activity: { kind: 'verify-state', state: this.scenario.at, when: 'live' }, stage: 'go live' });
    const reads = this.stores().map((store) => this.add({ id: `read.live.${store}`, title: `read ${store} in the new state`, after: [verify], activity: { kind: 'read', store, label: 'live' }, stage: 'go live' }));
    return [this.add({ id: 'departure', title: 'show that the new state differs from the old one', after: reads, activity: { kind: 'departure', at: 'live' }, stage: 'go live' })];
  }

  /** Seal when the go-live's backup starts; look again before its first changing step. */
  private sealAround(name: string, procedure: Procedure, prepared: readonly string[]): void {
    const backups = procedure.steps.filter((step) => step.backup !== undefined).map((step) => `${name}.${step.id}`);
    const first = backups[0] ?? `${name}.${procedure.steps[0]?.id ?? ''}`;
    const anchor = this.node(first);
    const seal = this.add({ id: 'seal', title: 'seal the baseline', after: anchor.after.length === 0 ? prepared : anchor.after, activity: { kind: 'seal', stores: this.stores() }, stage: 'go live' });
    this.replaceAfter(first, () => [seal]);
    const last = backups.at(-1);
    if (last === undefined) return;
    const gaps = this.stores().map((store) => this.add({ id: `gap.${store}`, title: `no foreign write to ${store} since the seal`, after: [last], activity: { kind: 'gap', store }, stage: 'go live' }));
    for (const node of [...this.nodes]) {
      const follows = node.activity.kind === 'step' && node.after.includes(last) && !backups.includes(node.id);
      if (follows) this.replaceAfter(node.id, (after) => [...after.filter((id) => id !== last), ...gaps]);
    }
  }

  // --- inject, detect, decide ------------------------------------------------------------------------------------

  private inject(live: readonly string[]): readonly string[] {
    const before = this.add({ id: 'watch-before', title: 'read triggers and checks before any damage', after: live, activity: { kind: 'watch-before' }, stage: 'inject' });
    if (this.scenario.faults.length === 0) return [before];
    return [this.add({ id: 'inject', title: 'inject the faults and show the damage', after: [before], activity: { kind: 'inject' }, stage: 'inject' })];
  }

  private detectAndDecide(after: readonly string[]): readonly string[] {
    const detect = this.add({ id: 'detect', title: 'wait until something notices', after, activity: { kind: 'detect' }, stage: 'detect', clock: 'detect' });
    return [this.add({ id: 'decide', title: 'decide', after: [detect], activity: { kind: 'decide' }, stage: 'decide', clock: 'decide', timeoutMs: 24 * HOUR_MS })];
  }

  // --- roll back, verify, open -----------------------------------------------------------------------------------

  private rollBack(decided: readonly string[]): string {
    const name = this.scenario.rollback;
    const procedure = this.plan.procedures[name];
    invariant(procedure !== undefined, `the plan has no procedure ${name}`);
    this.procedure({ name, procedure, entry: decided, stage: 'roll back', defaults: 'restore' });
    const closing = this.stepsBeforeVerified(name, procedure);
    this.shutOut(name, procedure, closing);
    const atRest = this.atRest(name, closing);
    const up = this.add({ id: 'answers', title: 'the restored systems answer in the right version', after: [...closing, ...atRest], activity: { kind: 'answers' }, stage: 'verify', clock: 'restore' });
    const checked = this.add({ id: 'checks', title: `verify the state ${procedure.to}`, after: [up], activity: { kind: 'verify-state', state: procedure.to, when: 'verify' }, stage: 'verify', clock: 'verify' });
    const swept = this.sweeps('after', this.targetState().access.length === 0 ? [] : ['twins.after']);
    this.add({ id: 'verified', title: 'verified', after: [checked, ...swept, ...atRest], activity: { kind: 'verified' }, stage: 'verify', clock: 'verify' });
    if (swept.length > 0) this.dropTwins('after', swept);
    return 'verified';
  }

  private stepsBeforeVerified(name: string, procedure: Procedure): readonly string[] {
    const opening = this.stepsAfterVerified(name, procedure);
    return procedure.steps.map((step) => `${name}.${step.id}`).filter((id) => !opening.has(id));
  }

  private stepsAfterVerified(name: string, procedure: Procedure): ReadonlySet<string> {
    const opening = new Set<string>();
    procedure.steps.forEach((step, index) => {
      const before = predecessorsOf(procedure, index);
      if (before.some((id) => id === 'verified' || opening.has(`${name}.${id}`))) opening.add(`${name}.${step.id}`);
    });
    return opening;
  }

  /** After the last step that locks out, before the first that restores: nobody else may be connected. */
  private shutOut(name: string, procedure: Procedure, closing: readonly string[]): void {
    const restoring = procedure.steps.find((step) => step.restore !== undefined && closing.includes(`${name}.${step.id}`));
    if (restoring === undefined) return;
    const id = `${name}.${restoring.id}`;
    const out = this.add({ id: 'shut-out', title: 'nobody else is connected', after: this.node(id).after, activity: { kind: 'shut-out' }, stage: 'roll back', clock: 'execute' });
    this.replaceAfter(id, () => [out]);
  }

  /** The reading at rest stands before the first step that starts a program, behind everything that steps before it did. */
  private atRest(name: string, closing: readonly string[]): readonly string[] {
    const starts = closing.map((id) => this.node(id)).filter((node) => node.activity.kind === 'step' && node.activity.step.start !== undefined);
    const before = starts.length === 0 ? closing.slice(-1) : [...new Set(starts.flatMap((node) => node.after))];
    const readings = this.comparedStores().map((store) =>
      this.add({ id: `at-rest.${store}`, title: `${store} at rest equals the baseline`, after: before, activity: { kind: 'at-rest', store }, stage: 'verify', clock: 'verify' }),
    );
    const gate = this.targetState().access.length === 0 ? readings : [this.twins('after', readings.length === 0 ? before : readings)];
    if (gate.length > 0) for (const node of starts) this.replaceAfter(node.id, () => gate);
    invariant(this.plan.procedures[name] !== undefined, 'the rollback exists');
    return readings;
  }

  private openAndWatch(verified: string): void {
    const procedure = this.plan.procedures[this.scenario.rollback];
    invariant(procedure !== undefined, 'the rollback exists');
    const opening = [...this.stepsAfterVerified(this.scenario.rollback, procedure)];
    const opened = opening.length === 0 ? [verified] : opening;
    const write = this.add({ id: 'first-write', title: 'first write of a user through the entry', after: opened, activity: { kind: 'first-write' }, stage: 'open', clock: 'execute' });
    const held = [...new Set(procedure.steps.filter((step) => step.jobs === 'held').flatMap((step) => step.start ?? []))];
    const released = held.map((service) => this.add({ id: `release-jobs.${service}`, title: `release the jobs of ${service}`, after: [write], activity: { kind: 'release-jobs', service }, stage: 'open' }));
    const quiet = this.add({ id: 'watch', title: 'quiet time', after: released.length === 0 ? [write] : released, activity: { kind: 'watch' }, stage: 'open' });
    for (const store of this.comparedStores()) {
      this.add({ id: `second.${store}`, title: `read ${store} a second time`, after: [quiet], activity: { kind: 'second-reading', store }, stage: 'open' });
    }
  }

  private finish(): void {
    const all = this.nodes.map((node) => node.id);
    this.add({ id: 'release', title: 'remove the environment and look for leaks', after: all, activity: { kind: 'release' }, stage: 'release', always: true });
    this.add({ id: 'evaluate', title: 'open the truth and evaluate', after: ['release'], activity: { kind: 'evaluate' }, stage: 'evaluate', always: true });
  }

  // --- parts -----------------------------------------------------------------------------------------------------

  private procedure(request: { readonly name: string; readonly procedure: Procedure; readonly entry: readonly string[]; readonly stage: Stage; readonly defaults: Phase | null }): readonly string[] {
    const { name, procedure, entry, stage } = request;
    const ids = procedure.steps.map((step, index) => {
      const before = predecessorsOf(procedure, index).map((id) => (id === 'verified' ? 'verified' : `${name}.${id}`));
      this.nodes.push(this.stepNode({ name, step, after: before.length === 0 ? entry : before, stage, clocked: request.defaults !== null }));
      return `${name}.${step.id}`;
    });
    return ids.filter((id) => !this.nodes.some((node) => node.after.includes(id)));
  }

  private stepNode(request: { readonly name: string; readonly step: Step; readonly after: readonly string[]; readonly stage: Stage; readonly clocked: boolean }): GraphNode<Activity> {
    const { name, step, after, stage } = request;
    const repeat = repeatOf(step);
    return {
      id: `${name}.${step.id}`,
      title: step.id,
      after,
      stage,
      procedure: name,
      clock: request.clocked ? (step.phase ?? defaultPhaseOf(step)) : null,
      owner: step.owner ?? null,
      expected: step.expected === undefined ? null : { p50Ms: ms(step.expected.p50), p90Ms: ms(step.expected.p90) },
      activity: { kind: 'step', procedure: name, step },
      always: step.always ?? false,
      whenFailed: step.when === undefined ? null : `${name}.${step.when.failed}`,
      repeat,
      retry: step.retry === undefined || repeat !== 'safe' ? null : { times: step.retry.times, waitMs: ms(step.retry.wait) },
      timeoutMs: step.timeout === undefined ? DEFAULT_STEP_TIMEOUT_MS : ms(step.timeout),
      attended: this.options.attended,
    };
  }

  /** `--until` and `--from`: steps outside the range are left out, and what depended on them depends on what they did. */
  private cut(): readonly GraphNode<Activity>[] {
    const { until, from } = this.options;
    if (until === undefined && from === undefined) return this.nodes;
    const steps = this.nodes.filter((node) => node.activity.kind === 'step').map((node) => node.id);
    const end = until === undefined ? steps.length : steps.findIndex((id) => matches(id, until)) + 1;
    const begin = from === undefined ? 0 : steps.findIndex((id) => matches(id, from));
    const dropped = new Set(steps.filter((_, index) => index < begin || index >= end));
    const kept = this.nodes.filter((node) => !dropped.has(node.id) && (until === undefined || !dependsOnAny(this.nodes, node, dropped)));
    const names = new Set(kept.map((node) => node.id));
    return kept.map((node) => ({ ...node, after: this.through(node.after, names) }));
  }

  private through(after: readonly string[], kept: ReadonlySet<string>): readonly string[] {
    return [...new Set(after.flatMap((id) => (kept.has(id) ? [id] : this.through(this.node(id).after, kept))))];
  }

  private add(draft: Draft): string {
    this.nodes.push({
      ...draft,
      procedure: null,
      clock: draft.clock ?? null,
      owner: null,
      expected: null,
      always: draft.always ?? false,
      whenFailed: null,
      repeat: 'safe',
      retry: null,
      timeoutMs: draft.timeoutMs ?? 6 * HOUR_MS,
      attended: false,
    });
    return draft.id;
  }

  private node(id: string): GraphNode<Activity> {
    const node = this.nodes.find((one) => one.id === id);
    invariant(node !== undefined, `no node ${id}`);
    return node;
  }

  private replaceAfter(id: string, change: (after: readonly string[]) => readonly string[]): void {
    const index = this.nodes.findIndex((node) => node.id === id);
    const node = this.node(id);
    this.nodes[index] = { ...node, after: change(node.after) };
  }

  private stores(): readonly string[] {
    return Object.keys(this.plan.systems).filter((name) => {
      const kind = this.plan.systems[name]?.kind;
      return kind === 'postgres' || kind === 'directory';
    });
  }

  private comparedStores(): readonly string[] {
    return this.stores().filter((store) => equalsOf(this.targetState().systems[store]) !== undefined);
  }

  private startState(): string {
    const goLive = this.plan.procedures[goLiveOf(this.plan, this.scenario) ?? ''];
    const start = goLive?.from.find((name) => this.plan.states[name] !== undefined);
    invariant(start !== undefined, 'the go-live starts from no state');
    return start;
  }

  private targetState(): Plan['states'][string] {
    const state = this.plan.states[this.plan.procedures[this.scenario.rollback]?.to ?? ''];
    invariant(state !== undefined, 'the rollback leads to no state');
    return state;
  }
}

export function equalsOf(state: SystemState | undefined): string | undefined {
  return typeof state === 'object' ? state.equals : undefined;
}

function defaultPhaseOf(step: Step): Phase {
  switch (stepKindOf(step)) {
    case 'stop':
    case 'route':
    case 'manual':
      return 'execute';
    case 'check':
      return 'verify';
    default:
      return 'restore';
  }
}

function ms(text: string): number {
  const value = parseDuration(text);
  invariant(value !== undefined, `${text} is no duration`);
  return value;
}

/** A step is named alone or with its procedure: `restore` or `go-back.restore`. */
function matches(id: string, wanted: string): boolean {
  return id === wanted || id.endsWith(`.${wanted}`);
}

function dependsOnAny(nodes: readonly GraphNode<Activity>[], node: GraphNode<Activity>, dropped: ReadonlySet<string>): boolean {
  if (node.always) return false;
  const byId = new Map(nodes.map((one) => [one.id, one]));
  const seen = new Set<string>();
  const open = [...node.after];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (dropped.has(id)) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(byId.get(id)?.after ?? []));
  }
  return false;
}
