import { describe, expect, it } from 'vitest';
import { refuseSmallDisk } from './announce.ts';
import { estimate, together } from './estimate.ts';
import type { Recognised } from './recognise.ts';
import type { TrialSubject } from './subjects.ts';

function subject(part: Partial<Recognised>, kind: TrialSubject['kind'] = 'postgres'): TrialSubject {
  const backup: Recognised = {
    path: '/b',
    kind: 'dump',
    what: '',
    sizeBytes: 1e6,
    packing: 'none',
    isDense: true,
    mustBeUnpacked: false,
    major: null,
    remark: null,
    ...part,
  };
  return { name: 's', kind, backup, globals: null, wal: null };
}

describe('estimate', () => {
  it('covers what was measured: a dump of 25.8 MB took 1.0 GB of disk at its peak and 20 s', () => {
    const { diskBytes, ms } = estimate(subject({ sizeBytes: 25.8e6 }));
    expect(diskBytes.low).toBeLessThan(1.0e9);
    expect(diskBytes.high).toBeGreaterThan(1.0e9);
    expect(ms.low).toBeLessThan(20_000);
    expect(ms.high).toBeGreaterThan(20_000);
  });

  it('knows the size of what is not packed', () => {
    expect(estimate(subject({ kind: 'files', isDense: false, sizeBytes: 5e9 }, 'directory')).diskBytes).toEqual({
      low: 10e9,
      high: 10e9,
    });
  });

  it('adds times and takes the largest need of disk, because stores are tried one after the other', () => {
    const [small, large] = [estimate(subject({ sizeBytes: 1e6 })), estimate(subject({ sizeBytes: 1e9 }))];
    const both = together([small, large]);
    expect(both.diskBytes).toEqual(large.diskBytes);
    expect(both.ms.high).toBe(small.ms.high + large.ms.high);
  });
});

describe('refuseSmallDisk', () => {
  it('refuses only what cannot fit at best, and says what to do', () => {
    const subjects = [subject({ sizeBytes: 1e12 })];
    expect(() => refuseSmallDisk(subjects, 1e12, '/s')).toThrow(/needs at least 2\.0 TB of disk and \/s has 1\.0 TB/);
    expect(() => refuseSmallDisk(subjects, 3e12, '/s')).not.toThrow();
  });
});
