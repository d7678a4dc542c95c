import { formatDuration } from '../../kernel/duration.ts';
import type { Card } from '../../plan/runbook/cards.ts';
import type { Deputy } from '../../plan/runbook/contacts.ts';
import type { ProcedureUse, RunbookProcedure } from '../../plan/runbook/runbook.ts';
import type { Instruction } from '../../plan/runbook/wording.ts';
import { type Markup, markup, type MarkupValue } from '../report/markup.ts';
import { listOf } from '../report/words.ts';
import { measuredOf } from './drilled.ts';
import { blank, pen, penRow, tick, ticks } from './pen.ts';
import { sizeOf } from './status.ts';
import { afterTheCall, isFine, momentText, rangeText, type RunbookView, spanOfMoments } from './view.ts';

const CARD_OF: Readonly<Record<ProcedureUse, string>> = {
  'go-live': 'Go-live',
  'rollback': 'Way back',
  'fallback': 'Another way back',
};

/** One step on one sheet: who, where, what, how it looks when it worked, what if not; then the boxes. */
export function cardSheet(view: RunbookView, procedure: RunbookProcedure, card: Card): Markup {
  return markup`<header class="card-head"><span class="card-number">${card.number}</span><div><h2>${card.step}</h2><p>${CARD_OF[procedure.use]}: ${procedure.name}${card.onlyIfFailed !== null && markup` · <strong>only if card ${card.onlyIfFailed} failed</strong>`}${card.always && ' · also after a failure'}</p></div>${people(card)}</header>
${banner(card)}
${times(view, procedure, card)}
${card.onlyOn !== null && markup`<section><h3>First see whom you are talking to</h3><p>At the very address that this card uses, ask ${card.onlyOn.system}: <code>${card.onlyOn.enter}</code> It must answer <b>${card.onlyOn.answer}</b>. Anything else: stop, touch nothing, and tell whoever decides.</p></section>`}
<section class="do">${card.checks.length === 0 && markup`<h3>Do this</h3>`}${instruction(card.night)}${card.drilled !== null && markup`<p class="muted">In the drill instead: ${card.drilled.text}${card.drilled.enter !== null && markup` <code>${card.drilled.enter}</code>`}</p>`}</section>
${card.checks.length > 0 && checksTable(card)}
${card.results.length > 0 && markup`<section><h3>It has worked when</h3>${ticks(card.results)}</section>`}
<section><h3>If not</h3><ul class="lines">${card.ifItFails.map((line) => markup`<li>${line}</li>`)}</ul></section>
${card.pointOfNoReturn !== null && pointOfNoReturn(view, card)}
${written(card)}`;
}

function people({ owner, deputy, step }: Card): Markup {
  if (step === 'verified') return markup`<div class="people">${blank('checked by')}</div>`;
  if (owner === null) return markup`<div class="people">${blank('owner')}</div>`;
  return markup`<div class="people"><b>${owner.person ?? blank('owner')}</b> ${owner.role}<span class="phone">${owner.contacts.join(' · ')}</span>${deputy !== null && deputyLine(deputy)}</div>`;
}

function deputyLine({ person, contacts }: Deputy): Markup {
  return markup`<span>deputy ${person}${contacts.length > 0 && ` · ${contacts.join(' · ')}`}</span>`;
}

/** Wrong host is the dearest mistake: what a name means on the night, or a line to write down what the screen says. */
function banner({ systems, checks }: Card): Markup | null {
  if (systems.length === 0) return null;
  const isRead = checks.length > 0;
  return markup`<section class="banner${isRead && ' is-read'}" aria-label="Systems"><p><strong>PRODUCTION</strong> Read the name on the screen aloud before you begin.</p><ul>${systems.map(
    ({ name, kind, database, size, note }) =>
      markup`<li><b>${name}</b> <span>${[kind, database, size].filter((part) => part !== null).join(', ')}${note !== null && `: ${note}`}</span>${!isRead && blank('name on the screen')}</li>`,
  )}</ul></section>`;
}

function times(view: RunbookView, procedure: RunbookProcedure, card: Card): Markup {
  const { drilled } = view;
  const fine = isFine(procedure);
  const { schedule } = card;
  const measuredMs = drilled.kind === 'never' ? null : measuredOf(drilled.record, card.id);
  const begins =
    card.plannedStart === null
      ? afterTheCall(schedule.start, schedule.startsAtLeast)
      : spanOfMoments(view, card.plannedStart, { fine, atLeast: schedule.startsAtLeast });
  const cells: ReadonlyArray<readonly [string, MarkupValue]> = [
    ['waits for', card.waitsFor.length === 0 ? 'nothing' : `card ${listOf(card.waitsFor.map(String))}`],
    [card.plannedStart === null ? 'after the call' : 'begins', begins],
    ['takes', rangeText(card.expected)],
    [
      'drilled',
      measuredMs === null || drilled.kind === 'never'
        ? '–'
        : markup`${formatDuration(measuredMs)} <small>${sizeOf(drilled.record)}</small>`,
    ],
    ['begin at the latest', card.latestStartMs === null ? '–' : momentText(view, card.latestStartMs, fine)],
  ];
  return markup`<dl class="times">${cells.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function instruction({ text, enter }: Instruction): Markup {
  return markup`<p class="instruction">${text}</p>${enter !== null && markup`<pre><code>${enter}</code></pre>`}`;
}

function checksTable({ checks }: Card): Markup {
  return markup`<table class="checks"><thead><tr><th scope="col">System</th><th scope="col">What</th><th scope="col">Must be</th><th scope="col" class="write">Is</th><th scope="col">Holds</th></tr></thead><tbody>${checks.map(
    ({ system, what, expected, enter }) =>
      markup`<tr${enter !== null && markup` class="has-query"`}><th scope="row">${system}</th><td data-head="What">${what}</td><td data-head="Must be">${expected}</td><td class="write"></td><td data-head="Holds"><span class="tick"></span></td></tr>${enter !== null && markup`<tr class="query-row"><td class="query rest" colspan="5"><code>${enter}</code></td></tr>`}`,
  )}</tbody></table>`;
}

function pointOfNoReturn({ runbook }: RunbookView, card: Card): Markup {
  const decides = runbook.decision?.by;
  return markup`<section class="no-return-box"><h3>Point of no return: ${card.pointOfNoReturn}</h3><p>After this step going back costs more or is impossible. Not begun without this signature.</p>
${penRow(pen(`Signature of ${decides === undefined ? 'whoever decides' : `${decides.person ?? decides.role} (${decides.role})`}`, 'wide'), pen('Signed at (day, time)'))}</section>`;
}

function written(card: Card): Markup {
  return markup`<section class="written${card.checks.length > 0 && ' has-checks'}" aria-label="To be filled in">${penRow(pen('Begun at (day, time)'), pen('Ended at (day, time)'), pen('Done by'))}
<p class="choices">${tick('done')}${tick('failed')}${tick('left out')}</p>
${pen(card.observe ?? 'What I saw: output, sizes, anything unusual', 'tall')}
<p class="key-in">Key in afterwards: <code>rollproof record ${card.id}</code></p></section>`;
}
