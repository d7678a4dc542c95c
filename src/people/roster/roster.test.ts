import { describe, expect, test } from 'vitest';
import { attendanceIn } from './attendance.ts';
import { callersOf, decidersInWords, nobodyMayCall, rightOf } from './decision.ts';
import { actorFor, type Attendance, gapsOf, peopleOf, type Roster, rosterOf, whyNobody } from './roster.ts';

const TEAM = [
  { role: 'dba', person: 'Ines Falk', deputy: 'Tom Weber' },
  { role: 'lead', person: 'Mara Lindqvist', deputy: 'Ines Falk' },
  { role: 'sponsor', person: 'Paul Okafor', deputy: 'Mara Lindqvist' },
  { role: 'desk', person: null, deputy: null },
];
const DECIDERS = { by: 'sponsor', deputy: 'lead' };

function roster(said: {
  readonly absent?: readonly string[];
  readonly here?: readonly string[];
  readonly present?: Readonly<Record<string, string>>;
}): Roster {
  const attendance: Attendance = {
    absent: new Set(said.absent),
    here: new Set(said.here),
    present: new Map(Object.entries(said.present ?? {})),
  };
  return rosterOf(TEAM, attendance);
}

describe('who acts', () => {
  test.each([
    ['nobody said anything', {}, 'Ines Falk'],
    ['the person is absent', { absent: ['Ines Falk'] }, 'Tom Weber'],
    ['the deputy too', { absent: ['Ines Falk', 'Tom Weber'] }, null],
    ['somebody else took the role', { absent: ['Ines Falk'], present: { dba: 'Jo Doe' } }, 'Jo Doe'],
  ])('%s', (_, said, acted) => {
    expect(roster(said).roles.find(({ role }) => role === 'dba')?.actedBy).toBe(acted);
  });

  test('somebody absent is absent from every role and from everybody’s place', () => {
    const without = roster({ absent: ['Ines Falk', 'Mara Lindqvist'] });
    expect(without.roles.find(({ role }) => role === 'lead')).toMatchObject({
      deputyPresence: 'absent',
      actedBy: null,
    });
  });

  test('a deputy who is there is present without having a role of their own', () => {
    const there = roster({ here: ['Tom Weber', 'Ines Falk'] });
    expect(there.roles[0]).toMatchObject({ presence: 'present', deputyPresence: 'present', actedBy: 'Ines Falk' });
  });

  test('a person with several roles is invited once', () => {
    const ines = peopleOf(roster({ absent: ['Ines Falk'] })).filter(({ name }) => name === 'Ines Falk');
    expect(ines).toEqual([{ name: 'Ines Falk', roles: ['dba'], standsInFor: ['lead'], presence: 'absent' }]);
  });
});

describe('what only the absent could do', () => {
  const duties = [
    { step: 'go-back.lock', owner: 'dba', deputy: null },
    { step: 'go-back.restore', owner: 'dba', deputy: 'lead' },
  ];

  test('is named, and what somebody else may do is not', () => {
    const [gap] = gapsOf(roster({ absent: ['Ines Falk', 'Tom Weber'] }), duties);
    expect(gap?.nobody).toEqual(['go-back.lock']);
    expect(gap?.covered).toEqual([{ step: 'go-back.restore', by: 'Mara Lindqvist' }]);
  });

  test('a deputy covers it', () => {
    const [gap] = gapsOf(roster({ absent: ['Ines Falk'] }), duties);
    expect(gap).toMatchObject({ nobody: [], covered: [{ by: 'Tom Weber' }, { by: 'Tom Weber' }] });
  });

  test('nobody absent, no gap', () => {
    expect(gapsOf(roster({}), duties)).toEqual([]);
  });

  test('the reason has every name', () => {
    const without = roster({ absent: ['Ines Falk', 'Tom Weber', 'desk'] });
    expect(actorFor(without, { step: 'x', owner: 'dba', deputy: 'desk' })).toBeNull();
    expect(whyNobody(without, { owner: 'dba', deputy: 'desk' })).toBe(
      'Ines Falk (dba) is absent and so is the deputy Tom Weber; desk is absent and nobody is named to stand in',
    );
  });
});

