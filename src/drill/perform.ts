import { type ErrorCode, isRollproofError, messageOf, RollproofError, toRollproofError } from '../kernel/errors.ts';
import type { Blame, Journal, NodeOutcome } from '../journal/journal.ts';
import type { ResourceJournal } from '../environment/host.ts';
import type { Facts } from '../proof/facts.ts';
import type { Step } from '../plan/schema.ts';
import type { Activity, ActivityKind } from './activity.ts';
import { backtestCopy } from './activities/backtest.ts';
import { balance } from './activities/balance.ts';
import { type Context, contextOf } from './activities/context.ts';
import * as damage from './activities/damage.ts';
import { decide } from './activities/decide.ts';
import { departure } from './activities/departure.ts';
import { crossEarly } from './activities/twists/early.ts';
import { fallBack } from './activities/fall-back.ts';
import { evaluate, release } from './activities/ending.ts';
import { judgeChanges, listChanges } from './activities/flows/flow-changes.ts';
import { certifyStop, commandFlow } from './activities/flows/flows.ts';
import { lookAtTraffic } from './activities/flows/flow-traffic.ts';
import { firstWrite, releaseJobs, watch } from './activities/opening.ts';
import { listAudiences, openInbox } from './activities/messages.ts';
import * as prepare from './activities/prepare.ts';
import * as readings from './activities/readings.ts';
import { doneWhen, performStep } from './activities/steps.ts';
import { atWork, breakOff } from './activities/faults/step-at-work.ts';
import { answers, shutOut, verified } from './activities/turning-points.ts';
import * as twins from './activities/twins.ts';
import { verifyState } from './activities/verify-state.ts';
import { judgeSince } from './activities/writers.ts';
import { workload } from './activities/workload.ts';
import type { GraphNode } from './graph.ts';
import type { NodeRun, Perform } from './run.ts';
import type { World } from './world.ts';

/** Binds the engine's nodes to what they do. */
export function performer(world: World, journal: Journal): Perform<Activity> {
  return async (node, run) => {
    if (node.activity.kind === 'step' || node.activity.kind === 'cross-early') {
      await compareIdentities(world);
      // A drill may be longer than its lease: while it goes on, nobody may take its environment for abandoned.
      await world.environment.renewLease(world.request.leaseMs);
    }
    return perform(node.activity, { world, journal, node, run });
  };
}

interface Performance {
  readonly world: World;
  readonly journal: Journal;
  readonly node: GraphNode<Activity>;
  readonly run: NodeRun;
}

type Doing<K extends ActivityKind> = (
  context: Context,
  activity: Extract<Activity, { kind: K }>,
  performance: Performance,
) => Promise<NodeOutcome>;

/** A new kind of activity without an entry does not compile. */
const DOING: { readonly [K in ActivityKind]: Doing<K> } = {
  provision: (context, _activity, { journal }) => prepare.provision(context, resourcesIn(journal)),
  'restore-start': (context, { store }) => prepare.restoreStart(context, store),
  read: (context, { store, label }) => prepare.read(context, { store, label }),
  drift: (context, { store }) => prepare.drift(context, store),
  'open-inbox': (context) => openInbox(context),
  'list-audiences': (context) => listAudiences(context),
  'make-twins': (context, { purpose }) => prepare.makeTwins(context, purpose),
  'drop-twins': (context, { purpose }) => prepare.dropTwins(context, purpose),
  'control-run': (context) => twins.controlRun(context),
  sweep: (context, activity) => twins.sweep(context, activity),
  'bring-up': (context, activity) => prepare.bringUp(context, activity),
  'start-flow': (context, { flow }) => commandFlow(context, { name: flow, to: 'running' }),
  'verify-state': (context, activity) => verifyState(context, activity),
  seal: (context, { stores }) => readings.seal(context, stores),
  gap: (context, { store }) => readings.gap(context, store),
  departure: (context) => departure(context),
  workload: (context, activity) => workload(context, activity.workload),
  'watch-before': (context) => damage.watchBefore(context),
  inject: (context) => damage.inject(context),
  detect: (context) => damage.detect(context),
  'backtest-copy': (context, activity) => backtestCopy(context, activity),
  decide: (context) => decide(context),
  'step': (context, { procedure, step }, performance) =>
    atWork(context, { procedure, step: step.id }, (inner) => takeStep(inner, step, performance)),
  'break-off': (context, { step }) => breakOff(context, step),
  'cross-early': (context, activity, { node }) =>
    crossEarly(context, activity, async () =>
      performStep(context, activity.step).catch((error: unknown) => outcomeOf(error, node)),
    ),
  'fall-back': (context, activity) => fallBack(context, activity),
  'shut-out': (context, { whom }) => shutOut(context, whom),
  'at-rest': (context, { store }) => readings.atRest(context, store),
  answers: (context) => answers(context),
  'certify-stop': (context, { flow, when }) => certifyStop(context, { name: flow, when }),
  'flow-changes': (context, { flow, when }) =>
    when === 'list' ? listChanges(context, flow) : judgeChanges(context, flow),
  'flow-traffic': (context) => lookAtTraffic(context),
  balance: (context, activity) => balance(context, activity),
  verified: (context) => verified(context),
  'first-write': (context) => firstWrite(context),
  'release-jobs': (context, { service }) => releaseJobs(context, service),
  watch: (context) => watch(context),
  'second-reading': (context, { store }) => readings.secondReading(context, store),
  'judge-writers': (context, { store }) => judgeSince(context, store),
  release: (context) => release(context),
  evaluate: async (context, _activity, { journal }) => evaluate(context, await sealedDigest(journal)),
};

