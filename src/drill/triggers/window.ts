import type { Trigger } from '../../plan/schema.ts';
import type { Facts } from '../../proof/facts.ts';

export type Colour = Facts['trigger-reading']['colour'];

/** A trigger calls only once it is red for a while, and is clear again only once it is green for as long: it never flaps. */
export interface TriggerWindow {
  /** Sustained: it calls. */
  readonly isRed: boolean;
  /** Readings since it last changed, the newest last; never more than the rule looks at. */
  readonly latest: readonly Colour[];
}

export type WindowRule = Pick<Trigger, 'readings' | 'within'>;

export const QUIET: TriggerWindow = { isRed: false, latest: [] };

/** What could not be read counts as neither: it does not call, and it does not clear. */
export function afterReading(window: TriggerWindow, colour: Colour, rule: WindowRule): TriggerWindow {
  const { readings } = rule;
  if (window.isRed) {
    const latest = [...window.latest, colour].slice(-readings);
    const isClear = latest.length === readings && latest.every((one) => one === 'green');
    return isClear ? QUIET : { isRed: true, latest };
  }
  const latest = [...window.latest, colour].slice(-Math.max(readings, rule.within ?? readings));
  const isRed = latest.filter((one) => one === 'red').length >= readings;
  return isRed ? { isRed: true, latest: [] } : { isRed: false, latest };
}
