import { findCatalogueEntry } from '../../../catalogue/catalogue.ts';
import { injectNextOfClass } from '../../../fault/classes.ts';
import { type Injection, type Injector, parseRate, type Truth } from '../../../fault/injector.ts';
import { type Presence, provePresence } from '../../../fault/presence.ts';
import { RollproofError } from '../../../kernel/errors.ts';
import type { PlannedFault } from '../../../plan/schema.ts';
import { compareManifests } from '../../../subject/compare.ts';
import type { Context } from '../context.ts';
import type { FaultKind, Injected } from './fault-kinds.ts';
import { takeReading } from '../readings.ts';

/** Damage in a store, found again by the difference of two readings. */
export const storeFault: FaultKind = { takeEffect: injectIntoStore, show: showInStore };

async function injectIntoStore(context: Context, fault: PlannedFault): Promise<Truth | null> {
  const injector = context.world.ports.makeInjector(context.world.store(storeOf(fault)));
  if (injector === null) return noteInapplicable(context, fault, 'no fault of this kind fits this store');
  const done = await putInto(injector, fault);
  if (!done.applicable) return noteInapplicable(context, fault, `not applicable: ${done.why}`);
  await noteInjected(context, done.truth);
  return done.truth;
}

/** Nothing stands in for a failure of a go-live: it happens as the plan names it, or not at all. */
export async function putInto(injector: Injector, fault: PlannedFault): Promise<Injection> {
  const { id, table, column, rate, seed } = fault;
  const request = { id, table, column, rate: rate === undefined ? undefined : parseRate(rate), seed };
  if (findCatalogueEntry(id)?.family === 'GF') return injector.inject(request);
  const done = await injectNextOfClass(injector, request);
  if (done.applicable) return done;
  return { applicable: false, why: done.passedOver.map((one) => `${one.id}: ${one.why}`).join('; ') };
}

async function noteInjected(context: Context, truth: Truth): Promise<void> {
  await context.note('injection', {
    fault: truth.fault,
    name: findCatalogueEntry(truth.fault)?.name ?? truth.fault,
    store: truth.store,
    where: truth.object === null ? (truth.part ?? truth.store) : `${truth.object.kind} ${truth.object.name}`,
    seed: truth.seed,
    rows: truth.rows,
    description: truth.description,
    applicable: true,
  });
}

function storeOf(fault: PlannedFault): string {
  if (fault.in === undefined) throw new RollproofError('plan-invalid', `the fault ${fault.id} names no store`);
  return fault.in;
}

async function noteInapplicable(context: Context, fault: PlannedFault, description: string): Promise<null> {
  await context.note('injection', {
    fault: fault.id,
    name: findCatalogueEntry(fault.id)?.name ?? fault.id,
    store: storeOf(fault),
    where: storeOf(fault),
    seed: fault.seed,
    rows: 0,
    description,
    applicable: false,
  });
  return null;
}

/** By the readings before and after. */
async function showInStore(context: Context, { truth }: Injected): Promise<Presence> {
  const { world } = context;
  const live = world.readings.get(`worked.${truth.store}`) ?? world.reading(truth.store, 'live');
  const known = world.readings.get(`faulted.${truth.store}`);
  const faulted =
    known ?? (await takeReading(context, { store: world.store(truth.store), label: 'faulted', like: live }));
  return provePresence(truth, compareManifests(live, faulted));
}
