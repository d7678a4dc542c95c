import { digestOf } from '../../kernel/digest.ts';
import { withoutNumbers } from '../findings/draft.ts';
import type { Finding } from '../record.ts';

/**
 * The same from drill to drill of a plan: what and where, never the running number. Records of before these were written
 * down are told apart by their title.
 */
export function findingId(plan: string, { what, where, phase, title }: Finding): string {
  const meant = what === '' ? [phase, withoutNumbers(title)] : [what, where];
  return `f-${digestOf([plan, ...meant]).slice('sha256:'.length, 'sha256:'.length + 8)}`;
}
