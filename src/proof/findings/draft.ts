import type { Finding } from '../record.ts';

/** A finding before it has its number. */
export type FindingDraft = Omit<Finding, 'id'>;

/** Process ids and sizes differ from drill to drill; what is meant does not. */
export function withoutNumbers(text: string): string {
  return text.replace(/\d+/g, '#');
}
