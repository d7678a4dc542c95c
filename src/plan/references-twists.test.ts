import { describe, expect, test } from 'vitest';
import { type Edit, editedPlan, problemsOf } from '../../test/support/plans.ts';

/** Another way back, from the restore point before the go-live. */
const FALLBACK: readonly Edit[] = [
  ['from: final-backup, into: empty', 'from: final-backup, else: from-friday, into: empty'],
  [
    '\nscenarios:',
    `
  from-friday:
    from: [go-back]
    to: friday
    steps: [{ id: again, restore: [db, docs], from: friday, repeat: safe }]

scenarios:`,
  ],
  ['states:\n', 'states:\n  friday: { systems: { db: { equals: friday }, docs: { equals: friday } } }\n'],
];

function messagesOf(...edits: readonly Edit[]): string {
  return problemsOf(editedPlan(...edits))
    .map((problem) => problem.message)
    .join('\n');
}

describe('fallbacks', () => {
  test('a good one has no problem', () => {
    expect(messagesOf(...FALLBACK)).toBe('');
  });

  test.each<[string, Edit, RegExp]>([
    ['that is not there', ['else: from-friday', 'else: from-fryday'], /names the procedure `from-fryday`/],
    ['that begins elsewhere', ['from: [go-back]', 'from: [live]'], /does not begin where `go-back` breaks off/],
    ['that leads to no state', ['to: friday\n', 'to: fryday\n'], /names the state `fryday`/],
    ['of itself', ['else: from-friday', 'else: go-back'], /cannot be its own fallback/],
    [
      'that has one itself',
      ['restore: [db, docs], from: friday', 'else: go-back, restore: [db, docs], from: friday'],
      /has a fallback itself/,
    ],
    [
      'beside another one',
      ['id: lock, ', 'id: lock, else: go-live, '],
      /has two fallbacks, `go-live` and `from-friday`/,
    ],
    ['of a go-live', ['id: freeze, ', 'id: freeze, else: from-friday, '], /no scenario goes back by `go-live`/],
  ])('one %s', (_, edit, message) => {
    expect(messagesOf(...FALLBACK, edit)).toMatch(message);
  });
});

describe('twists', () => {
  const twisted = (twist: string): Edit => ['kind: S0,', `kind: S0, twists: [${twist}],`];

  test.each([
    ['{ id: GF-10, in: db, defect: BK-01 }'],
    ['{ id: GF-12, in: app, users: staff, count: 3 }'],
    ['{ id: GF-11 }'],
    ['{ id: GF-11, step: migrate }'],
    ['{ id: GF-13 }'],
    ['{ id: GF-13, role: dba }'],
    ['{ id: GF-18, in: app, users: staff }'],
    ['{ id: GF-20, step: restore, instead: db }'],
  ])('%s is one', (twist) => {
    expect(messagesOf(twisted(twist))).toBe('');
  });

  test.each<[string, RegExp]>([
    ['{ id: GF-99 }', /has no `GF-99`/],
    ['{ id: GF-02 }', /is no twist that this release can do/],
    ['{ id: GF-10, in: db }', /GF-10 has no `defect`/],
    ['{ id: GF-11, step: lock }', /names the step `lock`, which is not among those marked/],
    ['{ id: GF-14, in: app, users: staff, count: 9, trigger: orphans }', /GF-14 has no `http`/],
    ['{ id: GF-12, in: db, users: staff }', /needs a system of kind service/],
    ['{ id: GF-13, role: dbb }', /names the role `dbb`/],
    ['{ id: GF-17, channel: mail }', /names the channel `mail`/],
    ['{ id: GF-18, in: app, users: stuff }', /names the user group `stuff`/],
    ['{ id: GF-20, step: lock, instead: db }', /names the step `lock`, which is not among those of `go-back` that act/],
    ['{ id: GF-20, step: restore, instead: app }', /needs a system of kind postgres or directory/],
    ['{ id: GF-20, step: restore, instead: db, defect: BK-01 }', /`defect` does not belong to the twist GF-20/],
    ['{ id: GF-10, in: app, defect: BK-01 }', /needs a system of kind postgres or directory/],
    ['{ id: GF-10, in: db, defect: BK-33 }', /BK-33 .* is planned/],
  ])('%s is none', (twist, message) => {
    expect(messagesOf(twisted(twist))).toMatch(message);
  });
});
