import type { Standing, WatchedTrigger } from '../../drill/watch/watched.ts';
import { standingOf } from '../../drill/watch/watched.ts';
import { clockTime, offsetIn } from '../../plan/runbook/clock-time.ts';
import { triggerLimit, triggerWindow } from '../../plan/runbook/wording.ts';
import type { Plan } from '../../plan/schema.ts';
import { columns, jsonLine, line, oneLine, paint, shorten, table } from '../terminal.ts';
import { situationLines } from './describe.ts';
import type { WatchState, WatchView } from './run-watch.ts';

type Style = Parameters<typeof paint>[0];

const SIGN: Readonly<Record<Standing, readonly [sign: string, style: Style]>> = {
  waiting: ['○', 'dim'],
  quiet: ['●', 'green'],
  red: ['✗', 'red'],
  unreadable: ['?', 'yellow'],
};

/** One object a line, each with its time. */
export function jsonView(plan: Plan): WatchView {
  const at = (ms: number): string => new Date(ms).toISOString();
  let shown = '';
  return {
    reading: (watched, { nowMs }) => jsonLine({ kind: 'reading', at: at(nowMs), ...asJson(watched) }),
    news: (news, { nowMs }) => jsonLine({ kind: 'change', at: at(nowMs), ...news }),
    delivery: (delivery) => jsonLine({ kind: 'alert', ...delivery }),
    state: ({ headroom, records, recordsTrouble, rollback, nowMs }) => {
      const facts = {
        lastSafe: headroom === null ? null : at(headroom.lastSafeMs),
        colour: headroom?.colour ?? null,
        rollbackMs: rollback === null ? null : Math.round(rollback.ms),
        basis: rollback?.basis ?? null,
        backBy: plan.window?.backBy ?? null,
        records,
        recordsTrouble,
      };
      // Only what changes: time alone changes the ratio all the while.
      const text = JSON.stringify(facts);
      if (text === shown) return;
      shown = text;
      jsonLine({ kind: 'headroom', at: at(nowMs), headroom: headroom?.ratio ?? null, ...facts });
    },
  };
}

function asJson(watched: WatchedTrigger): Readonly<Record<string, unknown>> {
  const { name, trigger, latest } = watched;
  return {
    trigger: name,
    catalogue: trigger.catalogue ?? null,
    class: trigger.class,
    value: latest?.value ?? null,
    colour: latest?.colour ?? null,
    limit: triggerLimit(trigger),
    standing: standingOf(watched),
  };
}

/** For build logs, pipes and dumb terminals: a line for what changes, and the situation when its colour does. */
export function plainView(plan: Plan): WatchView {
  let shown = '';
  const seen = new Set<string>();
  const stamp = (ms: number): string => clockOf(plan, ms);
  return {
    reading: (watched, { nowMs }) => {
      if (watched.readAtMs === null || standingOf(watched) !== 'quiet' || seen.has(watched.name)) return;
      seen.add(watched.name);
      line(
        oneLine(
          `${stamp(nowMs)}  ${watched.name} ${watched.latest?.value ?? ''}, limit ${triggerLimit(watched.trigger)}`,
        ),
      );
    },
    news: ({ sentence }, { nowMs }) => line(oneLine(`${stamp(nowMs)}  ${sentence}`)),
    delivery: ({ to, trouble }) => line(oneLine(trouble === null ? `told ${to}` : `could not tell ${to}: ${trouble}`)),
    state: (state) => {
      const key = `${state.headroom?.colour ?? 'none'} ${state.records ?? 'none'}`;
      if (key === shown) return;
      shown = key;
      for (const each of situationLines(plan, state)) line(oneLine(`${stamp(state.nowMs)}  ${each}`));
    },
  };
}

function clockOf(plan: Plan, ms: number): string {
  return clockTime(ms, plan.window === undefined ? '+00:00' : offsetIn(plan.window.opens)).seconds;
}

const KEPT_LINES = 5;

/** A picture drawn again in its place; the latest news stay below it. */
export function liveView(plan: Plan, stdout: NodeJS.WriteStream): WatchView {
  let drawn = 0;
  const latest: string[] = [];
  const keep = (text: string): void => {
    latest.push(text);
    latest.splice(0, Math.max(0, latest.length - KEPT_LINES));
  };
  const draw = (state: WatchState): void => {
    const room = Math.max(4, stdout.rows - 1);
    const lines = [...picture(plan, state), ...latest.map((text) => paint('dim', shorten(text, columns() - 1)))];
    const shown = lines.slice(0, room);
    stdout.write(`${drawn === 0 ? '' : `\u001B[${drawn}F`}\u001B[0J${shown.join('\n')}\n`);
    drawn = shown.length;
  };
  return {
    reading: (_, state) => draw(state),
    news: ({ sentence }, { nowMs }) => keep(oneLine(`${clockOf(plan, nowMs)}  ${sentence}`)),
    delivery: ({ to, trouble }) => keep(oneLine(trouble === null ? `told ${to}` : `could not tell ${to}: ${trouble}`)),
    state: draw,
  };
}

function picture(plan: Plan, state: WatchState): readonly string[] {
  const width = columns() - 1;
  const rows = table(state.triggers.map((watched) => rowOf(plan, watched)));
  const triggers = state.triggers.map((watched, index) => {
    const [sign, style] = SIGN[standingOf(watched)];
    return paint(style, shorten(`${sign} ${rows[index] ?? ''}`, width));
  });
  const [moment = '', ...rest] = situationLines(plan, state);
  const colour = ({ green: 'green', amber: 'yellow', red: 'red' } as const)[state.headroom?.colour ?? 'amber'];
  return [
    paint('bold', shorten(`${plan.name}  ${clockOf(plan, state.nowMs)}  Ctrl-C ends`, width)),
    paint(colour, shorten(oneLine(moment), width)),
    ...rest.map((text) => paint('dim', shorten(oneLine(text), width))),
    ...triggers,
  ];
}

function rowOf(plan: Plan, { name, trigger, latest, readAtMs }: WatchedTrigger): readonly string[] {
  return [
    name,
    trigger.catalogue ?? '',
    oneLine(latest?.value ?? 'not read yet').slice(0, 40),
    `red ${triggerLimit(trigger)}, ${triggerWindow(trigger)}`,
    trigger.class,
    readAtMs === null ? '' : `read ${clockOf(plan, readAtMs)}`,
  ];
}
