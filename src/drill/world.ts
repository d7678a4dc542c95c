import type { Clock } from '../kernel/clock.ts';
import { invariant, RollproofError } from '../kernel/errors.ts';
import type { Environment, Host, Throttle } from '../environment/host.ts';
import type { FlowAddress, FlowProxy } from '../flow/proxy.ts';
import type { CarriedItem, Look } from '../flow/classify.ts';
import type { Write } from '../flow/ledger.ts';
import type { PrincipalFaults } from '../flow/principal-faults.ts';
import type { UsersAtWork, UsersEnd } from '../flow/users-at-work.ts';
import type { Injector } from '../fault/injector.ts';
import type { TruthVault } from '../fault/truth.ts';
import type { HttpClient } from '../people/http-client.ts';
import type { Recipient } from '../people/messages/audience.ts';
import type { Inbox } from '../people/messages/inbox.ts';
import type { RollbackAnswer, RollbackCall } from '../people/roster/decision.ts';
import type { Roster } from '../people/roster/roster.ts';
import type { SweepResult } from '../people/sweep.ts';
import type { EndpointSystem, Flow, Plan, Scenario, ServiceSystem, Step, System } from '../plan/schema.ts';
import type { PlanPath } from '../plan/problem.ts';
import type { Comparison, TriggerRun } from '../proof/record.ts';
import type { ChangeLog } from '../subject/change-log.ts';
import type { Difference } from '../subject/difference.ts';
import type { Manifest } from '../subject/manifest.ts';
import type { RestorePointSource } from '../subject/restore-point.ts';
import type { Service } from '../subject/service.ts';
import { isSqlStore, type SqlStore, type Store, type ValueSink } from '../subject/store.ts';
import type { Captured } from './activities/delta.ts';
import { storesOf } from './compose/scope.ts';
import { FlowTraces } from './flow-traces.ts';
import type { Operator } from './run.ts';
import { Twisted } from './twisted.ts';

/** What a drill needs from outside; the command line chooses the adapters. */
export interface DrillPorts {
  readonly clock: Clock;
  readonly host: Host;
  readonly vault: TruthVault;
  readonly operator: DrillOperator;
  makeStore(request: {
    readonly name: string;
    readonly system: System;
    readonly environment: Environment;
  }): Promise<Store>;
  makeService(request: {
    readonly name: string;
    readonly system: ServiceSystem | EndpointSystem;
    readonly environment: Environment;
    readonly addressOf: (system: string) => string;
  }): Promise<Service>;
  /** One for all flows of an environment. */
  makeFlowProxy(environment: Environment): FlowProxy;
  makeInjector(store: Store): Injector | null;
  /** Null for a store that knows no roles. */
  makePrincipalFaults(store: Store, environment: Environment): PrincipalFaults | null;
  httpClient(socket: string): HttpClient;
  /** In a process of their own; what they were told stands in a ledger in the private folder, whatever happens to them. */
  simulateUsers(work: UsersAtWork, signal: AbortSignal): Promise<UsersEnd>;
  /** `loses`: recipients whose mail is taken and then lost, as by a server with a wrong rule. */
  makeInbox(request: { readonly environment: Environment; readonly loses?: readonly string[] }): Promise<Inbox>;
  /** Row values of one comparison go to the private folder. */
  valuesOf(comparison: { readonly store: string; readonly reading: Comparison['reading'] }): ValueSink;
  /** One file of the drill's private folder; values may stand in it. */
  privateLines(name: string): (line: object) => void;
  /** Puts a text into a file that programs of the environment can read; answers with its path. */
  putInside(environment: Environment, name: string, text: string): Promise<string>;
  /** A damaged copy of a backup inside the environment; null where a backup of this form cannot have the defect. */
  damageBackup(request: {
    readonly environment: Environment;
    readonly source: RestorePointSource;
    readonly defect: string;
    readonly seed: number;
  }): Promise<{ readonly source: RestorePointSource; readonly what: string } | null>;
  /** Absolute path of a file that the plan names. */
  resolve(path: string): string;
  readText(path: string): Promise<string>;
  /** Versions of everything that takes part, for the record. */
  versions(): Promise<Readonly<Record<string, string>>>;
}

