import { paletteVariables } from './palette.ts';
import { visibleText } from './markup.ts';

/** What the margins of a printed page say; one for each record, because each has its own plan and digest. */
export interface PaperPage {
  readonly name: string;
  readonly left: string;
  readonly right: string;
  /** At the foot, beside the page number. */
  readonly foot?: string;
}

/**
 * Print: black and white, 11 pt, A4 and Letter alike, each page with plan, digest and page number. The page size is left to
 * the printer on purpose.
 */
export function paperStyle(pages: readonly PaperPage[]): string {
  return `${pageRules(pages)}
@media print{:root{color-scheme:light;${paletteVariables('paper')}}
body{font-size:11pt;line-height:16pt}main{max-width:none;padding:0}
.picture.is-middle{display:block}.picture.is-middle svg{width:100%;height:auto;max-width:100%}
.treemap .crossing{opacity:1}.treemap .is-equal rect{stroke:var(--line)}
h2,h3,h4,caption,thead,.pattern{break-after:avoid}tbody tr:first-child{break-before:avoid}.sponsor h3,.claims h3{break-after:auto}
.claims>li,.sponsor li,.findings>li,tr,figure,.certificate .facts,.numbers{break-inside:avoid}
article+article{break-before:page;border-top:0;margin-top:0;padding-top:0}
.numbers{background:none;gap:0}.numbers div{padding:8px;outline:1px solid var(--line)}.numbers b{font-size:16pt}
.sponsor li{grid-template-columns:20px 180px 1fr}.claims>li{grid-template-columns:140px 190px 1fr}.claims>li>div{grid-column:auto}
.frame{overflow:visible}th,td{padding-right:8px}
td.marked{outline:2px solid #000;outline-offset:-2px}
small,caption,dt,.muted,summary,.crumb,.legend,code,thead th,.because,.numbers span{font-size:9pt;line-height:13pt}
table{font-size:10pt;line-height:14pt}
details::details-content{content-visibility:visible;display:block;height:auto}
summary{color:#000;list-style:none}
a{color:#000;text-decoration:none}}
`;
}

/** Margins of every page, and what stands in them. */
export function pageRules(pages: readonly PaperPage[]): string {
  return `@page{margin:20mm 15mm 18mm;@bottom-right{content:"page " counter(page) " of " counter(pages);font:9pt system-ui,sans-serif;color:#000}}
${pages.map(pageRule).join('\n')}`;
}

function pageRule({ name, left, right, foot }: PaperPage): string {
  const box = (content: string): string =>
    `{content:${cssString(content)};font:9pt system-ui,sans-serif;color:#000;white-space:nowrap}`;
  const atFoot = foot === undefined ? '' : `@bottom-left${box(foot)}`;
  return `@page ${name}{@top-left${box(left)}@top-right${box(right)}${atFoot}}#${name}{page:${name}}`;
}

/** Everything but plain letters and digits is written by number, so that no name can end the string or the style element. */
export function cssString(text: string): string {
  const numbered = (character: string): string =>
    `\\${(character.codePointAt(0) ?? 0xfffd).toString(16).padStart(6, '0')} `;
  return `"${visibleText(text).replace(/[^A-Za-z0-9 ]/gu, numbered)}"`;
}
