import { describe, expect, it } from 'vitest';
import { RollproofError } from '../../kernel/errors.ts';
import type { Trigger } from '../../plan/schema.ts';
import { readTriggerAt, type TriggerPlace } from './read-trigger.ts';

/** Answers as written; the clock stands 250 ms later with each look. */
function placeThat(answers: {
  readonly sql?: string | null;
  readonly http?: { readonly status: number; readonly body: string };
  readonly run?: { readonly exitCode: number | null; readonly output: string };
}): TriggerPlace {
  let now = 0;
  return {
    sql: () => Promise.resolve(answers.sql ?? null),
    http: () =>
      answers.http === undefined
        ? Promise.reject(new RollproofError('could-not-read', 'no answer to GET /'))
        : Promise.resolve(answers.http),
    run: () => Promise.resolve(answers.run ?? { exitCode: null, output: '' }),
    nowMs: () => (now += 250),
  };
}

const atWork = (share: number): TriggerPlace => ({
  ...placeThat({}),
  stepShare: (procedure, step) => (procedure === 'go-live' && step === 'load' ? share : Number.NaN),
});

function trigger(made: Partial<Trigger>): Trigger {
  return { in: 'x', readings: 1, every: { live: '1m', drill: '1s' }, class: 'decide', above: 5, ...made };
}

describe('reading a trigger', () => {
  const page = (body: string, status = 200) => placeThat({ http: { status, body } });
  it.each<readonly [string, Partial<Trigger>, TriggerPlace, readonly [value: string, colour: string]]>([
    ['a query', { sql: 'q' }, placeThat({ sql: '6' }), ['6', 'red']],
    ['a query at its limit', { sql: 'q' }, placeThat({ sql: '5' }), ['5', 'green']],
    ['a query without a number', { sql: 'q' }, placeThat({ sql: null }), ['NULL', 'unknown']],
    ['a query that answers nothing', { sql: 'q' }, placeThat({ sql: '' }), ['', 'unknown']],
    ['a value in JSON', { http: '/', read: 'queue.age' }, page('{"queue":{"age":7}}'), ['7', 'red']],
    ['a value that JSON does not hold', { http: '/', read: 'queue.age' }, page('{}'), ['NULL', 'unknown']],
    ['a metric', { http: '/', metric: { name: 'up' }, below: 1, above: undefined }, page('up 0\n'), ['0', 'red']],
    ['a status', { http: '/', measure: 'status', above: 499 }, page('', 503), ['503', 'red']],
    ['a status of nobody', { http: '/', measure: 'status', above: 499, below: 200 }, placeThat({}), ['0', 'red']],
    ['a time', { http: '/', measure: 'time', above: 200 }, page('slow'), ['250', 'red']],
    ['a step', { in: 'go-live', step: 'load', above: 150 }, atWork(151), ['151', 'red']],
    ['a step in time', { in: 'go-live', step: 'load', above: 150 }, atWork(150.4), ['150', 'green']],
    ['a command', { run: ['n'] }, placeThat({ run: { exitCode: 0, output: '3\n' } }), ['3', 'green']],
  ])('judges %s', async (...[, made, place, [value, colour]]) => {
    expect(await readTriggerAt(trigger(made), place)).toEqual({ value, colour });
  });

  it.each<readonly [string, Partial<Trigger>, TriggerPlace]>([
    ['a page that is an error', { http: '/', read: 'age' }, page('{"age":1}', 500)],
    ['a time of nobody', { http: '/', measure: 'time' }, placeThat({})],
    ['a command that fails', { run: ['n'] }, placeThat({ run: { exitCode: 2, output: '3' } })],
    ['a step where none is carried out', { in: 'go-live', step: 'load' }, placeThat({})],
    ['a page that is no JSON', { http: '/', read: 'age' }, page('<html>')],
  ])('does not judge %s', async (_, made, place) => {
    const reading = await readTriggerAt(trigger(made), place);
    expect(reading.colour).toBe('unknown');
    expect(reading.value).toMatch(/^could not be read: /);
  });
});
