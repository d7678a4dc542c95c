import { digestOf } from '../kernel/digest.ts';
import { type Random, seededRandom } from '../kernel/random.ts';
import type { InjectionRequest } from './injector.ts';

/**
 * Neighbouring seeds must choose independently, which neighbouring starts of a small generator do not; and two faults of
 * one scenario must not hit the same rows because they share a seed. 32 bits.
 */
export function seedOf(request: InjectionRequest): number {
  return Number.parseInt(digestOf([request.id, request.seed]).slice('sha256:'.length, 'sha256:'.length + 8), 16);
}

export function choiceOf(request: InjectionRequest): Random {
  return seededRandom(seedOf(request));
}