export interface DrillOperator extends Operator {
  /** A manual step: resolves with what the person noted. */
  confirm(
    step: {
      readonly id: string;
      readonly text: string;
      readonly observe: string | null;
      /** Who is left of those who may do it; null where the plan names nobody. */
      readonly actor: string | null;
    },
    signal: AbortSignal,
  ): Promise<{ readonly by: string; readonly observation: string }>;
  /** The decision: the facts are frozen before it is called. */
  callRollback(call: RollbackCall, signal: AbortSignal): Promise<RollbackAnswer>;
}

export interface DrillRequest {
  readonly plan: Plan;
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly drill: string;
  readonly leaseMs: number;
  /** The environment outlives the drill, under its lease. */
  readonly keep: boolean;
  /** Who is there and who is not. */
  readonly roster: Roster;
  /** Where a part of the plan stands, for people: file, line and column. */
  placeOf(path: PlanPath): string;
}

/** Everything alive in one drill. Readings are kept here; the journal holds their digests. */
export class World {
  readonly request: DrillRequest;
  readonly ports: DrillPorts;
  readonly stores = new Map<string, Store>();
  readonly services = new Map<string, Service>();
  /** Programs that stand for somebody else's systems. */
  readonly endpoints = new Map<string, Service>();
  /** Of flows that lead to a program; the others move files. */
  readonly proxies = new Map<string, ProxiedFlow>();
  readonly flowTraces = new FlowTraces();
  /** Address at which nobody listens: where throw-away twins find everything outside. */
  nowhere = '';
  /** Who changed what since the new state was read, of the stores for which that matters. */
  readonly changeLogs = new Map<string, ChangeLog>();
  /** Positions in the change logs as of the readings of the new state. */
  readonly liveAt = new Map<string, number>();
  /** Positions in the change logs when the last foreign writer was shut out (t3). */
  readonly shutOutAt = new Map<string, number>();
  readonly routes = new Map<
    string,
    { readonly port: number; readonly socket: string; switchTo(port: number | null): Promise<void>; to: string | null }
  >();
  readonly twins = new Map<string, ReadonlyMap<string, Store>>();
  readonly readings = new Map<string, Manifest>();
  /** Stores whose restore point carries a baseline of its source: absolute path of that file. */
  readonly sourceBaselines = new Map<string, string>();
  /** The procedure that leads back: the scenario's, or the fallback once it was gone over to. */
  wayBack: string;
  /** What called for the decision, for whoever makes it; null until something did. */
  noticed: string | null = null;
  /** Programs that were ended for lack of memory, each noted once. */
  readonly outOfMemory = new Set<string>();
  /** Stores whose last backup does not hold what the baseline holds, so it cannot name rows. */
  readonly withoutWitness = new Set<string>();
  /** Restore points made by the plan's own backup steps: step id → store → sources. */
  readonly backups = new Map<string, ReadonlyMap<string, readonly RestorePointSource[]>>();
  /** What is wrong around the rollback just now. */
  readonly twisted = new Twisted();
  /** Of change logs: what we wrote ourselves lies between these positions. */
  readonly ownWrites: { readonly store: string; readonly after: number; readonly upTo: number }[] = [];
  /** Answers of checks at the seal, for `sameAs: before`. */
  readonly before = new Map<string, string>();
  readonly selfChanges: SelfChange[] = [];
  /** Own writes: not the ledger of a workload. */
  readonly ledger: LedgerEntry[] = [];
  readonly worked = new Map<string, Worked>();
  /** What was done in the new system, by delta. */
  readonly captured = new Map<string, Captured>();
  /** What became of it. */
  readonly carried: CarriedItem[] = [];
  /** Null for a plan that sends no messages. */
  inbox: Inbox | null = null;
  readonly audiences = new Map<string, readonly Recipient[]>();
  readonly sweeps = new Map<string, SweepResult>();
  /** Latest unexplained difference of each store, for what remains of the damage. */
  readonly finalDifferences = new Map<string, Difference>();
  /** Steps that began, as `go-live.load`. */
  readonly stepsAtWork = new Map<string, StepAtWork>();
  /** What slows the running step down; null when nothing does. */
  throttle: Throttle | null = null;
  /** Seen before a fault took effect, for the look that shows it: fault → users who could sign in, or paths that were shut. */
  readonly seenBefore = new Map<string, readonly string[]>();
  readonly triggers = new Map<string, { before: TriggerRun['before'] }>();
  private current: Environment | undefined;
  private serial = 0;

  constructor(request: DrillRequest, ports: DrillPorts) {
    this.request = request;
    this.wayBack = request.scenario.rollback;
    this.ports = ports;
  }

  get plan(): Plan {
    return this.request.plan;
  }

