import { parseSize } from '../kernel/size.ts';
import type { Plan } from '../plan/schema.ts';

/** Bytes of all stores in production, or null when the plan does not name them all. */
export function productionBytesOf(plan: Plan): number | null {
  let total = 0;
  for (const system of Object.values(plan.systems)) {
    if (system.kind !== 'postgres' && system.kind !== 'directory') continue;
    const bytes = system.production?.size === undefined ? undefined : parseSize(system.production.size);
    if (bytes === undefined) return null;
    total += bytes;
  }
  return total === 0 ? null : total;
}
