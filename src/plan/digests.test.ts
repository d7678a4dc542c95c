import { describe, expect, test } from 'vitest';
import { type Edit, editedPlan, loadGood, WORK } from '../../test/support/plans.ts';

/** Names of the digests that differ between the sample and the sample after an edit. */
function changedBy(...edits: readonly Edit[]): readonly string[] {
  return changedFrom([], edits);
}

function changedFrom(given: readonly Edit[], edits: readonly Edit[]): readonly string[] {
  const before = leaves(loadGood(editedPlan(...given)).parts);
  const after = leaves(loadGood(editedPlan(...given, ...edits)).parts);
  return [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();
}

function leaves(value: object, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(value).flatMap(([key, member]) =>
      typeof member === 'object' && member !== null
        ? [...leaves(member, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, member] as const],
    ),
  );
}

describe('digests of the parts', () => {
  const cases: readonly (readonly [string, Edit, readonly string[]])[] = [
    [
      'what a step does',
      ["release: app, to: '10', repeat: safe", "release: app, to: '10', repeat: ask"],
      ['procedures.go-back.digest', 'procedures.go-back.steps.old'],
    ],
    [
      'who owns a step',
      ['{ id: lock, phase: execute, owner: dba', '{ id: lock, phase: execute, owner: sponsor'],
      ['team'],
    ],
    ['a contact', ['ext. 4411', 'ext. 4412'], ['team']],
    ['an expected duration', ['p50: 18m, p90: 25m', 'p50: 19m, p90: 25m'], ['times']],
    ['the objective', ['limit: 45m', 'limit: 44m'], ['times']],
    ['a description', ['In-place upgrade', 'Upgrade in place'], ['texts']],
    ['a reason', ['logging in stamps the user', 'a login stamps the user'], ['texts']],
    ['an allowance', ['max: 60', 'max: 61'], ['differences']],
    ['the size of production', ['412GiB', '600GiB'], ['systems.db']],
    ['a check', ['select sum(amount) from deals', 'select avg(amount) from deals'], ['checks.deals-total']],
    ['a trigger', ['readings: 2', 'readings: 3'], ['triggers.orphans']],
    ['a fault', ['seed: 7', 'seed: 8'], ['scenarios.data-corruption']],
    ['a state', ["release: '11', is: running", "release: '11'"], ['states.live']],
    ['a probe of users', ['anonymous: [/api/contacts]', 'anonymous: [/api/deals]'], ['users.staff']],
    ['the window', ['2026-12-06T20:00', '2026-12-06T21:00'], ['frame']],
  ];
  test.each(cases)('%s changes its part and no other', (_, edit, parts) => {
    expect(changedBy(edit)).toEqual(parts);
  });

  const ofWork: readonly (readonly [string, Edit, readonly string[]])[] = [
    ['how much is done', ['writes: 40', 'writes: 41'], ['workload.office-day']],
    ['how much may be given up', ['upTo: 40', 'upTo: 39'], ['workload.office-day']],
    ['who gives it up', ['by: sponsor, why: signed', 'by: dba, why: signed'], ['team']],
    ['why it is given up', ['why: signed', 'why: agreed'], ['texts']],
  ];
  test.each(ofWork)('of a workload: %s changes its part and no other', (_, edit, parts) => {
    const waived: Edit = [WORK[0], `${WORK[1]}    waive: { by: sponsor, why: signed, upTo: 40 }\n`];
    expect(changedFrom([waived], [edit])).toEqual(parts);
  });

  test('a dependency written out as it already was changes the step, one that reorders changes the procedure', () => {
    expect(changedBy(['id: old, phase', 'id: old, after: [], phase'])).toContain('procedures.go-back.digest');
  });
});
