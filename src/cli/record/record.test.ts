import { describe, expect, it } from 'vitest';
import { loadGood, SAMPLE_PLAN } from '../../../test/support/plans.ts';
import type { WrittenLine } from '../../people/night-log/written.ts';
import { askCards, type Questions } from './ask.ts';
import { resolveName } from './names.ts';

const { plan } = loadGood(SAMPLE_PLAN);

describe('names that are keyed in', () => {
  it.each([
    ['go-back.restore', { about: 'go-back.restore' }],
    ['restore', { about: 'go-back.restore' }],
    ['decision', { about: 'decision' }],
    ['orphans', { about: 'triggers.orphans' }],
    ['go-back.verified', { about: 'go-back.verified' }],
    ['up', { problem: '`up` is in several procedures: write go-live.up or go-back.up' }],
    ['go-back.restroe', { problem: 'the plan has no `go-back.restroe`; did you mean go-back.restore?' }],
    ['restroe', { problem: 'the plan has no `restroe`; did you mean go-back.restore?' }],
  ])('%s', (written, resolved) => {
    expect(resolveName(plan, written)).toEqual(resolved);
  });
});

describe('asking card by card', () => {
  it('keeps each card at once, asks a wrong one again, and stops where the person stops', async () => {
    const answers: readonly (string | undefined)[] = [
      'go-back',
      'done',
      'Ada Nwosu',
      '',
      'no time',
      '',
      'done',
      'Ada Nwosu',
      '2026-12-06T03:00+01:00',
      '2026-12-06T03:12+01:00',
      'quiet',
      'nothing is written on this card',
      undefined,
    ];
    const left = [...answers];
    const complaints: string[] = [];
    const suggestions: string[] = [];
    const written: (readonly WrittenLine[])[] = [];
    const questions: Questions = {
      choose: async () => left.shift(),
      say: async (message, suggestion) => {
        suggestions.push(`${message}: ${suggestion}`);
        return left.shift();
      },
      complain: (problem) => complaints.push(problem),
    };
    await askCards(plan, questions, async (lines) => {
      if (lines.some((line) => line.at === 'no time')) return ['no time is no time'];
      written.push(lines);
      return [];
    });
    expect(left).toEqual([]);
    expect(complaints).toEqual(['no time is no time']);
    expect(suggestions[0]).toBe('Done by: Ada Nwosu');
    expect(written.map((lines) => lines.map(({ about, what, at }) => `${about} ${what} ${at}`))).toEqual([
      ['go-back.lock begun 2026-12-06T03:00+01:00', 'go-back.lock done 2026-12-06T03:12+01:00'],
    ]);
  });
});
