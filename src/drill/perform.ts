import { invariant, isRollproofError, messageOf } from '../kernel/errors.ts';
import type { Blame, Journal, NodeOutcome } from '../journal/journal.ts';
import type { ResourceJournal } from '../environment/host.ts';
import type { Facts } from '../proof/facts.ts';
import type { Activity } from './activity.ts';
import * as closing from './activities/closing.ts';
import { contextOf } from './activities/context.ts';
import * as damage from './activities/damage.ts';
import * as prepare from './activities/prepare.ts';
import * as readings from './activities/readings.ts';
import { doneWhen, performStep } from './activities/steps.ts';
import * as twins from './activities/twins.ts';
import type { GraphNode } from './graph.ts';
import type { NodeRun, Perform } from './run.ts';
import type { World } from './world.ts';

/** Binds the engine's nodes to what they do. */
export function performer(world: World, journal: Journal): Perform<Activity> {
  return async (node, run) => {
    if (node.activity.kind === 'step') await compareIdentities(world);
    return perform({ world, journal, node, run });
  };
}

interface Performance {
  readonly world: World;
  readonly journal: Journal;
  readonly node: GraphNode<Activity>;
  readonly run: NodeRun;
}

async function perform({ world, journal, node, run }: Performance): Promise<NodeOutcome> {
  const context = contextOf(world, run);
  const { activity } = node;
  switch (activity.kind) {
    case 'provision':
      return prepare.provision(context, resourcesIn(journal));
    case 'restore-start':
      return prepare.restoreStart(context, activity.store);
    case 'read':
      return prepare.read(context, { store: activity.store, label: activity.label === 'live' ? 'live' : 'restored' });
    case 'drift':
      return prepare.drift(context, activity.store);
    case 'make-twins':
      return prepare.makeTwins(context, activity.purpose);
    case 'drop-twins':
      return prepare.dropTwins(context, activity.purpose);
    case 'control-run':
      return twins.controlRun(context);
    case 'sweep':
      return twins.sweep(context, activity);
    case 'bring-up':
      return prepare.bringUp(context, activity);
    case 'verify-state':
      return closing.verifyState(context, activity);
    case 'seal':
      return readings.seal(context, activity.stores);
    case 'gap':
      return readings.gap(context, activity.store);
    case 'departure':
      return readings.departure(context);
    case 'watch-before':
      return damage.watchBefore(context);
    case 'inject':
      return damage.inject(context);
    case 'detect':
      return damage.detect(context);
    case 'decide':
      return damage.decide(context);
    case 'step':
      if (run.attempt > 1 && node.repeat === 'check' && (await doneWhen(context, activity.step))) return { kind: 'succeeded', detail: 'it had taken effect before' };
      return performStep(context, activity.step);
    case 'shut-out':
      return closing.shutOut(context);
    case 'at-rest':
      return readings.atRest(context, activity.store);
    case 'answers':
      return closing.answers(context);
    case 'verified':
      return closing.verified(context);
    case 'first-write':
      return closing.firstWrite(context);
    case 'release-jobs':
      return closing.releaseJobs(context, activity.service);
    case 'watch':
      return closing.watch(context);
    case 'second-reading':
      return readings.secondReading(context, activity.store);
    case 'release':
      return closing.release(context);
    case 'evaluate':
      return closing.evaluate(context, await sealedDigest(journal));
  }
}

/** Law 6: before every step, every running store must be the one that we started. Throws `identity-mismatch`. */
async function compareIdentities(world: World): Promise<void> {
  for (const store of world.stores.values()) {
    const identity = await store.identify();
    invariant(identity.environment === world.environment.id, `${store.name} belongs to ${identity.environment}`);
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

/** Law 12: the right party is blamed. What a plan's step throws is the plan's; what our readings throw is not. */
export function outcomeOf(error: unknown, node: GraphNode<Activity>): NodeOutcome {
  const detail = messageOf(error);
  if (!isRollproofError(error)) return { kind: 'failed', detail, blame: node.activity.kind === 'step' ? 'plan' : 'rollproof' };
  if (error.code === 'restore-point-bad') return { kind: 'failed', detail, blame: 'backup' };
  if (error.code === 'step-outcome-unknown') return { kind: 'unknown', detail, blame: 'plan' };
  const blame: Blame = BLAME[error.code] ?? (node.activity.kind === 'step' ? 'plan' : 'rollproof');
  return { kind: 'failed', detail, blame };
}

const BLAME: Readonly<Record<string, Blame>> = {
  'environment-not-ready': 'environment',
  'identity-mismatch': 'environment',
  'invariant-broken': 'rollproof',
  interrupted: 'environment',
  'plan-invalid': 'plan',
};
