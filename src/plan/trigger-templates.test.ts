import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editedPlan, lintOf, problemsOf } from '../../test/support/plans.ts';
import { catalogue, findCatalogueEntry } from '../catalogue/catalogue.ts';

const TEMPLATES = catalogue.flatMap(({ id, template }) => (template === undefined ? [] : [{ id, template }]));
const indented = (text: string): string => text.replaceAll(/^/gm, '  ');

describe('templates of triggers', () => {
  it.each(TEMPLATES)('$id can be pasted: no problem and no error of lint', ({ id, template }) => {
    const text = editedPlan([
      '\ntriggers:\n',
      `\ntriggers:\n${indented(template.replace('in: old-db', 'in: db').replace('orphans:', 'links:'))}\n`,
    ]);
    expect(problemsOf(text)).toEqual([]);
    expect(lintOf(text).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const [trigger] = Object.values(parse(template) as Record<string, { catalogue: string }>);
    expect(trigger?.catalogue).toBe(id);
  });

  it('stand for every available entry but the one that watch itself computes', () => {
    const available = catalogue.filter(({ family, availability }) => family === 'TR' && availability === 'available');
    expect(available.filter(({ template }) => template === undefined).map(({ id }) => id)).toEqual(['TR-19']);
    // What only people can know stays planned.
    for (const id of ['TR-05', 'TR-09', 'TR-10', 'TR-20', 'TR-26'])
      expect(findCatalogueEntry(id)).toMatchObject({ availability: 'planned' });
  });
});
