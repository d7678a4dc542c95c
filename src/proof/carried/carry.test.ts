import { expect, test } from 'vitest';
import { drilledAs, findingOf, type DrillStory } from '../../../test/support/lessons.ts';
import { loadGood, SAMPLE_PLAN } from '../../../test/support/plans.ts';
import { type FindingEntry, type FindingEntryDraft, nextFindingEntries } from '../../people/finding-log/entry.ts';
import type { CarriedFinding } from '../record.ts';
import { carryFindings, isOpen } from './carry.ts';
import { findingId } from './identity.ts';

const PLAN = loadGood(SAMPLE_PLAN);
const BAD = findingOf();
const ID = findingId(PLAN.plan.name, BAD);
const base = { finding: ID, why: '', plan: { name: PLAN.plan.name, digest: PLAN.digest } };
const assigned = (due: string): FindingEntryDraft => ({ ...base, what: 'assigned', owner: 'dba', due });

interface Said {
  readonly day: number;
  readonly draft: FindingEntryDraft;
}

async function carried(
  stories: readonly DrillStory[],
  { said = [], today = '2025-12-20' }: { readonly said?: readonly Said[]; readonly today?: string } = {},
): Promise<readonly CarriedFinding[]> {
  const records = await Promise.all(stories.map((story, index) => drilledAs(PLAN, { id: `d-${index + 1}`, ...story })));
  const entries: FindingEntry[] = [];
  for (const { day, draft } of said)
    entries.push(
      ...nextFindingEntries([draft], {
        last: entries.at(-1),
        recordedAt: `2025-12-${String(day).padStart(2, '0')}T12:00:00.000Z`,
      }),
    );
  return carryFindings({ records, entries, today });
}

test('is the same finding whatever its number, wording and drill', () => {
  const later = { ...BAD, id: 'F-07', title: 'db is not as it was (second reading)', actual: '9 rows' };
  expect(findingId(PLAN.plan.name, later)).toBe(ID);
  expect(findingId(PLAN.plan.name, { ...BAD, where: 'docs' })).not.toBe(ID);
  expect(findingId('another plan', BAD)).not.toBe(ID);
});

test('is known once, as bad as the worse of its looks; notes are not carried', async () => {
  const found = [findingOf({ severity: 'medium' }), BAD, findingOf({ severity: 'note', where: 'x' })];
  expect(await carried([{ findings: found }])).toMatchObject([
    { id: ID, severity: 'critical', state: 'open', owner: null, drills: ['d-1'], scenarios: ['clean-return'] },
  ]);
});

test('open → accepted → fixed → closed by the re-test; one that occurs again is open again', async () => {
  const seen = { day: 1, findings: [BAD] };
  const said = [
    { day: 2, draft: assigned('2025-12-10') },
    { day: 3, draft: { ...base, what: 'fixed', by: 'dba' } as const },
  ];
  expect(await carried([seen], { said: said.slice(0, 1) })).toMatchObject([{ state: 'accepted', overdue: true }]);
  expect(await carried([seen], { said })).toMatchObject([{ state: 'fixed', owner: 'dba', due: '2025-12-10' }]);
  expect(await carried([seen, { day: 4 }], { said })).toMatchObject([
    { state: 'closed', closedBy: 'd-2', overdue: false, scenarios: [] },
  ]);
  expect(await carried([seen, { day: 4 }, { day: 5, findings: [BAD] }], { said })).toMatchObject([
    { state: 'accepted', reopened: true, owner: 'dba', closedBy: null, drills: ['d-1', 'd-3'] },
  ]);
  expect(await carried([seen, { day: 4, findings: [BAD] }], { said })).toMatchObject([{ reopened: true }]);
});

test.each<readonly [why: string, later: DrillStory]>([
  ['another scenario', { scenario: 'data-corruption' }],
  ['a drill that could not see', { whole: 'inconclusive' }],
  ['a drill that broke off', { whole: 'failed', findings: [findingOf({ what: 'step-failed', where: 'go-back.up' })] }],
])('%s closes nothing', async (_why, later) => {
  const all = await carried([
    { day: 1, findings: [BAD] },
    { day: 2, ...later },
  ]);
  expect(all.find(({ id }) => id === ID)).toMatchObject({ state: 'open', closedBy: null });
});

test('a failed drill that went to its end closes what it did not find', async () => {
  const all = await carried([
    { day: 1, findings: [BAD] },
    { day: 2, whole: 'failed', findings: [findingOf({ where: 'docs' })] },
  ]);
  expect(all.find(({ id }) => id === ID)).toMatchObject({ state: 'closed' });
});

test('each scenario in which it was seen must show that it is gone', async () => {
  const both = [
    { day: 1, findings: [BAD] },
    { day: 2, scenario: 'data-corruption', findings: [BAD] },
  ];
  expect(await carried([...both, { day: 3 }])).toMatchObject([{ state: 'open', scenarios: ['data-corruption'] }]);
  expect(await carried([...both, { day: 3 }, { day: 4, scenario: 'data-corruption' }])).toMatchObject([
    { state: 'closed', closedBy: 'd-4' },
  ]);
});

test('a risk is accepted until its day, and not for what comes again after a re-test', async () => {
  const draft = { ...base, what: 'risk-accepted', by: 'sponsor', until: '2025-12-15', why: 'rare' } as const;
  const said = [{ day: 2, draft }];
  const seen = { day: 1, findings: [BAD] };
  const [until] = await carried([seen], { said, today: '2025-12-15' });
  const [after] = await carried([seen], { said, today: '2025-12-16' });
  expect([until, after].map((each) => each !== undefined && isOpen(each))).toEqual([false, true]);
  expect(until).toMatchObject({ state: 'risk-accepted', risk: { by: 'sponsor', until: '2025-12-15', why: 'rare' } });
  const again = await carried([seen, { day: 3 }, { day: 4, findings: [BAD] }], { said, today: '2025-12-10' });
  expect(again).toMatchObject([{ state: 'open', risk: null, reopened: true }]);
});

test('overdue and critical ones come first, then the worse ones; what is closed comes last', async () => {
  const low = findingOf({ severity: 'low', where: 'low' });
  const high = findingOf({ severity: 'high', where: 'high' });
  const gone = findingOf({ where: 'gone' });
  const draft = { ...assigned('2025-12-05'), finding: findingId(PLAN.plan.name, low) };
  const all = await carried(
    [{ findings: [high, low, BAD, gone] }, { day: 2, whole: 'failed', findings: [high, low, BAD] }],
    {
      said: [{ day: 3, draft }],
    },
  );
  expect(all.map(({ severity, state }) => `${severity} ${state}`)).toEqual([
    'critical open',
    'low accepted',
    'high open',
    'critical closed',
  ]);
});
