import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock.ts';
import { notingContext } from '../../../../test/support/fake-world.ts';
import { editedPlan, loadGood } from '../../../../test/support/plans.ts';
import type { Environment, Throttle } from '../../../environment/host.ts';
import type { NodeOutcome } from '../../../journal/journal.ts';
import { type DrillPorts, type DrillRequest, World } from '../../world.ts';
import { failedByPlan, succeeded } from '../context.ts';
import { slowStep } from './slow-step.ts';
import { atWork, breakOff, stepShare } from './step-at-work.ts';

const FAULT = { id: 'GF-01', rate: '80%', seed: 7 };
const MIGRATE = { procedure: 'go-live', step: 'migrate' };

/** The sample, broken off at its migration, whose p90 is four minutes. Whoever waits moves the clock. */
function brokenOffWorld(throttle: Throttle | null = null): { readonly world: World; advance(ms: number): void } {
  const { plan } = loadGood(editedPlan());
  const scenario = {
    ...plan.scenarios['data-corruption'],
    at: { during: 'go-live', step: 'migrate' },
    faults: [FAULT],
  };
  const clock = createFakeClock();
  const wait = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    clock.advance(ms);
  };
  const request = { plan, scenarioName: 'data-corruption', scenario } as DrillRequest;
  const world = new World(request, { clock: { ...clock, wait } } as unknown as DrillPorts);
  world.enter({ throttle: () => throttle } as unknown as Environment);
  return { world, advance: clock.advance };
}

const throttleThat = (stopped: number, processes = 2): Throttle => ({
  look: () => ({ processes, stopped }),
  heal: async () => undefined,
});

describe('a step at work', () => {
  test('is late in per cent of its expected p90, and stays as late as it was', async () => {
    const { world, advance } = brokenOffWorld();
    const { context } = notingContext(world);
    expect(stepShare(world, 'go-live', 'migrate')).toBe(0);
    await atWork(context, MIGRATE, async () => {
      advance(360_000);
      expect(stepShare(world, 'go-live', 'migrate')).toBe(150);
      return succeeded('done');
    });
    advance(360_000);
    expect(stepShare(world, 'go-live', 'migrate')).toBe(150);
  });

  test('is ended by the call, and that is no failure of the plan', async () => {
    const { world } = brokenOffWorld();
    const { context } = notingContext(world);
    const step = atWork(
      context,
      MIGRATE,
      ({ signal }) =>
        new Promise<NodeOutcome>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        }),
    );
    expect(await breakOff(context, 'go-live.migrate')).toMatchObject({ detail: 'go-live.migrate is ended' });
    expect(await step).toMatchObject({ kind: 'succeeded', detail: expect.stringMatching(/^ended after/) as string });
    expect(await breakOff(context, 'go-live.migrate')).toMatchObject({ detail: 'go-live.migrate had come to its end' });
  });

  test('that fails under the fault leads back; any other that fails has failed', async () => {
    const { context } = notingContext(brokenOffWorld().world);
    const fails = async (): Promise<NodeOutcome> => failedByPlan('exit code 1');
    expect(await atWork(context, MIGRATE, fails)).toEqual(succeeded('it did not come to its end: exit code 1'));
    expect(await atWork(context, { ...MIGRATE, step: 'up' }, fails)).toMatchObject({ kind: 'failed' });
  });
});

describe('slowing a step down', () => {
  test('has no place where the step has ended', async () => {
    const { world } = brokenOffWorld(null);
    const { context, notes } = notingContext(world);
    await atWork(context, MIGRATE, async () => succeeded('done'));
    expect(await slowStep.takeEffect(context, FAULT)).toBeNull();
    expect(notes).toMatchObject([
      { topic: 'injection', facts: { applicable: false, where: 'the step go-live.migrate' } },
    ]);
  });

  test.each<readonly [string, Throttle, boolean]>([
    ['stand still', throttleThat(2), true],
    ['all go on', throttleThat(0), false],
    ['go on in part', throttleThat(1), false],
    ['are gone', throttleThat(0, 0), false],
  ])('is shown by looks at the processes: %s', async (_, throttle, shown) => {
    const { context } = notingContext(brokenOffWorld(throttle).world);
    const truth = await slowStep.takeEffect(context, FAULT);
    if (truth === null) throw new Error('it found no step to slow down');
    expect(truth).toMatchObject({ fault: 'GF-01', store: 'go-live.migrate', rows: 0 });
    expect(await slowStep.show(context, { fault: FAULT, truth })).toMatchObject({ shown });
  });
});
