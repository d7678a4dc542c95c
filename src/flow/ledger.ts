import type { PlannedOperation } from './schedule.ts';

/**
 * One line of the ledger of acknowledged writes. `invoke` is durable before the request is sent, `end` before the next
 * thing is done. Marks, ids, names and times: never what was written.
 */
export type LedgerLine =
  | {
      readonly line: 'invoke';
      readonly index: number;
      readonly mark: string;
      readonly operation: string;
      readonly user: string;
      readonly wallMs: number;
      readonly monotonicMs: number;
    }
  | {
      readonly line: 'end';
      readonly index: number;
      readonly outcome: WriteOutcome;
      /** Of the record, as the answer gave it. */
      readonly id: string | null;
      /** `answered 403`, `no answer`. */
      readonly why: string;
      readonly wallMs: number;
      readonly monotonicMs: number;
    }
  /** Never sent: what it would have worked on was not acknowledged, or its user could not log in. */
  | { readonly line: 'skip'; readonly index: number; readonly why: string };

/** After Jepsen: acknowledged, refused, or nobody knows. */
export type WriteOutcome = 'ok' | 'failed' | 'unknown';

/** An operation that was invoked, and what the user was told. */
export interface Write extends PlannedOperation {
  readonly outcome: WriteOutcome;
  readonly id: string | null;
  readonly why: string;
  /** Monotonic, of the boot of the drill. */
  readonly invokedMs: number;
  readonly wallMs: number;
}

/** A line that was torn by a crash was not durable, so its request was never sent: it is left out. */
export function parseLedger(text: string): readonly LedgerLine[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerLine);
}

/** Invoked without an end: nobody knows. */
export function writesOf(lines: readonly LedgerLine[], schedule: readonly PlannedOperation[]): readonly Write[] {
  const ends = new Map(lines.flatMap((line) => (line.line === 'end' ? [[line.index, line] as const] : [])));
  return lines.flatMap((line) => {
    const planned = schedule[line.index];
    if (line.line !== 'invoke' || planned === undefined) return [];
    const end = ends.get(line.index);
    return [
      {
        ...planned,
        outcome: end?.outcome ?? 'unknown',
        id: end?.id ?? null,
        why: end?.why ?? 'its user ended before the answer came',
        invokedMs: line.monotonicMs,
        wallMs: line.wallMs,
      },
    ];
  });
}
