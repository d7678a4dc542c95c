import { describe, expect, test } from 'vitest';
import { catalogue, findCatalogueEntry } from './catalogue.ts';
import { FAMILIES } from './entry.ts';

const COUNTS = { TR: 26, DC: 42, IF: 26, GF: 20, BK: 34 } as const;

describe('the catalogue', () => {
  test.each(FAMILIES)('family %s has every number once, in order', (family) => {
    const ids = catalogue.filter((entry) => entry.family === family).map((entry) => entry.id);
    const expected = Array.from(
      { length: COUNTS[family] },
      (_, index) => `${family}-${String(index + 1).padStart(2, '0')}`,
    );
    expect(ids).toEqual(expected);
  });

  test('ids and names are unique within a family', () => {
    expect(new Set(catalogue.map((entry) => entry.id)).size).toBe(catalogue.length);
    expect(new Set(catalogue.map((entry) => `${entry.family} ${entry.name}`)).size).toBe(catalogue.length);
  });

  test('every entry says what happens and what sees it', () => {
    for (const entry of catalogue) {
      expect(entry.happens, entry.id).toMatch(/^\p{Lu}.+\.$/u);
      expect(entry.seenBy.length, entry.id).toBeGreaterThan(3);
      expect(entry.threshold !== undefined, entry.id).toBe(entry.family === 'TR');
    }
  });

  test('available is what this release can inject or ask, nothing else', () => {
    const available = catalogue.filter((entry) => entry.availability === 'available').map((entry) => entry.id);
    expect(available.filter((id) => id.startsWith('DC'))).toEqual(
      [1, 2, 3, 4, 7, 8, 13, 16, 21, 28, 39].map((number) => `DC-${String(number).padStart(2, '0')}`),
    );
    expect(available.filter((id) => id.startsWith('IF'))).toEqual(
      [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19].map((number) => `IF-${String(number).padStart(2, '0')}`),
    );
    expect(available.filter((id) => id.startsWith('BK'))).toEqual(['BK-01', 'BK-02', 'BK-03', 'BK-05']);
    expect(available.filter((id) => id.startsWith('GF'))).toEqual(
      [1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 17, 18, 20].map((number) => `GF-${String(number).padStart(2, '0')}`),
    );
  });

  test('an unknown id is not found', () => {
    expect(findCatalogueEntry('DC-04')?.name).toBe('Wrong parent');
    expect(findCatalogueEntry('DC-43')).toBeUndefined();
    expect(findCatalogueEntry('constructor')).toBeUndefined();
  });
});
