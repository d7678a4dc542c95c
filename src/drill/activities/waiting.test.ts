import { expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/support/fake-clock.ts';
import type { Note } from '../../../test/support/evidence.ts';
import { fakeWorld, notingContext } from '../../../test/support/fake-world.ts';
import { RollproofError } from '../../kernel/errors.ts';
import type { DrillOperator, DrillPorts } from '../world.ts';
import type { Context } from './context.ts';
import { decide } from './decide.ts';
import { performStep } from './steps.ts';

function asking(operator: Partial<DrillOperator>, clock: FakeClock): { context: Context; notes: readonly Note[] } {
  const world = fakeWorld();
  Object.assign(world, { ports: { clock, operator } as unknown as DrillPorts });
  return notingContext(world);
}

const waitsIn = (notes: readonly Note[]): readonly unknown[] =>
  notes.flatMap((note) => (note.topic === 'waited' ? [note.facts] : []));

const MANUAL = { id: 'call', manual: 'Call the bank', phase: 'execute' } as const;

test('the time until a person confirms is noted as waiting', async () => {
  const clock = createFakeClock();
  const confirm = async (): Promise<{ by: string; observation: string }> => {
    clock.advance(90_000);
    return { by: 'dba', observation: '' };
  };
  const { context, notes } = asking({ confirm }, clock);
  expect(await performStep(context, MANUAL)).toMatchObject({ kind: 'succeeded' });
  expect(waitsIn(notes)).toEqual([{ for: 'call', ms: 90_000 }]);
});

test('also when they did not', async () => {
  const clock = createFakeClock();
  const confirm = async (): Promise<never> => {
    clock.advance(5_000);
    throw new RollproofError('step-outcome-unknown', 'not confirmed');
  };
  const { context, notes } = asking({ confirm }, clock);
  await expect(performStep(context, MANUAL)).rejects.toMatchObject({ code: 'step-outcome-unknown' });
  expect(waitsIn(notes)).toEqual([{ for: 'call', ms: 5_000 }]);
});

test('a decision of a person is waited for, one of the unattended policy is not', async () => {
  const clock = createFakeClock();
  const called = (how: 'person' | 'unattended', ms: number): Partial<DrillOperator> => ({
    callRollback: async () => {
      clock.advance(ms);
      return { by: 'Ines Costa', role: 'sponsor', how, choice: 'go-back', reason: '', fixP90Ms: null };
    },
  });
  const byPerson = asking(called('person', 60_000), clock);
  await decide(byPerson.context);
  expect(waitsIn(byPerson.notes)).toEqual([{ for: 'the decision', ms: 60_000 }]);
  const byPolicy = asking(called('unattended', 0), clock);
  await decide(byPolicy.context);
  expect(waitsIn(byPolicy.notes)).toEqual([]);
});
