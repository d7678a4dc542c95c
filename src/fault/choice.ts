import { digestOf } from '../kernel/digest.ts';
import { type Random, seededRandom } from '../kernel/random.ts';
import type { InjectionRequest } from './injector.ts';

/** Neighbouring seeds and ids must choose independently, which neighbouring starts of a small generator do not. */
export function choiceOf(request: InjectionRequest): Random {
  return seededRandom(
    Number.parseInt(digestOf([request.id, request.seed]).slice('sha256:'.length, 'sha256:'.length + 8), 16),
  );
}
