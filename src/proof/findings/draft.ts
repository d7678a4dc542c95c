import type { Finding } from '../record.ts';

/** A finding before it has its number. */
export type FindingDraft = Omit<Finding, 'id'>;