  get environment(): Environment {
    invariant(this.current !== undefined, 'no environment was made');
    return this.current;
  }

  get hasEnvironment(): boolean {
    return this.current !== undefined;
  }

  enter(environment: Environment): void {
    this.current = environment;
  }

  store(name: string): Store {
    const store = this.stores.get(name);
    if (store === undefined) throw new RollproofError('plan-invalid', `${name} is not a data store of this plan`);
    return store;
  }

  sqlStore(name: string): SqlStore {
    const store = this.store(name);
    if (!isSqlStore(store)) throw new RollproofError('plan-invalid', `${name} does not answer SQL`);
    return store;
  }

  service(name: string): Service {
    const service = this.services.get(name);
    if (service === undefined) throw new RollproofError('plan-invalid', `${name} is not a service of this plan`);
    return service;
  }

  /** A service of the plan, or the program that stands for an endpoint. */
  program(name: string): Service {
    return this.endpoints.get(name) ?? this.service(name);
  }

  /** For names of processes that may run side by side. */
  nextSerial(): number {
    this.serial += 1;
    return this.serial;
  }

  /** Null for a flow that has no proxy. */
  proxied(flow: string): ProxiedFlow | null {
    return this.proxies.get(flow) ?? null;
  }

  flow(name: string): Flow {
    const flow = this.plan.flows[name];
    if (flow === undefined) throw new RollproofError('plan-invalid', `${name} is not a flow of this plan`);
    return flow;
  }

  /** Where a program or route is reached from our side. */
  socketOf(name: string): string {
    return this.routes.get(name)?.socket ?? this.program(name).socket;
  }

  addressOf(named: string): string {
    const { acting } = this.twisted;
    const system = acting?.from === named ? acting.to : named;
    const route = this.routes.get(system);
    if (route !== undefined) return `http://127.0.0.1:${route.port}`;
    const program = this.endpoints.get(system) ?? this.services.get(system);
    if (program !== undefined) return `http://127.0.0.1:${this.flowTraces.itself.get(system)?.port ?? program.port}`;
    const flow = this.plan.flows[system];
    if (flow === undefined) return this.store(system).address();
    const proxied = this.proxies.get(system);
    return proxied === undefined ? this.addressOf(flow.to) : `http://127.0.0.1:${proxied.port}`;
  }

  reading(store: string, label: string): Manifest {
    const manifest = this.readings.get(`${label}.${store}`);
    if (manifest === undefined)
      throw new RollproofError('could-not-read', `there is no reading "${label}" of ${store}`);
    return manifest;
  }

  /** Names of stores, in the order of the plan. */
  storeNames(): readonly string[] {
    return storesOf(this.plan);
  }

  serviceNames(): readonly string[] {
    return Object.keys(this.plan.systems).filter((name) => this.plan.systems[name]?.kind === 'service');
  }

  stepsBack(): readonly Step[] {
    return this.plan.procedures[this.wayBack]?.steps ?? [];
  }

  targetStateName(): string {
    const procedure = this.plan.procedures[this.wayBack];
    invariant(procedure !== undefined, 'the scenario has no rollback');
    return procedure.to;
  }

  targetState(): Plan['states'][string] {
    const state = this.plan.states[this.targetStateName()];
    invariant(state !== undefined, 'the rollback leads to no state');
    return state;
  }
}

export interface ProxiedFlow extends FlowAddress {
  readonly proxy: FlowProxy;
  /** A unix socket on our side that leads through the proxy. */
  readonly throughSocket: string;
}

export interface StepAtWork {
  readonly sinceMs: number;
  /** Null while it is at work. */
  untilMs: number | null;
  /** Ends it before its time. */
  readonly end: AbortController;
}

/** What changed by itself on the untouched twin. */
export interface SelfChange {
  readonly store: string;
  readonly part: string;
  readonly operation: 'insert' | 'delete' | 'update';
  readonly columns: readonly string[];
  readonly rows: number;
}

/** What the users of a workload wrote, and what was seen of the doubtful ones where they wrote it. */
export interface Worked {
  readonly writes: readonly Write[];
  readonly live: ReadonlyMap<string, Look>;
}

/** An own write: one that we made or acknowledged after the restore, and that a later reading must therefore show. */
export interface LedgerEntry {
  readonly store: string;
  readonly part: string;
  readonly operation: 'insert' | 'delete' | 'update';
  /** Null: any one row of the part. */
  readonly key: string | null;
  readonly why: string;
}
