import { describe, expect, it } from 'vitest';
import { type DrillRecord, recordSchema } from '../../src/proof/record.ts';
import { markup } from '../../src/proof/report/markup.ts';
import { renderReport } from '../../src/proof/report/report.ts';
import { STATE_WORD } from '../../src/proof/report/words.ts';
import { digestOf } from '../../src/kernel/digest.ts';
import { SAMPLE_RECORDS } from '../fixtures/records/all.ts';
import { s0WorkLost } from '../fixtures/records/s0-work-lost.ts';
import { HOSTILE_NAME, hostileVersionOf, textPaths } from '../fixtures/records/hostile.ts';
import { unbalancedTag } from './balance.ts';

const records = Object.entries(SAMPLE_RECORDS);
const escaped = (text: string): string => markup`${text}`.text;

describe.each(records)('report of %s', (_name, record) => {
  const html = renderReport(record);

  it('is made from a valid record', () => {
    expect(recordSchema.parse(record)).toEqual(record);
  });

  it('shows each claim with its name, word and shape', () => {
    for (const claim of record.claims) {
      const item = html.split('<li data-claim=').find((part) => part.startsWith(`"${claim.name}"`));
      expect(item).toContain(`data-state="${claim.state}"`);
      expect(item).toContain(`href="#shape-${claim.state}"`);
      expect(item).toContain(`<span>${STATE_WORD[claim.state]}</span>`);
      expect(item).toContain(escaped(claim.sentence));
    }
  });

  it('keeps the order sentence, lamp, number, picture, table, evidence', () => {
    const marks = [
      '<h1',
      'class="verdict"',
      'class="numbers"',
      'class="sponsor"',
      'class="claims"',
      'class="timeline"',
      '<table>',
      'Record digest',
    ];
    const positions = marks.map((mark) => html.indexOf(mark));
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('needs nothing from outside and no script', () => {
    expect(html).not.toMatch(/<script|<link|<iframe|<img|javascript:|@import|\ssrc=|\son[a-z]+="|\sstyle="/i);
    expect(html).not.toMatch(/https?:/);
    expect(html.match(/url\((?!#)/)).toBeNull();
    expect(html).toContain("default-src 'none'");
  });

  it('is well-formed', () => {
    expect(unbalancedTag(html.replace(/<style>[^]*<\/style>/, ''))).toBeUndefined();
  });

  it('draws a bar with a text alternative for each step of a clock, in each of the three pictures', () => {
    const timelines = html
      .split('<svg class="timeline" viewBox')
      .slice(1)
      .map((part) => part.slice(0, part.indexOf('</svg>')));
    const steps = record.clocks.bars.filter((bar) => bar.clock !== null);
    expect(timelines).toHaveLength(3);
    for (const timeline of timelines) {
      for (const step of steps) expect(timeline).toContain(`aria-label="${escaped(step.title)}: ${step.outcome} after`);
    }
  });

  it('carries the digests of plan and record', () => {
    expect(html).toContain(record.plan.digest);
    expect(html).toContain(digestOf(record));
  });

  it('depends on the record alone', () => {
    expect(renderReport(structuredClone(record))).toBe(html);
  });
});

describe('what a report shows', () => {
  it('names the writes that are not as they should be, and who signed for what is given up', () => {
    const html = renderReport(s0WorkLost);
    expect(html.split('<svg class="balance"')).toHaveLength(4);
    expect(html).toContain('d-20261123-office-day-000187');
    expect(html).toContain('<code>activities id=18042</code>');
    expect(html).toContain('Up to 17 may be given up, signed by sponsor: the calls of one afternoon');
    expect(html).toContain('18, of which 17 signed for');
  });

  it('draws each flow by its state, beside the one it took the place of, and marks the conditions that do not hold', () => {
    const html = renderReport(sample('s1-failed'));
    const part = html.slice(html.indexOf('id="record-1-flows"'), html.indexOf('id="record-1-access"'));
    const rows = part
      .split('<div class="flow-row">')
      .slice(1)
      .map((row) => row.slice(0, 2_000));
    const states = rows.map((row) =>
      [...row.matchAll(/flow-arrow is-([a-z-]+)"/g)].map(([, state]) => state).slice(0, 2),
    );
    expect(states).toEqual([
      ['running', 'proven-stopped'],
      ['stopped', 'draining'],
      ['not-shown', 'stopped'],
      ['running'],
    ]);
    expect(part).toContain('Stop certificate of push: every condition is shown');
    expect(part).toContain('Stop certificate of webhook: after the rollback 1 violated, 0 not shown');
    expect(part.match(/<td[^>]*class="marked is-failed/g)).toHaveLength(3);
    expect(part).toContain('public.orders number=N-102 is gone');
    expect(part).toContain('push-legacy: node sync.js connected to partner past the proxy');
    expect(part.match(/<td[^>]*class="marked is-inconclusive/g)).toHaveLength(1);
    expect(renderReport(sample('s1-proven'))).not.toContain('id="record-1-flows"');
  });

  it('shows what is carried with owner and day, and what this drill closed', () => {
    const html = renderReport(sample('s1-failed'));
    expect(html).toContain(
      '3 findings open</span></span> over all drills of this plan: 1 without an owner, 1 overdue.',
    );
    const table = html.slice(html.indexOf('<caption>Carried from'), html.indexOf('<ul class="findings">'));
    expect(table.match(/<tr>/g)).toHaveLength(6);
    expect(table).toMatch(/dba<\/td><td[^>]*>2026-11-22 <span class="lamp is-failed">.*<span>overdue<\/span>/);
    expect(table).toContain('drill d-20261123-053012-a04e does not find it any more');
  });

  /** Codes that are shown as words, instants that are shown in another form. */
  const shownOtherwise =
    /^(format|drill\.(startedAt|endedAt)|clocks\.instants\.\d+\.wall|scenario\.(kind|at|rollback)|verdict\.whole|claims\..*\.(name|state)|clocks\.spans\.\d+\.state|comparisons\.\d+\.(kind|.*operation|.*direction)|access\..*\.before\..*|checks\.\d+\.when|work\..*\.when|injections\.\d+\.seenBy\.\d+\.kind|restorePoints\.\d+\.takenAt|findings\.\d+\.(what|where)|carried\.\d+\.state|flowMap\.\d+\.(wanted|state|replaces)|flows\.\d+\.(when|conditions\.\d+\.(condition|state))|flowChanges\.\d+\.become|writers\.\d+\.(since|verdict)|decision\.how|roster\.roles\.\d+\.(presence|deputyPresence)|roster\.earlier\.\d+\.drills\.\d+\.at|environment\.profile|environment\.isolation\.level)$/;

  it.each(records)('leaves no text of %s out', (_name, record) => {
    const html = renderReport(record).replace(/<\/?(del|ins)>/g, '');
    const missing = textPaths(record, [])
      .map((path) => path.join('.'))
      .filter((path) => !shownOtherwise.test(path))
      .filter((path) => !html.includes(escaped(String(valueAt(record, path)))));
    expect(missing).toEqual([]);
  });

  it('says in words how many tables are equal and names only unequal ones as different', () => {
    const html = renderReport(sample('s1-failed'));
    expect(html).toContain('16 of 18 tables equal');
    expect(
      html.match(/class="tile is-different" role="img" aria-label="[^:]*/g)?.map((tile) => tile.split('"').at(-1)),
    ).toEqual(expect.arrayContaining(['deals', 'consents', 'contracts/2025']));
    expect(renderReport(sample('s1-proven'))).toContain('17 of 17 tables equal');
    expect(renderReport(sample('s1-proven'))).not.toContain('tile is-different');
  });

  it('marks the changed words of a definition', () => {
    expect(renderReport(sample('s1-failed'))).toContain('accounts(id)<del> ON DELETE CASCADE</del>');
  });

  it('marks only changed users and keeps forty of them to a row a role', () => {
    const html = renderReport(sample('s1-failed'));
    const matrix = html.slice(html.indexOf('Users who can'), html.indexOf('<details>', html.indexOf('Users who can')));
    expect(matrix.match(/<tr>/g)).toHaveLength(6);
    expect(matrix.match(/class="marked is-failed"/g)).toHaveLength(5);
    expect(renderReport(sample('s1-proven'))).not.toContain('class="marked');
  });

  it('never says proven without claims and size', () => {
    const [heading] = /<h1[^]*?<\/h1>/.exec(renderReport(sample('s1-proven'))) ?? [];
    expect(heading).toContain('proven for data, files, function, access and detection, shown on 60,449 rows, 38.2 MB');
  });

  it('names an unclean run and what is left of it', () => {
    const html = renderReport(sample('s1-failed'));
    expect(html).toContain('The run is unclean');
    expect(html).toContain('process 4411 (postgres)');
  });
});

describe('several records', () => {
  const list = Object.values(SAMPLE_RECORDS);
  const html = renderReport(list);

  it('begin with one row each and then come one by one', () => {
    expect(html).toContain('5 scenarios: 2 failed, 1 inconclusive and 2 proven.');
    expect(html.match(/<article id="record-/g)).toHaveLength(5);
    expect(html.indexOf('class="overview"')).toBeLessThan(html.indexOf('<article id="record-1"'));
  });

  it('never use an id twice', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('print plan and digest on the pages of each', () => {
    for (const [index, record] of list.entries()) {
      expect(html).toContain(`@page record-${index + 1}{@top-left{content:"crm\\00002d 10`);
      expect(html).toContain(`@top-right{content:"sha256\\00003a ${record.plan.digest.slice(7, 23)}"`);
    }
    expect(html).toContain('counter(page) " of " counter(pages)');
  });
});

describe('hostile names', () => {
  const record = hostileVersionOf(sample('s1-failed'));
  const html = renderReport(record);

  it('stand in every text of the record', () => {
    expect(JSON.stringify(record).split(JSON.stringify(HOSTILE_NAME)).length).toBeGreaterThan(300);
  });

  it('stay text', () => {
    expect(html).not.toMatch(/<script|<img|alert\(1\)<\/script>/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    expect(unbalancedTag(html.replace(/<style>[^]*<\/style>/, ''))).toBeUndefined();
  });

  it('show their control characters and lose their power over direction', () => {
    // oxlint-disable-next-line no-control-regex -- these characters are what must be absent
    expect(html).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(html).toContain('␀␇␛[31m�evil');
  });
});

function sample(name: string): DrillRecord {
  const record = SAMPLE_RECORDS[name];
  if (record === undefined) throw new Error(`no sample record ${name}`);
  return record;
}

function valueAt(value: unknown, path: string): unknown {
  const keys = textPaths(value, []).find((each) => each.join('.') === path) ?? [];
  return keys.reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), value);
}
