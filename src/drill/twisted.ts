import type { Step } from '../plan/schema.ts';
import type { ServedPoint } from './activities/twists/bad-backup.ts';
import type { Context } from './activities/context.ts';
import type { Misdirection } from './activities/twists/whom.ts';

/** What twists have made wrong and nobody has met yet. */
export class Twisted {
  /** Restore points that are served damaged, by `store point`: our own copies, never the user's backup. */
  readonly served = new Map<string, ServedPoint>();
  /** Steps that were carried out before their turn. */
  readonly crossedEarly = new Set<Step>();
  /** What they look at once people work again. */
  readonly looks: ((context: Context) => Promise<void>)[] = [];
  /** Steps that are pointed at another system, until somebody notices. */
  readonly misdirections: Misdirection[] = [];
  /** The one that a command is being run under, and that its addresses are made by. */
  acting: Misdirection | null = null;
}
