import { describe, expect, it } from 'vitest';
import { clockTime, isZone, offsetIn } from './clock-time.ts';

const at = (instant: string, zone: string): string => {
  const { day, date, time, offset } = clockTime(Date.parse(instant), zone);
  return `${day} ${date} ${time} ${offset}`;
};

describe('clock time', () => {
  it('with a fixed offset stays with it, across midnight', () => {
    expect(at('2026-12-04T18:00:00+01:00', '+01:00')).toBe('Fri 2026-12-04 18:00 +01:00');
    expect(at('2026-12-04T23:30:00Z', '+01:00')).toBe('Sat 2026-12-05 00:30 +01:00');
    expect(at('2026-12-04T23:30:00Z', '-03:30')).toBe('Fri 2026-12-04 20:00 -03:30');
  });

  it('with a named zone follows its clocks: an hour that does not exist, and one that exists twice', () => {
    expect(at('2026-03-29T00:59:00Z', 'Europe/Berlin')).toBe('Sun 2026-03-29 01:59 +01:00');
    expect(at('2026-03-29T01:00:00Z', 'Europe/Berlin')).toBe('Sun 2026-03-29 03:00 +02:00');
    expect(at('2026-10-25T00:30:00Z', 'Europe/Berlin')).toBe('Sun 2026-10-25 02:30 +02:00');
    expect(at('2026-10-25T01:30:00Z', 'Europe/Berlin')).toBe('Sun 2026-10-25 02:30 +01:00');
    expect(at('2026-07-01T00:00:00Z', 'Asia/Kolkata')).toBe('Wed 2026-07-01 05:30 +05:30');
    expect(at('2026-12-01T00:00:00Z', 'Europe/London')).toBe('Tue 2026-12-01 00:00 +00:00');
  });

  it('knows zones from names that are none', () => {
    expect(isZone('Europe/Berlin')).toBe(true);
    expect(isZone('Europe/Berlni')).toBe(false);
  });

  it('reads the offset of a time as it is written in a plan', () => {
    expect(offsetIn('2026-12-04T18:00+01:00')).toBe('+01:00');
    expect(offsetIn('2026-12-04T18:00:00Z')).toBe('+00:00');
  });
});
