import { describe, expect, it } from 'vitest';
import type { DrillRecord } from '../../src/proof/record.ts';
import { renderJUnit } from '../../src/proof/junit.ts';
import { SAMPLE_RECORDS } from '../fixtures/records/all.ts';
import { hostileVersionOf } from '../fixtures/records/hostile.ts';
import { s0Proven } from '../fixtures/records/s0-proven.ts';
import { s0WorkLost } from '../fixtures/records/s0-work-lost.ts';
import { s1Failed } from '../fixtures/records/s1-failed.ts';
import { s1Inconclusive } from '../fixtures/records/s1-inconclusive.ts';
import { s1Proven } from '../fixtures/records/s1-proven.ts';
import { unbalancedTag } from './balance.ts';

describe('JUnit XML', () => {
  it('is well-formed, also with hostile names', () => {
    expect(unbalancedTag(renderJUnit(Object.values(SAMPLE_RECORDS)))).toBeUndefined();
    const hostile = renderJUnit([hostileVersionOf(s1Failed)]);
    expect(unbalancedTag(hostile)).toBeUndefined();
    // oxlint-disable-next-line no-control-regex -- XML forbids these characters
    expect(hostile).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(hostile).not.toContain('<script');
  });

  it('has a suite for each record and counts that match its cases', () => {
    const xml = renderJUnit(Object.values(SAMPLE_RECORDS));
    const suites = xml.split('<testsuite ').slice(1);
    expect(suites).toHaveLength(5);
    for (const suite of suites) {
      for (const [attribute, element] of [
        ['tests', 'testcase'],
        ['failures', 'failure'],
        ['errors', 'error'],
        ['skipped', 'skipped'],
      ]) {
        const stated = Number(new RegExp(`${attribute}="(\\d+)"`).exec(suite)?.[1]);
        expect(suite.match(new RegExp(`<${element} `, 'g'))?.length ?? 0, attribute).toBe(stated);
      }
    }
  });

  it.each([
    ['S0', s0Proven],
    ['S1', s1Proven],
  ] as const)('of a proven %s has no failure and no error', (_kind, record) => {
    expect(renderJUnit([record])).toContain('failures="0" errors="0"');
  });

  it('never passes what is failed or unknown', () => {
    expect(renderJUnit([s1Failed])).toMatch(/name="verdict"[^>]*><failure /);
    expect(renderJUnit([s1Failed])).toMatch(/name="time"[^>]*><failure /);
    expect(renderJUnit([s1Inconclusive])).toMatch(/name="verdict"[^>]*><error /);
    expect(renderJUnit([s1Inconclusive])).toMatch(/name="access"[^>]*><error message="not examined/);
    expect(renderJUnit([s1Inconclusive])).toMatch(/name="health, verify"[^>]*><error /);
    expect(renderJUnit([s0WorkLost])).toMatch(
      /name="office-day, at the end"[^>]*><failure message="231 captured = [^"]* 2 unaccounted for">resurrected: activities/,
    );
    expect(renderJUnit([s1Proven])).toMatch(/name="time"[^>]*><skipped /);
  });

  it('turns an unclean proven run into an error', () => {
    const unclean: DrillRecord = { ...s1Proven, verdict: { ...s1Proven.verdict, unclean: true } };
    expect(renderJUnit([unclean])).toMatch(/name="verdict"[^>]*><error message="unclean/);
  });
});
