import type { Operation } from '../subject/difference.ts';

/**
 * Damages one store on purpose. The store must be ours: the caller has compared its identity just before. A fault fits
 * itself to the schema unless the request names a table or a column.
 */
export interface Injector {
  /** Catalogue ids that this injector can do. */
  readonly offers: readonly string[];
  /** All or nothing: one statement of the store. The same seed on the same content changes the same rows. */
  inject(request: InjectionRequest): Promise<Injection>;
}

export interface InjectionRequest {
  /** Catalogue id, such as DC-04. */
  readonly id: string;
  /** As the plan says it: `deals`, `public.deals`. */
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  /** Share of the rows, above 0 to 1. Default 1 %, at least one row. */
  readonly rate?: number | undefined;
  readonly seed: number;
}

export type Injection =
  | { readonly applicable: true; readonly truth: Truth }
  | { readonly applicable: false; readonly why: string };

/** What was really changed, taken from what the store gave back, not from what was meant. Sealed until `evaluate`. */
export interface Truth {
  readonly fault: string;
  readonly store: string;
  /** Table, named as parts of a manifest are; null when no row was changed. */
  readonly part: string | null;
  /** Sequence, constraint, trigger, default or role that was changed; null when rows were. */
  readonly object: DamagedObject | null;
  readonly columns: readonly string[];
  readonly operation: Operation;
  /** Keys of the changed rows in the text form of `RowChange.key`. Rows without a key are named by their old content. */
  readonly keys: readonly string[];
  readonly rows: number;
  readonly seed: number;
  /** One sentence without values. */
  readonly description: string;
  /** As sent, with placeholders instead of values. */
  readonly statements: readonly string[];
}

/** Of what changes no row: the rest says what and where. */
export function truthWithoutRows(
  said: Pick<Truth, 'fault' | 'store' | 'seed' | 'description'> &
    Partial<Pick<Truth, 'object' | 'columns' | 'operation' | 'statements'>>,
): Truth {
  return { part: null, object: null, columns: [], operation: 'update', keys: [], rows: 0, statements: [], ...said };
}

/** Kind and name are those of the manifest's objects; a sequence is a counter there. */
export interface DamagedObject {
  readonly kind: 'sequence' | 'constraint' | 'trigger' | 'column' | 'role';
  readonly name: string;
}

export const DEFAULT_RATE = 0.01;

/** `2.5%` → 0.025. The plan's schema has made sure of the form. */
export function parseRate(text: string): number {
  return Math.min(1, Number(text.replace('%', '')) / 100);
}