describe('who may call the rollback', () => {
  const paul = 'Paul Okafor';
  const mara = 'Mara Lindqvist';
  test.each([
    { what: 'the one who decides', name: paul, said: {}, kind: 'may' },
    { what: 'absent themselves', name: paul, said: { absent: [paul] }, kind: 'may not' },
    { what: 'the deputy beside the decider', name: mara, said: { present: { sponsor: paul } }, kind: 'may not' },
    { what: 'the deputy, the decider nobody knows where', name: mara, said: {}, kind: 'doubtful' },
    { what: 'the deputy of an absent decider', name: mara, said: { absent: [paul] }, kind: 'may' },
    { what: 'the deputy of the deputy', name: 'Ines Falk', said: { absent: [paul, mara] }, kind: 'may not' },
    { what: 'anybody else', name: 'Tom Weber', said: { absent: [paul] }, kind: 'may not' },
    {
      what: 'somebody put in the role for the day',
      name: 'Jo Doe',
      said: { present: { sponsor: 'Jo Doe' } },
      kind: 'may not',
    },
  ])('$what', ({ name, said, kind }) => {
    expect(rightOf(name, { roster: roster(said), deciders: DECIDERS }).kind).toBe(kind);
  });

  test('without a deputy in the decision, the one of the role stands in', () => {
    const without = { roster: roster({ absent: ['Paul Okafor'] }), deciders: { by: 'sponsor', deputy: null } };
    expect(rightOf('Mara Lindqvist', without).kind).toBe('may');
  });

  test('a plan that names nobody leaves it in doubt', () => {
    expect(rightOf('Paul Okafor', { roster: roster({}), deciders: null }).kind).toBe('doubtful');
  });

  test('nobody is left when both are absent, and both are named', () => {
    const both = { roster: roster({ absent: ['Paul Okafor', 'Mara Lindqvist'] }), deciders: DECIDERS };
    expect(nobodyMayCall(both)).toBe('Paul Okafor (sponsor) is absent, and so is Mara Lindqvist');
    expect(nobodyMayCall({ ...both, roster: roster({ absent: ['Paul Okafor'] }) })).toBeNull();
  });

  test('those who may are asked first, the absent not at all', () => {
    const callers = callersOf({ roster: roster({ absent: ['Paul Okafor'] }), deciders: DECIDERS });
    expect(callers[0]).toMatchObject({ name: 'Mara Lindqvist', role: 'lead', right: { kind: 'may' } });
    expect(callers.map(({ name }) => name)).not.toContain('Paul Okafor');
  });

  test('in words', () => {
    expect(decidersInWords(roster({}), DECIDERS)).toBe(
      'Paul Okafor (sponsor), or in their absence Mara Lindqvist (lead),',
    );
  });
});

describe('competence from attendance', () => {
  const about = { plan: 'move', scenario: 'clean-return', at: '2026-11-01T10:00:00Z' };

  test('only who was there, or decided in person, took part', () => {
    const attended = attendanceIn([
      {
        ...about,
        drill: 'd-1',
        roster: roster({ absent: ['Ines Falk'], present: { dba: 'Tom Weber' } }),
        decidedBy: null,
      },
      { ...about, drill: 'd-2', roster: roster({}), decidedBy: 'Paul Okafor' },
    ]);
    expect(attended.map(({ person, drills }) => [person, drills.map(({ drill }) => drill)])).toEqual([
      ['Tom Weber', ['d-1']],
      ['Paul Okafor', ['d-2']],
    ]);
    expect(attended[0]?.drills[0]).toMatchObject({ roles: ['dba'], decided: false });
    expect(attended[1]?.drills[0]).toMatchObject({ roles: ['sponsor'], decided: true });
  });
});
