import { expect, test } from 'vitest';
import { classOf, FAULT_CLASSES, injectNextOfClass, orderOfTrial } from './classes.ts';
import type { Injection, Injector, Truth } from './injector.ts';

function injectorFor(fitting: readonly string[], offers = FAULT_CLASSES.flatMap((entry) => entry.own)): Injector {
  const inject = async (request: { readonly id: string; readonly seed: number }): Promise<Injection> =>
    fitting.includes(request.id)
      ? { applicable: true, truth: truth(request.id) }
      : { applicable: false, why: `${request.id} has no place` };
  return { offers, inject };
}

function truth(fault: string): Truth {
  return {
    fault,
    store: 'db',
    part: 't',
    object: null,
    columns: [],
    operation: 'delete',
    keys: ['id=1'],
    rows: 1,
    seed: 1,
    description: '',
    statements: [],
  };
}

test('every fault is in one class, and its own id is tried first', () => {
  const ids = FAULT_CLASSES.flatMap((entry) => entry.own);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(orderOfTrial(id)[0]).toBe(id);
  for (const { standIns } of FAULT_CLASSES) for (const id of standIns) expect(classOf(id)).toBeDefined();
  expect(orderOfTrial('DC-02')).toEqual(['DC-02', 'DC-01']);
});

test('the first that fits is taken, and the ones before it are named with their reason', async () => {
  const result = await injectNextOfClass(injectorFor(['DC-21']), { id: 'DC-16', seed: 1 });
  expect(result).toMatchObject({
    applicable: true,
    truth: { fault: 'DC-21' },
    passedOver: [
      { id: 'DC-16', why: 'DC-16 has no place' },
      { id: 'DC-07', why: 'DC-07 has no place' },
    ],
  });
});

test('what the plan names is not replaced by something else', async () => {
  const result = await injectNextOfClass(injectorFor(['DC-02']), { id: 'DC-01', table: 'deals', seed: 1 });
  expect(result).toEqual({ applicable: false, passedOver: [{ id: 'DC-01', why: 'DC-01 has no place' }] });
});

test('an id that this store has no injector for is passed over', async () => {
  const result = await injectNextOfClass(injectorFor(['DC-38'], []), { id: 'DC-38', seed: 1 });
  expect(result).toEqual({
    applicable: false,
    passedOver: [{ id: 'DC-38', why: 'no injector for DC-38 on this kind of store' }],
  });
});
