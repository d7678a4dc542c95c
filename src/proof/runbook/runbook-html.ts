import { createHash } from 'node:crypto';
import { type Markup, markup, verbatim } from '../report/markup.ts';
import type { PaperPage } from '../report/paper.ts';
import { shapeDefinitions } from '../report/shape.ts';
import { cardSheet } from './card-sheet.ts';
import { contactSheet } from './contact-sheet.ts';
import { coverSheet } from './cover-sheet.ts';
import { decisionSheet } from './decision-sheet.ts';
import { planSheet } from './plan-sheet.ts';
import { statusFoot } from './status.ts';
import { runbookStyle } from './style.ts';
import { triggerSheet } from './trigger-sheet.ts';
import type { RunbookView } from './view.ts';

/** What goes onto its own sheets of paper, with its name in the margin. */
interface Sheet {
  readonly id: string;
  readonly title: string;
  readonly kind: 'cover' | 'plan' | 'decision' | 'triggers' | 'contacts' | 'card';
  readonly content: Markup;
}

/**
 * The runbook as one HTML file that stands alone: no script, nothing from outside. Meant for paper; a screen shows the same
 * sheets below each other.
 */
export function renderRunbook(view: RunbookView): string {
  const { plan, scenario, procedures } = view.runbook;
  const sheets = sheetsOf(view);
  const foot = statusFoot(view.drilled);
  const revision = plan.digest.slice(0, 'sha256:'.length + 16);
  const pages = sheets.map(
    ({ id, title }): PaperPage => ({ name: id, left: `${plan.name} · ${title}`, right: `revision ${revision}`, foot }),
  );
  const style = runbookStyle(pages, Math.max(1, ...procedures.map(({ branchCount }) => branchCount)));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${plan.name}: runbook ${scenario.name}</title>
<style>${verbatim(style)}</style>
</head>
<body>
${shapeDefinitions()}
<main>
${sheets.map(
  ({
    id,
    kind,
    title,
    content,
  }) => markup`<article id="${id}" class="sheet is-${kind}" aria-label="${title}">${kind !== 'cover' && markup`<p class="crumb screen-only"><b>${plan.name}</b> · revision ${revision} · ${foot}</p>`}
${content}
</article>
`,
)}</main>
</body>
</html>
`.text;
}

function sheetsOf(view: RunbookView): readonly Sheet[] {
  const { procedures } = view.runbook;
  const plans = procedures.map(
    (procedure, index): Sheet => ({
      id: `plan-${index + 1}`,
      title: `plan of ${procedure.name}`,
      kind: 'plan',
      content: planSheet(view, procedure),
    }),
  );
  const cards = procedures.flatMap((procedure) =>
    procedure.cards.map(
      (card): Sheet => ({
        id: `card-${card.number}`,
        title: `card ${card.number}: ${card.step} (${procedure.name})`,
        kind: 'card',
        content: cardSheet(view, procedure, card),
      }),
    ),
  );
  return [
    { id: 'cover', title: `runbook ${view.runbook.scenario.name}`, kind: 'cover', content: coverSheet(view) },
    ...plans,
    { id: 'decision', title: 'decision card', kind: 'decision', content: decisionSheet(view) },
    { id: 'triggers', title: 'trigger card', kind: 'triggers', content: triggerSheet(view) },
    { id: 'contacts', title: 'contact sheet', kind: 'contacts', content: contactSheet(view) },
    ...cards,
  ];
}
