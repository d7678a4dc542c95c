import { expect, test } from 'vitest';
import { flowFailures } from '../../../catalogue/flow-failures.ts';
import { isFlowFault } from './flow-faults.ts';

test('what the catalogue says is available can be made', () => {
  const available = flowFailures.filter((entry) => entry.availability === 'available').map((entry) => entry.id);
  expect(available.length).toBeGreaterThan(10);
  expect(available.filter((id) => !isFlowFault(id))).toEqual([]);
  expect(isFlowFault('IF-26')).toBe(false);
});
