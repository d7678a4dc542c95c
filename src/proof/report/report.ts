import { createHash } from 'node:crypto';
import type { DrillRecord } from '../record.ts';
import { accessSection } from './access.ts';
import { comparisonsSection } from './comparisons.ts';
import { environmentSection, evidenceSection, notShownSection, restorePointsSection } from './conclusions.ts';
import { findingsSection } from './findings.ts';
import { flowsSection } from './flows.ts';
import { type Markup, markup, verbatim } from './markup.ts';
import { checksSection, injectionsSection } from './observations.ts';
import { messagesSection } from './messages.ts';
import { peopleSection } from './people.ts';
import { opening } from './opening.ts';
import { overview, plansOf } from './overview.ts';
import { shapeDefinitions } from './shape.ts';
import type { PaperPage } from './paper.ts';
import { styleSheet } from './style.ts';
import { timelineSection } from './timeline.ts';
import { workSection } from './work.ts';
import { listOf, STATE_WORD } from './words.ts';

/**
 * One HTML file that stands alone: no script, no outside resource, and a security policy that forbids both. Everything in it
 * comes from the records; the order of every page is sentence, lamp, number, picture, table, evidence.
 */
export function renderReport(input: DrillRecord | readonly DrillRecord[]): string {
  const records = 'format' in input ? [input] : input;
  const style = styleSheet(paperPages(records));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${sha256Base64(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleOf(records)}</title>
<style>${verbatim(style)}</style>
</head>
<body>
${shapeDefinitions()}
<main>
${records.length !== 1 && overview(records, anchorOf)}
${records.map((record, index) => recordArticle(record, anchorOf(index)))}
</main>
</body>
</html>
`.text;
}

function recordArticle(record: DrillRecord, scope: string): Markup {
  return markup`<article id="${scope}" aria-labelledby="${scope}-title">
${opening(record, scope)}
${timelineSection(record, scope)}
${injectionsSection(record, scope)}
${comparisonsSection(record, scope)}
${flowsSection(record, scope)}
${workSection(record, scope)}
${accessSection(record, scope)}
${checksSection(record, scope)}
${peopleSection(record, scope)}
${messagesSection(record, scope)}
${findingsSection(record, scope)}
${restorePointsSection(record, scope)}
${environmentSection(record, scope)}
${notShownSection(record, scope)}
${evidenceSection(record, scope)}
</article>
`;
}

/** What stands on each printed page: plan and digest of its own record. */
function paperPages(records: readonly DrillRecord[]): PaperPage[] {
  const digests = [...new Set(records.map((record) => shortDigest(record.plan.digest)))];
  return [
    { name: 'overview', left: listOf(plansOf(records)), right: digests.join(' ') },
    ...records.map(({ plan, scenario }, index) => ({
      name: anchorOf(index),
      left: `${plan.name} · ${scenario.name}`,
      right: shortDigest(plan.digest),
    })),
  ];
}

function titleOf(records: readonly DrillRecord[]): string {
  const [first] = records;
  const plan = listOf(plansOf(records));
  if (first === undefined || records.length > 1) return `${plan}: ${records.length} scenarios`;
  return `${plan}: ${first.scenario.name} ${STATE_WORD[first.verdict.whole]}`;
}

function anchorOf(index: number): string {
  return `record-${index + 1}`;
}

/** Enough to compare by eye with the plan on the table; the whole one stands under Evidence. */
function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 16);
}

function sha256Base64(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
