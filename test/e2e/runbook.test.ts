import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderRunbook } from '../../src/proof/runbook/runbook-html.ts';
import { SAMPLE_PLAN, editedPlan } from '../support/plans.ts';
import { drilledRecord, SAMPLE_VIEWS, viewOf } from '../support/runbooks.ts';
import { makeWorkplace, objectsOf, rollproof, type Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(async () => {
  await place[Symbol.asyncDispose]();
});

const executablePath = findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
const pdfToText = findProgram('pdftotext');
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
/** 180 mm, the narrower of the two printed widths: A4 less its margins. */
const PRINTED_WIDTH = 680;

describe.skipIf(executablePath === undefined)('runbook on paper', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(html: string, width: number): Promise<Page> {
    const file = join(place.folder, 'runbook.html');
    await writeFile(file, html);
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  async function pagesOf(page: Page, format: string): Promise<readonly string[]> {
    const path = join(place.folder, `${format}.pdf`);
    await page.pdf({ path, format });
    return execFileSync(pdfToText ?? '', ['-layout', path, '-'], { encoding: 'utf8' })
      .split('\f')
      .slice(0, -1);
  }

  const printed = Object.entries(SAMPLE_VIEWS).flatMap(([name, view]) =>
    ['A4', 'Letter'].map((format) => [name, format, view] as const),
  );

  it.skipIf(pdfToText === undefined).each(printed)(
    '%s on %s: each sheet on one page, with plan, revision, drill and page number',
    async (_name, format, view) => {
      const page = await open(renderRunbook(view), 1280);
      const pages = await pagesOf(page, format);
      const sheets = await page.evaluate<number>("document.querySelectorAll('article.sheet').length");
      expect(pages).toHaveLength(sheets);
      const { plan, procedures } = view.runbook;
      const foot = { never: 'NOT DRILLED', changed: 'NOT DRILLED AS PRINTED', drilled: 'drilled 2026-11-23' };
      for (const [index, text] of pages.entries()) {
        expect(text).toContain(plan.name);
        expect(text).toContain(plan.digest.slice(0, 23));
        expect(text).toContain(foot[view.drilled.kind]);
        expect(text).toContain(`page ${index + 1} of ${pages.length}`);
      }
      for (const card of procedures.flatMap((procedure) => procedure.cards)) {
        const own = pages.filter((text) => text.includes(`card ${card.number}: ${card.step} (`));
        expect(own).toHaveLength(1);
        expect(own[0]).toContain(`rollproof record ${card.id}`);
      }
      await page.close();
    },
  );

  it.skipIf(pdfToText === undefined)(
    'text that is longer than a page goes on on the next one, and none is lost',
    async () => {
      const sql = Array.from({ length: 200 }, (_, index) => `select ${index + 1} as line_${index + 1};`).join(' ');
      const text = editedPlan([
        'id: up, phase: restore,',
        `id: long, sql: "${sql}", in: db, owner: dba }\n      - { id: up, phase: restore,`,
      ]);
      const page = await open(renderRunbook(viewOf(text)), 1280);
      const own = (await pagesOf(page, 'A4')).filter((each) => each.includes(': long (go-back)'));
      expect(own.length).toBeGreaterThan(1);
      for (const line of [1, 100, 200]) expect(own.join('\n').replace(/\s+/g, ' ')).toContain(`line_${line};`);
      expect(own.at(-1)).toContain('rollproof record go-back.long');
      await page.close();
    },
  );

  it.each(Object.keys(SAMPLE_VIEWS))(
    '%s: nothing is wider than the paper, in black on white without a background',
    async (name) => {
      const view = SAMPLE_VIEWS[name];
      if (view === undefined) throw new Error(`no view ${name}`);
      const page = await open(renderRunbook(view), PRINTED_WIDTH);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(PRINTED_WIDTH);
      const { looked, coloured } = await page.evaluate<{ looked: number; coloured: string[] }>(COLOURED);
      expect(looked).toBeGreaterThan(300);
      expect(coloured).toEqual([]);
      const boxes = await page.evaluate<number[]>(
        "[...document.querySelectorAll('.is-card .pen')].map((each) => each.getBoundingClientRect().height / 96 * 25.4)",
      );
      expect(boxes.length).toBeGreaterThan(20);
      expect(Math.min(...boxes)).toBeGreaterThan(10);
      await page.close();
    },
  );

  it.each([1280, 768, 360])('on a screen of %d px nothing runs off the page', async (width) => {
    for (const view of Object.values(SAMPLE_VIEWS)) {
      const page = await open(renderRunbook(view), width);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.close();
    }
  });
});

describe('rollproof runbook', () => {
  async function withPlan(text = SAMPLE_PLAN): Promise<readonly string[]> {
    await writeFile(join(place.folder, 'rollproof.yaml'), text);
    return ['--plan', place.folder, '--state', place.state];
  }

  it('prints the plan as it is, and says that it was not drilled', async () => {
    const where = await withPlan();
    const run = await rollproof(['runbook', 'clean-return', ...where, '-o', join(place.folder, 'out.html')]);
    expect(run).toMatchObject({ code: 0, err: '' });
    expect(run.out).toContain('This plan was not drilled.');
    expect(await readFile(join(place.folder, 'out.html'), 'utf8')).toContain('NOT DRILLED');
  });

  it('finds the latest drill of exactly this plan, and says when something changed since', async () => {
    const where = await withPlan();
    const record = drilledRecord(SAMPLE_PLAN);
    const { code, out } = await rollproof(['check', place.folder, '--json']);
    expect([0, 2]).toContain(code);
    expect(out).toContain(record.plan.digest);
    const named = join(place.folder, 'record.json');
    await writeFile(named, JSON.stringify(record));
    const other = await rollproof(['runbook', 'clean-return', ...where, '--record', named, '--json']);
    // The sample record has no digests of parts, so each part is new to it: not the same, and said so.
    expect(objectsOf(other)[0]).toMatchObject({
      kind: 'runbook',
      file: null,
      drilled: { is: 'changed', drill: record.drill.id },
    });
    const parts = Object.fromEntries(
      (objectsOf(other)[0] as { drilled: { changes: { part: string }[] } }).drilled.changes.map(({ part }) => [
        part,
        part,
      ]),
    );
    expect(Object.keys(parts)).toContain('procedures.go-back.restore');
  });

  it('refuses what it does not know, with the word that was meant', async () => {
    const where = await withPlan();
    for (const [args, said] of [
      [['clean-retrun'], 'Did you mean clean-return?'],
      [[], 'Name one of clean-return, data-corruption'],
      [['clean-return', '--zone', 'Europe/Berlni'], 'Did you mean Europe/Berlin?'],
      [['clean-return', '--record', 'none.json'], 'none.json is not the record of a drill'],
    ] as const) {
      const run = await rollproof(['runbook', ...args, ...where]);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain(said);
    }
  });
});

describe('rollproof record', () => {
  const NIGHT = SAMPLE_PLAN.replace('2026-12-04T18:00+01:00', '2025-12-05T18:00+01:00').replace(
    '2026-12-06T20:00+01:00',
    '2025-12-07T20:00+01:00',
  );
  async function run(...args: readonly string[]) {
    await writeFile(join(place.folder, 'rollproof.yaml'), NIGHT);
    return rollproof(['record', ...args, '--plan', place.folder, '--state', place.state]);
  }

  it('keys in one value, corrects it by another, and shows both times', async () => {
    const at = ['--at', '2025-12-06T03:12+01:00', '--by', 'Ines Falk'];
    expect(await run('restore', ...at, '--saw', '412 GiB')).toMatchObject({ code: 0, err: '' });
    expect(await run('restore', ...at, '--saw', '421 GiB', '--corrects', '1')).toMatchObject({ code: 0 });
    const list = await run('--list');
    expect(list.code).toBe(0);
    expect(list.out).toMatch(
      /1 {2}2025-12-06 03:12:00 \+01:00 {2}go-back\.restore {2}done, Ines Falk\n.*412 GiB.*corrected by 2 · recorded \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
    );
    expect(objectsOf(await run('--list', '--json'))).toMatchObject([
      { number: 1, correctedBy: 2, previous: null },
      { number: 2, corrects: 1, correctedBy: null, observation: '421 GiB' },
    ]);
    const twice = await run('restore', ...at, '--corrects', '1');
    expect(twice).toMatchObject({ code: 2, out: '' });
    expect(twice.err).toContain('entry 1 was corrected by entry 2');
  });

  it('writes a file as a whole or not at all', async () => {
    const file = join(place.folder, 'cards.csv');
    await writeFile(file, 'about,by,at\nlock,Tom,2025-12-06T03:00+01:00\nrestroe,Tom,2025-12-06T03:05\n');
    const bad = await run('--file', file);
    expect(bad).toMatchObject({ code: 2, out: '' });
    expect(bad.err).toContain('cards.csv:3: the plan has no `restroe`; did you mean go-back.restore?');
    expect(bad.err).toContain('cards.csv:3: 2025-12-06T03:05 has no zone');
    expect((await run('--list')).out).toContain('nothing was keyed in');
    await writeFile(file, 'about,by,at\nlock,Tom,2025-12-06T03:00+01:00\ndecision,Paul,2025-12-06T02:50+01:00\n');
    expect(await run('--file', file)).toMatchObject({ code: 0, err: '' });
    expect(objectsOf(await run('--list', '--json')).map(({ about, what }) => [about, what])).toEqual([
      ['go-back.lock', 'done'],
      ['decision', 'decided'],
    ]);
  });

  it('loses nothing when several write at once, and never rewrites', async () => {
    const writes = Array.from({ length: 4 }, (_, index) =>
      run('lock', '--by', `person ${index}`, '--at', '2025-12-06T03:00+01:00'),
    );
    for (const each of await Promise.all(writes)) expect(each).toMatchObject({ code: 0, err: '' });
    const entries = objectsOf(await run('--list', '--json'));
    expect(entries.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(new Set(entries.map(({ by }) => by)).size).toBe(4);
  });

  it('says when somebody changed the log, and adds nothing behind it', async () => {
    await run('lock', '--by', 'Tom', '--at', '2025-12-06T03:00+01:00');
    await run('old', '--by', 'Tom', '--at', '2025-12-06T03:10+01:00');
    const folder = join(place.state, 'night-log', 'crm-10-to-11');
    const [first = ''] = await readdir(folder);
    await writeFile(join(folder, first), (await readFile(join(folder, first), 'utf8')).replace('Tom', 'Tim'));
    const list = await run('--list');
    expect(list.code).toBe(11);
    expect(list.err).toContain('entry 2 does not follow the one before it');
    expect(await run('restore', '--by', 'Tom', '--at', '2025-12-06T03:12+01:00')).toMatchObject({ code: 11 });
  });

  it('stays when everything else is removed', async () => {
    await run('lock', '--by', 'Tom', '--at', '2025-12-06T03:00+01:00');
    await mkdir(join(place.state, 'cache'), { recursive: true });
    const cleaned = await rollproof(['clean', '--all', '--yes', '--state', place.state]);
    expect(cleaned.code).toBe(0);
    expect(await readdir(place.state)).toEqual(['night-log']);
    expect((await run('--list')).out).toContain('go-back.lock');
  });

  it('without anything said and without a terminal: exit 2', async () => {
    expect(await run()).toMatchObject({ code: 2, out: '' });
  });
});

function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((each) => join(each, name))).find((path) => existsSync(path));
}

/** Whatever is painted in something else than grey, or needs a dark background to be understood. */
const COLOURED = `(() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const isGrey = ([red, green, blue]) => red === green && green === blue;
  const coloured = [];
  let looked = 0;
  for (const element of document.querySelectorAll('body, main *')) {
    const style = getComputedStyle(element);
    looked += 1;
    for (const name of ['color', 'borderTopColor', 'borderLeftColor', 'fill', 'stroke']) {
      const value = numbers(style[name]);
      if (value.length >= 3 && !isGrey(value)) coloured.push(element.className + ' ' + name + ' ' + style[name]);
    }
    const [red = 255, , , alpha = 1] = numbers(style.backgroundColor);
    if (red < 255 && alpha > 0) coloured.push(element.className + ' background ' + style.backgroundColor);
  }
  return { looked, coloured };
})()`;