async function perform<K extends ActivityKind>(
  activity: Extract<Activity, { kind: K }>,
  performance: Performance,
): Promise<NodeOutcome> {
  const doing: Doing<K> = DOING[activity.kind];
  return doing(contextOf(performance.world, performance.run, performance.journal), activity, performance);
}

/** After a crash, a step that can say whether it took effect is asked first. */
async function takeStep(context: Context, step: Step, { node, run }: Performance): Promise<NodeOutcome> {
  if (run.attempt > 1 && node.repeat === 'check' && (await doneWhen(context, step)))
    return { kind: 'succeeded', detail: 'it had taken effect before' };
  return performStep(context, step);
}

/** Law 6: before every step, every running store must be the one that we started. Throws `identity-mismatch`. */
async function compareIdentities(world: World): Promise<void> {
  for (const store of world.stores.values()) {
    const identity = await store.identify();
    if (identity.environment === world.environment.id) continue;
    throw new RollproofError(
      'identity-mismatch',
      `${store.name} belongs to environment ${identity.environment}, not to ${world.environment.id}`,
    );
  }
}

function resourcesIn(journal: Journal): ResourceJournal {
  return {
    planned: async (resource) => void (await journal.append({ kind: 'resource-planned', resource })),
    released: async (resource) => void (await journal.append({ kind: 'resource-released', resource })),
  };
}

async function sealedDigest(journal: Journal): Promise<string | null> {
  const events = await journal.read();
  const sealed = events.findLast((event) => event.kind === 'noted' && event.topic === 'truth-sealed');
  return sealed?.kind === 'noted' ? (sealed.facts as unknown as Facts['truth-sealed']).digest : null;
}

/** Law 12: the right party is blamed. What the plan's own steps, programs and commands throw is the plan's; what our readings throw is not. */
export function outcomeOf(thrown: unknown, node: GraphNode<Activity>): NodeOutcome {
  const isPlans = PLANS_OWN.has(node.activity.kind);
  const own: Blame = isPlans ? 'plan' : 'rollproof';
  const detail = detailOf(thrown);
  const error = codeOf(thrown, isPlans);
  if (error === 'step-outcome-unknown') return { kind: 'unknown', detail, blame: own };
  return { kind: 'failed', detail, blame: BLAME[error] ?? own, error };
}

/** Where a restore point is at fault, what to do about it is the most useful word. */
function detailOf(thrown: unknown): string {
  const isBad = isRollproofError(thrown) && thrown.code === 'restore-point-bad' && thrown.hint !== undefined;
  return isBad ? `${thrown.message}; ${thrown.hint}` : messageOf(thrown);
}

const PLANS_OWN: ReadonlySet<ActivityKind> = new Set([
  'step',
  'bring-up',
  'start-flow',
  'release-jobs',
  'list-audiences',
]);

const BLAME: Readonly<Partial<Record<ErrorCode, Blame>>> = {
  'restore-point-bad': 'backup',
  'environment-not-ready': 'environment',
  'identity-mismatch': 'environment',
  'invariant-broken': 'rollproof',
  'interrupted': 'environment',
  'plan-invalid': 'plan',
};

/** What nobody foresaw is a bug of ours, unless it came from outside: then it has a code of its own, or a step of the plan met it. */
function codeOf(thrown: unknown, isPlans: boolean): ErrorCode {
  const error = toRollproofError(thrown);
  if (isRollproofError(thrown) || error.code !== 'invariant-broken') return error.code;
  const isOutside = thrown instanceof Error && ('code' in thrown || (isPlans && !isMistake(thrown)));
  return isOutside ? 'could-not-read' : 'invariant-broken';
}

function isMistake(error: Error): boolean {
  return error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError;
}
