import { describe, expect, it } from 'vitest';
import { brokenLinks } from '../../kernel/chain.ts';
import { correctionsIn, type EntryDraft, nextEntries } from './entry.ts';
import { type DraftRules, draftsOf, readWritten } from './written.ts';

const PLAN: EntryDraft['plan'] = { name: 'crm', digest: `sha256:${'a'.repeat(64)}` };
const RULES: DraftRules = {
  plan: PLAN,
  nowMs: Date.parse('2026-12-07T09:00+01:00'),
  written: 2,
  corrected: new Map([[1, 2]]),
  resolve: (about) => (about === 'restor' ? { problem: 'did you mean go-back.restore?' } : { about }),
};

describe('what was written on paper', () => {
  it('is read from CSV with quotes, line ends in values and names in any order', () => {
    const { lines, problems } = readWritten(
      'by,about,at,observation\r\n"Falk, Ines",go-back.restore,2026-12-06T03:12+01:00,"said ""done""\nand 412 GiB"\r\n\r\nTom,go-back.up,2026-12-06T03:40+01:00,\r\n',
      'cards.csv',
    );
    expect(problems).toEqual([]);
    expect(lines).toMatchObject([
      { where: 'cards.csv:2', by: 'Falk, Ines', about: 'go-back.restore', observation: 'said "done"\nand 412 GiB' },
      { where: 'cards.csv:5', by: 'Tom', about: 'go-back.up', observation: '' },
    ]);
  });

  it('is read from NDJSON with the same names', () => {
    const { lines, problems } = readWritten(
      '{"about":"decision","by":"P","at":"2026-12-06T02:50+01:00","corrects":1}\n[]\n',
      'x',
    );
    expect(lines).toMatchObject([{ about: 'decision', by: 'P', corrects: '1' }]);
    expect(problems).toEqual([{ where: 'x:2', problem: 'is no JSON object' }]);
  });

  it('is refused with its line where columns are not what they should be', () => {
    expect(readWritten('about,who\na,b\n', 'x').problems[0]).toMatchObject({
      where: 'x:1',
      problem: expect.stringContaining('has no column who'),
    });
    expect(readWritten('about,by\na\n', 'x').problems[0]).toMatchObject({
      where: 'x:2',
      problem: 'has 1 values for 2 columns',
    });
  });

  it.each([
    ['2026-12-06T03:12', 'has no zone; write it behind the time, such as 2026-12-06T03:12+01:00'],
    ['2026-12-06 03:12', 'such as 2026-12-06T03:12+01:00'],
    ['03:12', 'is no time'],
    ['2026-02-30T03:12+01:00', 'is no time'],
    ['2026-12-07T09:11+01:00', 'has not come yet'],
    ['', 'does not say when'],
  ])('needs a time with a zone that exists and has come: %j', (at, problem) => {
    const { drafts, problems } = draftsOf(
      [{ where: 'w', about: 'a', what: '', by: 'b', at, observation: '', corrects: '' }],
      RULES,
    );
    expect(drafts).toEqual([]);
    expect(problems).toEqual([{ where: 'w', problem: expect.stringContaining(problem) }]);
  });

  it('is told everything that is wrong at once, and corrects only what stands', () => {
    const line = {
      where: 'w',
      about: 'restor',
      what: 'finished',
      by: '',
      at: '2026-12-06T03:12+01:00',
      observation: '',
      corrects: '3',
    };
    expect(draftsOf([line], RULES).problems.map(({ problem }) => problem)).toEqual([
      'did you mean go-back.restore?',
      expect.stringContaining('`finished`'),
      'nobody is named who did it',
      'there is no entry 3 to correct',
    ]);
    const again = draftsOf([{ ...line, about: 'a', what: '', by: 'b', corrects: '1' }], RULES);
    expect(again.problems[0]?.problem).toBe('entry 1 was corrected by entry 2: correct that one');
  });
});

describe('the chain of entries', () => {
  const draft: EntryDraft = {
    about: 'a',
    what: 'done',
    by: 'b',
    happenedAt: '2026-12-06T03:12:00+01:00',
    observation: '',
    corrects: null,
    plan: PLAN,
  };
  const recordedAt = '2026-12-07T08:00:00.000Z';
  const entries = nextEntries([draft, { ...draft, corrects: 1 }, draft], { last: undefined, recordedAt });

  it('shows what was changed, removed or put in between', () => {
    const [one, two, three] = entries;
    if (one === undefined || two === undefined || three === undefined) throw new Error('three entries were made');
    expect(brokenLinks(entries)).toEqual([]);
    expect(brokenLinks([{ ...one, by: 'somebody else' }, two, three])).toEqual([2]);
    expect(brokenLinks([one, three])).toEqual([3]);
    expect(brokenLinks([two, three])).toEqual([2]);
    expect(brokenLinks([one, two, ...nextEntries([draft], { last: two, recordedAt })])).toEqual([]);
  });

  it('knows which entry stands in the place of which', () => {
    expect([...correctionsIn(entries)]).toEqual([[1, 2]]);
  });
});
