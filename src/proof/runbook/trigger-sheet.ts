import { findCatalogueEntry } from '../../catalogue/catalogue.ts';
import { parseDuration } from '../../kernel/duration.ts';
import type { RunbookTrigger } from '../../plan/runbook/runbook.ts';
import { triggerLimit, triggerQuestion, triggerWindow } from '../../plan/runbook/wording.ts';
import { type Markup, markup } from '../report/markup.ts';
import { shortDuration } from '../report/words.ts';
import type { RunbookView } from './view.ts';

const CALLS: Readonly<Record<RunbookTrigger['class'], string>> = {
  mandatory: 'Go back. Nobody needs to discuss it.',
  decide: 'Ask whoever decides, at once.',
  watch: 'Watch it more often, and say so.',
};

const READING_BOXES = 8;

/** What is looked at, how often, and from which value on somebody is called. */
export function triggerSheet({ runbook }: RunbookView): Markup {
  return markup`<h2>Triggers: what calls for a decision</h2>
${runbook.triggers.length === 0 ? markup`<p class="notice">The plan has no triggers: nothing tells when to go back.</p>` : runbook.triggers.map(triggerBlock)}
<p class="key-in">Key in afterwards: <code>rollproof record triggers.NAME</code></p>`;
}

function triggerBlock(trigger: RunbookTrigger): Markup {
  const entry = trigger.catalogue === undefined ? undefined : findCatalogueEntry(trigger.catalogue);
  const every = shortDuration(parseDuration(trigger.every.live) ?? 0);
  return markup`<section class="trigger"><h3>${trigger.name}${entry !== undefined && markup` <small>${entry.id} ${entry.name}</small>`}</h3>
<p class="instruction">Every <b>${every}</b> on ${trigger.in}. Red when <b>${triggerLimit(trigger)}</b>, ${triggerWindow(trigger)}. <strong>${CALLS[trigger.class]}</strong></p>
<pre><code>${triggerQuestion(trigger)}</code></pre>
<div class="readings">${Array.from({ length: READING_BOXES }, () => markup`<div class="reading"><span>time</span><span>value</span></div>`)}</div></section>`;
}
