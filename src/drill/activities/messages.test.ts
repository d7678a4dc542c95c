import { describe, expect, test } from 'vitest';
import { KNOWN_FIELDS, MESSAGE_TEMPLATES } from '../../catalogue/message-templates.ts';
import { fieldsIn } from '../../kernel/fields.ts';
import { clockTime, knownValues } from '../../people/messages/values.ts';

describe('templates', () => {
  test.each(Object.values(MESSAGE_TEMPLATES))(
    '$id needs no field before it can be known',
    ({ gate, subject, text }) => {
      const late = fieldsIn(`${subject}\n${text}`).filter((field) => {
        const needs = Object.hasOwn(KNOWN_FIELDS, field) ? KNOWN_FIELDS[field]?.needs : null;
        return needs === 'verified' ? gate !== 'verified' : needs === 'decided' && gate === null && field !== 'noticed';
      });
      expect(late).toEqual([]);
    },
  );

  test('every known field gets a value once everything has happened', () => {
    const values = knownValues(
      {
        plan: 'crm',
        environment: 'd-1',
        audience: 'staff',
        recipients: 40,
        nowMs: Date.UTC(2026, 11, 4, 17, 4),
        newsEveryMs: 1_800_000,
        zone: '+01:00',
        decider: 'Ines Costa',
        decideWithinMs: 900_000,
        limitMs: 2_700_000,
        expectedMs: 60_000,
        noticed: 'trigger orphans',
        decidedAtMs: Date.UTC(2026, 11, 4, 17, 0),
        verifiedAtMs: Date.UTC(2026, 11, 4, 17, 3),
      },
      { plan: 'another' },
    );
    expect(Object.keys(values).sort()).toEqual(Object.keys(KNOWN_FIELDS).sort());
    expect(values).toMatchObject({ plan: 'another', time: '18:04 (+01:00)', eta: '18:02 (+01:00)', took: '4 min' });
    expect(clockTime(Date.UTC(2026, 11, 4, 17, 4), 'Z')).toBe('17:04 UTC');
  });
});
