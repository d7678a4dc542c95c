import type { Injection, InjectionRequest, Injector, Truth } from './injector.ts';

/**
 * What stands in for a fault that a schema has no place for: first its own kind, then the damage that is found by the
 * same means. A class whose damage cannot be replaced has no stand-ins.
 */
interface FaultClass {
  readonly name: string;
  readonly own: readonly string[];
  readonly standIns: readonly string[];
}

export const FAULT_CLASSES: readonly FaultClass[] = [
  { name: 'lost and duplicated rows', own: ['DC-01', 'DC-02'], standIns: [] },
  { name: 'links', own: ['DC-03', 'DC-04'], standIns: ['DC-07'] },
  { name: 'values', own: ['DC-07'], standIns: ['DC-21', 'DC-08'] },
  { name: 'text', own: ['DC-08'], standIns: ['DC-07', 'DC-21'] },
  { name: 'dates', own: ['DC-13'], standIns: ['DC-07', 'DC-21'] },
  { name: 'money', own: ['DC-16'], standIns: ['DC-07', 'DC-21'] },
  { name: 'nulls', own: ['DC-21'], standIns: ['DC-07', 'DC-08'] },
  { name: 'counters', own: ['DC-28'], standIns: [] },
  { name: 'schema', own: ['DC-39'], standIns: [] },
];

export function classOf(id: string): FaultClass | undefined {
  return FAULT_CLASSES.find((entry) => entry.own.includes(id));
}

/** The fault itself, then the others of its class in turn, then what may stand in for them. */
export function orderOfTrial(id: string): readonly string[] {
  const found = classOf(id);
  if (found === undefined) return [id];
  const at = found.own.indexOf(id);
  return [...found.own.slice(at), ...found.own.slice(0, at), ...found.standIns];
}

export type ClassInjection =
  | { readonly applicable: true; readonly truth: Truth; readonly passedOver: readonly PassedOver[] }
  | { readonly applicable: false; readonly passedOver: readonly PassedOver[] };

/** A fault that was asked for or tried, and had no place in this store. */
export interface PassedOver {
  readonly id: string;
  readonly why: string;
}

/** A plan that names a table or column gets what it named or nothing: a stand-in would break something else. */
export async function injectNextOfClass(injector: Injector, request: InjectionRequest): Promise<ClassInjection> {
  const isNamed = request.table !== undefined || request.column !== undefined;
  const passedOver: PassedOver[] = [];
  for (const id of isNamed ? [request.id] : orderOfTrial(request.id)) {
    const result: Injection = injector.offers.includes(id)
      ? await injector.inject({ ...request, id })
      : { applicable: false, why: `no injector for ${id} on this kind of store` };
    if (result.applicable) return { applicable: true, truth: result.truth, passedOver };
    passedOver.push({ id, why: result.why });
  }
  return { applicable: false, passedOver };
}
