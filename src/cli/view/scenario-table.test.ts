import { describe, expect, it } from 'vitest';
import { SAMPLE_RECORDS } from '../../../test/fixtures/records/all.ts';
import { hostileVersionOf } from '../../../test/fixtures/records/hostile.ts';
import { s1Failed } from '../../../test/fixtures/records/s1-failed.ts';
import { painter } from './paint.ts';
import { scenarioTable } from './scenario-table.ts';
import { columnsOf } from './text.ts';

const options = { folder: '/state/drills', width: 80, paint: painter(false) };

describe('the table of several scenarios', () => {
  const rows = Object.values(SAMPLE_RECORDS).map((record) => ({
    record,
    report: `/state/drills/${record.drill.id}/report.html`,
  }));

  it('has a line for each, with verdict, RTA and the whole path of its report', () => {
    const [head, ...lines] = scenarioTable(rows, options);
    expect(head).toMatch(/^scenario +verdict +RTA +report$/);
    expect(lines).toHaveLength(rows.length);
    for (const [index, line] of lines.entries()) expect(line).toContain(`${rows[index]?.record.drill.id}/report.html`);
    expect(lines.join('\n')).toMatch(/● proven +[\d.]+ s/);
    expect(lines.join('\n')).toMatch(/✖ failed/);
  });

  it('fits 80 columns, names that want to move the cursor included', () => {
    const hostile = { record: hostileVersionOf(s1Failed), report: '/state/drills/d-1/report.html' };
    const lines = scenarioTable([...rows, hostile], options);
    expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(80);
    // oxlint-disable-next-line no-control-regex -- these characters are what must be absent
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f]/);
  });
});
