import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/proof/summary.ts';
import { STATE_SIGN, STATE_WORD } from '../../src/proof/report/words.ts';
import { SAMPLE_RECORDS } from '../fixtures/records/all.ts';
import { hostileVersionOf } from '../fixtures/records/hostile.ts';
import { s0WorkLost } from '../fixtures/records/s0-work-lost.ts';
import { s1Failed } from '../fixtures/records/s1-failed.ts';
import { s1Proven } from '../fixtures/records/s1-proven.ts';

// oxlint-disable-next-line no-control-regex -- colours of a terminal begin with this character
const COLOURS = /\u001b\[\d+m/g;

describe('terminal summary', () => {
  it.each(Object.entries(SAMPLE_RECORDS))('of %s fits 80, 60 and 40 columns', (_name, record) => {
    for (const width of [200, 80, 60, 40]) {
      const lines = renderSummary(record, { colour: false, width }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(80, width));
    }
  });

  it.each(Object.entries(SAMPLE_RECORDS))('of %s says each claim in shape and word', (_name, record) => {
    const text = renderSummary(record, { colour: false, width: 80 });
    for (const claim of record.claims)
      expect(text).toMatch(new RegExp(`${STATE_SIGN[claim.state]} ${STATE_WORD[claim.state]} +${claim.name}`));
  });

  it('differs by colours alone', () => {
    const plain = renderSummary(s1Failed, { colour: false, width: 80 });
    const painted = renderSummary(s1Failed, { colour: true, width: 80 });
    expect(plain).not.toMatch(COLOURS);
    expect(painted).toMatch(COLOURS);
    expect(painted.replace(COLOURS, '')).toBe(plain);
  });

  it('cannot be made to obey a name', () => {
    const text = renderSummary(hostileVersionOf(s1Failed), { colour: false, width: 80 });
    // oxlint-disable-next-line no-control-regex -- these characters are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('names the first rows and files behind what failed, and counts the rest', () => {
    const text = renderSummary(s1Failed, { colour: false, width: 80 });
    const named = text.split('\n').filter((line) => /^ {30}[−~+…] /.test(line));
    expect(named.map((line) => line.trim())).toMatchInlineSnapshot(`
      [
        "− deals id=1207",
        "− deals id=1219",
        "… and 1,214 more",
        "~ contracts/2025/0042 – Müller & Söhne.pdf:",
      ]
    `);
    const proven = renderSummary(s1Proven, { colour: false, width: 80 });
    expect(proven).not.toMatch(/^ {30}[−~+…] /m);
  });

  it('shows clocks, recovery time, limit and what was not shown', () => {
    const text = renderSummary(s1Proven, { colour: false, width: 80 });
    expect(text).toContain('RTA 7.4 s (limit 45 s, 37.6 s to spare)');
    expect(text).toMatch(/execute +580 ms +250 ms +300 ms to 700 ms/);
    expect(text).toContain('Completeness of the backup');
    expect(renderSummary(s1Failed, { colour: false, width: 80 })).toContain('1 min too long');
  });

  it('shows the balance of work, what is left over, and RPA', () => {
    const text = renderSummary(s0WorkLost, { colour: false, width: 80 }).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'office-day: 231 captured = 196 kept + 12 replayed + 4 parked (Ines Falk) + 17 waived (sponsor); 2 UNACCOUNTED FOR: 1 lost',
    );
    expect(text).toContain('RPA 18 records, 4.2 s');
  });
});
