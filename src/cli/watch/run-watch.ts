import type { TriggerPlace } from '../../drill/triggers/read-trigger.ts';
import { readTriggerAt } from '../../drill/triggers/read-trigger.ts';
import { NOTHING_TOLD, type News, newsOf } from '../../drill/watch/news.ts';
import { watchedOf, type WatchedTrigger, withReading } from '../../drill/watch/watched.ts';
import type { Clock } from '../../kernel/clock.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { messageOf } from '../../kernel/errors.ts';
import type { Plan } from '../../plan/schema.ts';
import { type Headroom, headroomOf, type RollbackTime } from '../../proof/headroom.ts';
import type { Alerts, Delivery } from './alerts.ts';
import { liveTrigger } from './sources.ts';

export interface WatchState {
  readonly triggers: readonly WatchedTrigger[];
  readonly rollback: RollbackTime | null;
  readonly headroom: Headroom | null;
  /** Records to carry back; null when the plan does not ask, or no answer came. */
  readonly records: number | null;
  /** Why there is no count of records although the plan asks for it. */
  readonly recordsTrouble: string | null;
  readonly replayMs: number;
  readonly nowMs: number;
}

export interface WatchView {
  reading(watched: WatchedTrigger, state: WatchState): void;
  news(news: News, state: WatchState): void;
  delivery(delivery: Delivery): void;
  /** Time has passed, or something was read. */
  state(state: WatchState): void;
}

export interface WatchRun {
  readonly plan: Plan;
  readonly place: TriggerPlace;
  readonly rollback: RollbackTime | null;
  readonly alerts: Alerts;
  /** The situation in lines, for whoever is alerted. */
  readonly describe: (state: WatchState) => readonly string[];
  readonly view: WatchView;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Instead of the cadence of the plan. */
  readonly everyMs: number | undefined;
  /** Each trigger only as often as it must be red, at the cadence of a drill. */
  readonly once: boolean;
}

const TICK_MS = 1_000;
const COST_EVERY_MS = 60_000;

/** Reads until it is told to stop, or once. Returns how everything stood at the end. */
export async function runWatch(run: WatchRun): Promise<WatchState> {
  return new Watching(run).go();
}

class Watching {
  private readonly run: WatchRun;
  private triggers: readonly WatchedTrigger[];
  private records: number | null = null;
  private recordsTrouble: string | null = null;
  private told = NOTHING_TOLD;
  private sending: Promise<void> = Promise.resolve();

  constructor(run: WatchRun) {
    this.run = run;
    this.triggers = watchedOf(run.plan);
  }

  async go(): Promise<WatchState> {
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.run.signal]);
    // Before anything is shown: what must be carried back makes the last moment an earlier one.
    await this.readCost();
    const ticking = this.repeat(TICK_MS, signal, async () => this.changed());
    const loops = this.triggers.map(async ({ name }) => this.follow(name));
    if (!this.run.once) loops.push(this.repeat(this.run.everyMs ?? COST_EVERY_MS, signal, async () => this.readCost()));
    await Promise.all(loops);
    over.abort();
    await ticking;
    this.changed();
    await this.sending;
    return this.state();
  }

  private async follow(name: string): Promise<void> {
    const { plan, once, everyMs, signal } = this.run;
    const trigger = plan.triggers[name];
    if (trigger === undefined) return;
    const cadence = once ? trigger.every.drill : trigger.every.live;
    const times = once ? Math.max(trigger.readings, trigger.within ?? 0) : Number.POSITIVE_INFINITY;
    let taken = 0;
    await this.repeat(everyMs ?? parseDuration(cadence) ?? TICK_MS, signal, async () => {
      await this.read(name);
      taken += 1;
      return taken < times;
    });
  }

  private async read(name: string): Promise<void> {
    const { place, clock, view } = this.run;
    const trigger = this.run.plan.triggers[name];
    if (trigger === undefined) return;
    const reading = await readTriggerAt(liveTrigger(trigger), place);
    if (this.run.signal.aborted) return;
    this.triggers = this.triggers.map((one) => (one.name === name ? withReading(one, reading, clock.wallMs()) : one));
    const watched = this.triggers.find((one) => one.name === name);
    if (watched !== undefined) view.reading(watched, this.state());
    this.changed();
  }

  private async readCost(): Promise<void> {
    const cost = this.run.plan.watch?.cost;
    if (cost === undefined) return;
    try {
      const answer = await this.run.place.sql(cost.records.in, cost.records.sql, 30_000);
      const records = Number(answer ?? '');
      if (answer === null || !Number.isInteger(records) || records < 0) throw new Error(`${answer} is no count`);
      this.records = records;
      this.recordsTrouble = null;
    } catch (error) {
      this.records = null;
      this.recordsTrouble = messageOf(error);
    }
    this.changed();
  }

  private changed(): void {
    const state = this.state();
    const { news, told } = newsOf(this.told, state);
    this.told = told;
    for (const one of news) this.run.view.news(one, state);
    this.run.alerts.add(news);
    this.run.view.state(state);
    this.sending = this.sending.then(async () => this.tell());
  }

  private async tell(): Promise<void> {
    const deliveries = await this.run.alerts.deliver(this.run.describe(this.state()));
    for (const delivery of deliveries) this.run.view.delivery(delivery);
  }

  private state(): WatchState {
    const { plan, rollback, clock } = this.run;
    const nowMs = clock.wallMs();
    const replayMs = (this.records ?? 0) * milliseconds(plan.watch?.cost?.each);
    const { triggers, records, recordsTrouble } = this;
    const headroom =
      plan.window === undefined || rollback === null
        ? null
        : headroomOf({
            nowMs,
            backByMs: Date.parse(plan.window.backBy),
            rollbackMs: rollback.ms + replayMs,
            leadMs: milliseconds(plan.watch?.lead) + milliseconds(plan.decision?.within),
          });
    return { triggers, rollback, headroom, records, recordsTrouble, replayMs, nowMs };
  }

  /** Until the signal, or until `work` says false. */
  private async repeat(everyMs: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      if ((await work()) === false) return;
      await this.run.clock.wait(everyMs, signal).catch(() => undefined); // told to stop
    }
  }
}

function milliseconds(duration: string | undefined): number {
  return duration === undefined ? 0 : (parseDuration(duration) ?? 0);
}
