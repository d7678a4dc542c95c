import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderJUnit } from '../../src/proof/junit.ts';
import { renderReport } from '../../src/proof/report/report.ts';
import { SAMPLE_RECORDS } from '../fixtures/records/all.ts';
import { hostileVersionOf } from '../fixtures/records/hostile.ts';
import { s1Failed } from '../fixtures/records/s1-failed.ts';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const executablePath = findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
const pdfToText = findProgram('pdftotext');

const PAGES = {
  ...Object.fromEntries(Object.entries(SAMPLE_RECORDS).map(([name, record]) => [name, renderReport(record)])),
  all: renderReport(Object.values(SAMPLE_RECORDS)),
  hostile: renderReport(hostileVersionOf(s1Failed)),
};
const NAMES = Object.keys(PAGES);

describe.skipIf(executablePath === undefined)('report in Chromium', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ARGUMENTS });
    folder = mkdtempSync(join(tmpdir(), 'rp-report-'));
    for (const [name, html] of Object.entries(PAGES)) writeFileSync(join(folder, `${name}.html`), html);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    name: string,
    { width, theme = 'light' }: { width: number; theme?: 'light' | 'dark' },
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
    page.on('request', (request) => complaints.push(request.url()));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    return { page, complaints: complaints.filter((text) => !text.endsWith(`/${name}.html`)) };
  }

  const cases = NAMES.flatMap((name) => [1280, 1024, 768, 360].map((width) => [name, width] as const));

  it.each(cases)('%s at %d px: no label meets another, nothing runs off the page', async (name, width) => {
    const { page, complaints } = await open(name, { width });
    expect(complaints).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const { texts, meetings } = await page.evaluate<{ texts: number; meetings: string[] }>(MEETING_LABELS);
    expect(texts).toBeGreaterThan(10);
    expect(meetings).toEqual([]);
    expect(await page.evaluate('document.scripts.length + document.images.length')).toBe(0);
    await page.context().close();
  });

  it.each([['light'], ['dark']] as const)('all text of the %s theme has a contrast of 4.5:1', async (theme) => {
    for (const name of ['all', 's1-failed']) {
      const { page } = await open(name, { width: 1280, theme });
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      const { texts, weak } = await page.evaluate<{ texts: number; weak: string[] }>(WEAK_TEXTS);
      expect(texts).toBeGreaterThan(100);
      expect(weak).toEqual([]);
      await page.context().close();
    }
  });

  it.each([
    [1280, 'wide'],
    [800, 'middle'],
    [360, 'narrow'],
  ] as const)('at %d px shows the %s pictures only', async (width, size) => {
    const { page } = await open('s1-proven', { width });
    const shown = await page.evaluate(
      "[...new Set([...document.querySelectorAll('.picture')].filter((each) => each.checkVisibility()).map((each) => each.className))]",
    );
    expect(shown).toEqual([`picture is-${size}`]);
    await page.context().close();
  });

  it('reads in the size that was designed', async () => {
    const { page } = await open('s1-failed', { width: 1280 });
    const sizes = await page.evaluate<string[]>(
      "[...new Set([...document.querySelectorAll('main *')].map((each) => getComputedStyle(each).fontSize))]",
    );
    expect(sizes.filter((size) => !['13px', '15px', '18px', '24px', '36px'].includes(size))).toEqual([]);
    await page.context().close();
  });

  it('prints in black and white, with what was folded away open', async () => {
    const { page } = await open('s1-failed', { width: 1280, theme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate("getComputedStyle(document.querySelector('.verdict .lamp')).color")).toBe(
      'rgb(0, 0, 0)',
    );
    expect(
      await page.evaluate(
        "[...document.querySelectorAll('details td')].every((each) => each.checkVisibility({ contentVisibilityAuto: true }))",
      ),
    ).toBe(true);
    await page.context().close();
  });

  it.skipIf(pdfToText === undefined).each([['A4'], ['Letter']])(
    'prints plan, digest and page x of y on each page of %s',
    async (format) => {
      const { page } = await open('s1-failed', { width: 1280 });
      const path = join(folder, `${format}.pdf`);
      await page.pdf({ path, format });
      const pages = execFileSync(pdfToText ?? '', ['-layout', path, '-'], { encoding: 'utf8' })
        .split('\f')
        .slice(0, -1);
      expect(pages.length).toBeGreaterThan(3);
      for (const [index, text] of pages.entries()) {
        expect(text).toContain('crm-10-to-11 · data-corruption');
        expect(text).toContain(s1Failed.plan.digest.slice(0, 23));
        expect(text).toContain(`page ${index + 1} of ${pages.length}`);
      }
      await page.context().close();
    },
  );

  it('reads the JUnit XML, hostile names too', async () => {
    const { page } = await open('s1-proven', { width: 1280 });
    for (const xml of [renderJUnit(Object.values(SAMPLE_RECORDS)), renderJUnit([hostileVersionOf(s1Failed)])]) {
      const root = await page.evaluate<string>(
        `(() => { const parsed = new DOMParser().parseFromString(${JSON.stringify(xml)}, 'application/xml'); return parsed.querySelector('parsererror')?.textContent ?? parsed.documentElement.nodeName; })()`,
      );
      expect(root).toBe('testsuites');
    }
    await page.context().close();
  });
});

function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((each) => join(each, name))).find((path) => existsSync(path));
}

/** Pairs of visible texts of one picture whose boxes share more than a hairline, and texts that leave their picture. */
const MEETING_LABELS = `(() => {
  const meetings = [];
  let texts = 0;
  for (const svg of document.querySelectorAll('.picture svg')) {
    if (!svg.checkVisibility()) continue;
    const frame = svg.getBoundingClientRect();
    const boxes = [...svg.querySelectorAll('text')].map((text) => ({ name: text.textContent, box: text.getBoundingClientRect() }));
    texts += boxes.length;
    for (const [index, one] of boxes.entries()) {
      if (one.box.right > frame.right + 1 || one.box.left < frame.left - 1) meetings.push('outside: ' + one.name);
      for (const other of boxes.slice(index + 1)) {
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        if (across > 1 && down > 1) meetings.push(one.name + ' / ' + other.name);
      }
    }
  }
  return { texts, meetings };
})()`;

/** Texts whose colour is too near to what is painted behind them. */
const WEAK_TEXTS = `(() => {
  const numbers = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const channel = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const behind = (element) => {
    for (let each = element; each !== null; each = each.parentElement) {
      const tile = each.classList.contains('tile') ? each.querySelector('rect') : null;
      if (tile !== null) return numbers(getComputedStyle(tile).fill);
      const colour = numbers(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  let texts = 0;
  for (const element of document.querySelectorAll('main *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || !element.checkVisibility() || element.localName === 'title') continue;
    texts += 1;
    const style = getComputedStyle(element);
    const [one, other] = [luminance(numbers(element.namespaceURI.endsWith('svg') ? style.fill : style.color)), luminance(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) weak.push(element.textContent.slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return { texts, weak };
})()`;
