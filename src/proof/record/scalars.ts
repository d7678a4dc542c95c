import { z } from 'zod';

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
export const elapsedMs = z.number().min(0);
export const isoTime = z.iso.datetime();

export const claimState = z.enum(['proven', 'failed', 'inconclusive', 'not-examined']);
