import { countOf } from '../kernel/count.ts';

/**
 * "Cleanly stopped" is eight conditions, each with its evidence: a flow that is only switched off comes back, sends what
 * was queued, or goes on under another name.
 */
export const STOP_CONDITIONS = {
  'disabled': 'producer and credential are disabled',
  'in-flight': 'nothing is under way that is not listed',
  'watermark': 'both sides say how far they came',
  'quiet': 'its principal writes nothing more',
  'counts': 'sent = received + listed',
  'not-rearmed': 'nothing arms it again',
  'legacy': 'the flow that takes over carries a message all the way',
  'told': 'the other side has been told',
} as const;
export type StopCondition = keyof typeof STOP_CONDITIONS;

export type ConditionState = 'shown' | 'violated' | 'not-shown' | 'not-needed';

export interface JudgedCondition {
  readonly condition: StopCondition;
  readonly state: ConditionState;
  readonly evidence: string;
}

/** What was found, or why it could not be asked. */
export type Asked<T> = { readonly found: T } | { readonly why: string };

/** One check of the plan: does it hold, and what was answered? */
export interface Held {
  readonly name: string;
  readonly holds: boolean;
  readonly answer: string;
}

export interface StopLook {
  readonly producer: Asked<Held>;
  readonly credential: Asked<Held>;
  /** Names of the messages under way. */
  readonly inFlight: Asked<readonly string[]>;
  readonly watermark: Asked<{ readonly from: string; readonly to: string }>;
  readonly quiet: Asked<Quiet>;
  /** `carried`: deliveries of the flow's proxy; null where nothing stands between. */
  readonly counts: Asked<{ readonly sent: number; readonly received: number; readonly carried: number | null }>;
  readonly rearming: Asked<readonly Held[]>;
  /** Null: it replaced nothing, or what it replaced shall not run. */
  readonly legacy: Asked<{ readonly flow: string; readonly arrived: boolean; readonly said: string }> | null;
  readonly told: Asked<Held>;
}

export interface Quiet {
  readonly waitedMs: number;
  /** How often its schedule was fired by hand while it should do nothing. */
  readonly fired: number;
  /** `insert into public.contacts by push_user`, and what passed its proxy. */
  readonly writes: readonly string[];
}

export function judgeStop(look: StopLook): readonly JudgedCondition[] {
  return [
    judge('disabled', both(look.producer, look.credential), disabled),
    judge('in-flight', look.inFlight, inFlight),
    judge('watermark', look.watermark, ({ from, to }) => shown(`sender at ${from}, receiver at ${to}`)),
    judge('quiet', look.quiet, quiet),
    judge('counts', both(look.counts, look.inFlight), counts),
    judge('not-rearmed', look.rearming, rearming),
    look.legacy === null
      ? { condition: 'legacy', state: 'not-needed', evidence: 'no flow takes over' }
      : judge('legacy', look.legacy, ({ flow, arrived, said }) =>
          arrived ? shown(`a canary went through ${flow}`) : violated(`no canary came through ${flow}: ${said}`),
        ),
    judge('told', look.told, (held) => (held.holds ? shown(held.answer) : violated(`${held.name}: ${held.answer}`))),
  ];
}

type Verdict = Pick<JudgedCondition, 'state' | 'evidence'>;

const shown = (evidence: string): Verdict => ({ state: 'shown', evidence });
const violated = (evidence: string): Verdict => ({ state: 'violated', evidence });

/** What could not be asked is not shown, never fulfilled. */
function judge<T>(condition: StopCondition, asked: Asked<T>, verdict: (found: T) => Verdict): JudgedCondition {
  if ('why' in asked) return { condition, state: 'not-shown', evidence: asked.why };
  return { condition, ...verdict(asked.found) };
}

function both<A, B>(one: Asked<A>, other: Asked<B>): Asked<readonly [A, B]> {
  if ('why' in one) return one;
  return 'why' in other ? other : { found: [one.found, other.found] };
}

function disabled(both: readonly [Held, Held]): Verdict {
  const open = both.filter((one) => !one.holds);
  return open.length === 0
    ? shown(both.map((one) => `${one.name}: ${one.answer}`).join('; '))
    : violated(open.map((one) => `${one.name} does not hold: ${one.answer}`).join('; '));
}

const MOST_NAMED = 5;

function inFlight(names: readonly string[]): Verdict {
  if (names.length === 0) return shown('nothing is under way');
  return shown(`${countOf(names.length, 'message')} under way, listed: ${some(names)}`);
}

function some(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function quiet({ waitedMs, fired, writes }: Quiet): Verdict {
  const how = `${(waitedMs / 1_000).toFixed(1)} s watched${fired === 0 ? '' : `, its schedule fired ${countOf(fired, 'time')}`}`;
  return writes.length === 0 ? shown(`${how}: nothing`) : violated(`${how}: ${some(writes)}`);
}

/** A purged queue shows here: what was taken out of it is neither received nor listed. */
function counts([{ sent, received, carried }, listed]: readonly [
  { readonly sent: number; readonly received: number; readonly carried: number | null },
  readonly string[],
]): Verdict {
  const sum = `${sent} sent, ${received} received, ${listed.length} listed`;
  if (carried !== null && received > carried)
    return violated(`${sum}, but only ${carried} came through its proxy: something went round it`);
  return sent === received + listed.length ? shown(sum) : violated(sum);
}

function rearming(checks: readonly Held[]): Verdict {
  const armed = checks.filter((one) => !one.holds);
  if (armed.length > 0) return violated(armed.map((one) => `${one.name}: ${one.answer}`).join('; '));
  return shown(checks.map((one) => `${one.name}: ${one.answer}`).join('; '));
}
