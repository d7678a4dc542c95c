import { expect, test } from 'vitest';
import { SAMPLE_RECORDS } from '../../../test/fixtures/records/all.ts';
import { twistBlocks } from './twists.ts';

const [sample] = Object.values(SAMPLE_RECORDS);

test('what was made wrong stands with what met it, and the other way back with what it gives up', () => {
  if (sample === undefined) throw new Error('there is no sample');
  const { text } = twistBlocks({
    ...sample,
    twists: [
      {
        twist: 'GF-10',
        name: 'bad <backup>',
        where: 'db',
        seed: 1,
        description: 'cut',
        presence: { shown: true, evidence: ['restore was served it'] },
        failed: [],
      },
    ],
    fallback: { procedure: 'other', to: 'older', insteadOf: 'go-back.restore', why: 'cut', givenUp: ['db is older'] },
  });
  for (const part of ['bad &lt;backup&gt;', 'restore was served it', 'shown present', '<b>other</b>', 'db is older'])
    expect(text).toContain(part);
  expect(twistBlocks({ ...sample, twists: [], fallback: null }).text).toBe('');
});
