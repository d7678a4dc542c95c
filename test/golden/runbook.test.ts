import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/kernel/digest.ts';
import { drilledBy } from '../../src/proof/runbook/drilled.ts';
import { renderRunbook } from '../../src/proof/runbook/runbook-html.ts';
import { markup } from '../../src/proof/report/markup.ts';
import { BRANCHED_PLAN, drilledRecord, printedPlan, SAMPLE_VIEWS, viewOf } from '../support/runbooks.ts';
import { editedPlan, loadGood, SAMPLE_PLAN } from '../support/plans.ts';
import { unbalancedTag } from './balance.ts';

/** What a person reads, one line a block, without the style sheet. */
function textOf(html: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' };
  return html
    .replace(/<style>[^]*<\/style>|<svg[^]*?<\/svg>/g, '')
    .replace(/<\/?(p|div|li|h[1-6]|tr|dt|dd|article|section|header|pre|td|th|main)\b[^>]*>/g, '\n')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39|#96);/g, (_, name: string) => entities[name] ?? '')
    .split('\n')
    .map((line) => line.replace(/[ \t]+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

describe.each(Object.entries(SAMPLE_VIEWS))('runbook: %s', (name, view) => {
  const html = renderRunbook(view);

  it('reads as it did', async () => {
    await expect(`${textOf(html)}\n`).toMatchFileSnapshot(`runbook/${name}.txt`);
  });

  it('needs nothing from outside, no script, and is well-formed', () => {
    expect(html).not.toMatch(/<script|<link|<iframe|<img|javascript:|@import|\ssrc=|\son[a-z]+="|\sstyle="/i);
    expect(html).not.toMatch(/https?:/);
    expect(unbalancedTag(html.replace(/<style>[^]*<\/style>/, ''))).toBeUndefined();
  });

  it('has one sheet for each step of go-live and way back, and every id once', () => {
    const cards = view.runbook.procedures.flatMap((procedure) => procedure.cards);
    expect(html.match(/<article id="card-/g)).toHaveLength(cards.length);
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('prints in black and white: no colour but greys in the rules for paper', () => {
    const paper = html.slice(html.indexOf('<style>'), html.indexOf('</style>'));
    const rules = [...paper.matchAll(/@media print\{|@page[^{]*\{/g)].map(({ index }) => blockAt(paper, index));
    expect(rules.length).toBeGreaterThan(5);
    const colours = rules.flatMap((rule) => rule.match(/#[0-9a-f]{3,8}\b(?![^"]*"\s*[;}])/gi) ?? []);
    const hues = colours.filter((colour) => /^#[0-9a-f]{3}$|^#[0-9a-f]{6}$/i.test(colour) && !isGrey(colour));
    expect(colours.length).toBeGreaterThan(3);
    expect(hues.filter((colour) => !html.includes(`href="${colour}"`))).toEqual([]);
  });
});

function blockAt(text: string, from: number): string {
  let depth = 0;
  for (let at = text.indexOf('{', from); at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return text.slice(from, at + 1);
  }
  return text.slice(from);
}

function isGrey(colour: string): boolean {
  const digits = colour.slice(1);
  const size = digits.length === 3 ? 1 : 2;
  return (
    digits.slice(0, size) === digits.slice(size, 2 * size) && digits.slice(size, 2 * size) === digits.slice(2 * size)
  );
}

describe('whether exactly this was drilled', () => {
  const record = drilledRecord(SAMPLE_PLAN);
  const other = digestOf('other');

  it('needs the same digest', () => {
    expect(drilledBy(printedPlan(SAMPLE_PLAN), [record])).toMatchObject({ kind: 'drilled' });
    expect(drilledBy(printedPlan(BRANCHED_PLAN), [record])).toMatchObject({
      kind: 'changed',
      changes: [{ part: 'plan', how: 'changed' }],
    });
    expect(drilledBy(printedPlan(SAMPLE_PLAN), [])).toEqual({ kind: 'never' });
    expect(
      drilledBy(printedPlan(SAMPLE_PLAN), [{ ...record, scenario: { ...record.scenario, name: 'data-corruption' } }]),
    ).toEqual({ kind: 'never' });
  });

  it('sees a changed script although the plan names it as before', () => {
    const withScript = { ...record, plan: { ...record.plan, parts: { 'scripts.migrate.js': other } } };
    expect(drilledBy(printedPlan(SAMPLE_PLAN, { 'scripts.migrate.js': digestOf('new') }), [withScript])).toMatchObject({
      kind: 'changed',
      changes: [{ part: 'scripts.migrate.js', how: 'changed' }],
    });
    expect(drilledBy(printedPlan(SAMPLE_PLAN, { 'scripts.migrate.js': other }), [withScript]).kind).toBe('drilled');
  });

  it('takes the latest drill of this very plan before a later one of another revision', () => {
    const at = (startedAt: string, id: string) => ({ ...record, drill: { ...record.drill, startedAt, id } });
    const revised = { ...at('2026-11-27T00:00:00Z', 'c'), plan: { ...record.plan, digest: other } };
    const found = drilledBy(printedPlan(SAMPLE_PLAN), [
      revised,
      at('2026-11-26T00:00:00Z', 'b'),
      at('2026-11-25T00:00:00Z', 'a'),
    ]);
    expect(found).toMatchObject({ kind: 'drilled', record: { drill: { id: 'b' } } });
  });

  it('says failed in capitals at the foot of every page', () => {
    const failed = {
      ...record,
      verdict: { ...record.verdict, whole: 'failed' as const },
      claims: record.claims.map((claim) => (claim.name === 'data' ? { ...claim, state: 'failed' as const } : claim)),
    };
    const html = renderRunbook(viewOf(SAMPLE_PLAN, { kind: 'drilled', record: failed }));
    expect(html).toContain('FAILED (data)');
    expect(html).toMatch(/@page card-1\{[^}]*\}[^}]*\}@bottom-left\{content:"drilled/);
  });
});

it('follows the clocks of a named zone, and says so where the plan only has two distances from UTC', () => {
  const text = editedPlan([
    'window: { opens: 2026-12-04T18:00+01:00, backBy: 2026-12-06T20:00+01:00 }',
    'window: { opens: 2026-03-29T01:55+01:00, backBy: 2026-03-29T20:00+02:00 }',
  ]);
  const fixed = textOf(renderRunbook(viewOf(text)));
  expect(fixed).toContain('clocks change in between');
  const named = textOf(renderRunbook(viewOf(text, { kind: 'never' }, 'Europe/Berlin')));
  expect(named).not.toContain('clocks change in between');
  expect(named).toMatch(/Sun 03:03 to 03:07 \+02:00/);
});

it('keeps names that are markup as text', () => {
  const text = editedPlan(['person: Ada Nwosu', 'person: "<script>alert(1)</script>"']);
  const html = renderRunbook(viewOf(text));
  expect(html).not.toContain('<script');
  expect(html).toContain(markup`${'<script>alert(1)</script>'}`.text);
  expect(loadGood(text).ok).toBe(true);
});
