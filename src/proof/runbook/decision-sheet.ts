import { formatDuration } from '../../kernel/duration.ts';
import type { RoleHolder } from '../../plan/runbook/contacts.ts';
import type { DecisionCard, RunbookProcedure } from '../../plan/runbook/runbook.ts';
import { triggerLimit } from '../../plan/runbook/wording.ts';
import { type Markup, markup, type MarkupValue } from '../report/markup.ts';
import { capitalised, shortDuration } from '../report/words.ts';
import { blank, pen, penRow, tick } from './pen.ts';
import { dayOf, sizeOf } from './status.ts';
import { momentText, rangeText, type RunbookView } from './view.ts';

/** For the one who decides once, on facts, with a name on it. */
export function decisionSheet(view: RunbookView): Markup {
  const { decision, procedures } = view.runbook;
  const back = procedures.find(({ use }) => use === 'rollback');
  return markup`<h2>Decision: go back, or stay and repair</h2>
${decision === null ? nobody() : deciders(decision)}
${limits(view, decision)}
<div class="options">
<section><h3>${tick('Go back')}</h3>${back !== undefined && goBack(view, back)}</section>
<section><h3>${tick('Stay and repair')}</h3><p>Only if the repair is done and checked before the latest call${latestCall(view)}. After it there is no way back in this window.</p>${pen('What is repaired, by whom, until when', 'tall')}</section>
</div>
${redList(view)}
${pen('Why (facts, not hopes)', 'tall')}
${penRow(pen('Signature of the one who decides', 'wide'), pen('Decided at (day, time)'))}
${penRow(pen('Signature of a second person', 'wide'), pen('Signed at (day, time)'))}
<p class="key-in">Key in afterwards: <code>rollproof record decision</code></p>`;
}

function latestCall(view: RunbookView): Markup | null {
  const call = view.runbook.decision?.latestCallMs ?? null;
  return call === null ? null : markup`, ${momentText(view, call)}`;
}

function nobody(): Markup {
  return markup`<p class="notice">The plan names nobody who may call the rollback.</p>${penRow(pen('Decided by', 'wide'), pen('Phone', 'wide'))}`;
}

function deciders({ by, deputy, withinMs }: DecisionCard): Markup {
  const wait = withinMs === null ? 'Not reached' : `Not reached within ${shortDuration(withinMs)}`;
  return markup`<div class="deciders">${decider('Decides', by)}${deputy !== null ? decider(`${wait}: in their place`, deputy) : by.deputy !== null && decider(`${wait}: in their place`, { role: `deputy of ${by.role}`, deputy: null, ...by.deputy })}</div>`;
}

function decider(label: string, { person, role, contacts, deputy }: RoleHolder): Markup {
  return markup`<div><span class="label">${label}</span><b class="name">${person ?? blank('name')}</b><span>${role}</span><b class="phone">${contacts.length > 0 ? contacts.join(' · ') : blank('phone')}</b>${deputy !== null && markup`<span>deputy ${deputy.person}${deputy.contacts.length > 0 && ` · ${deputy.contacts.join(' · ')}`}</span>`}</div>`;
}

function limits(view: RunbookView, decision: DecisionCard | null): Markup {
  const { window, limitMs } = view.runbook;
  const call = decision?.latestCallMs ?? null;
  const withinMs = decision?.withinMs ?? null;
  const ask = call === null || withinMs === null ? null : call - withinMs;
  const cells: ReadonlyArray<readonly [string, MarkupValue]> = [
    ['ask for the decision by', ask === null ? '–' : momentText(view, ask)],
    ['call the way back by', call === null ? '–' : momentText(view, call)],
    ['back by', window === null ? '–' : momentText(view, window.backByMs)],
    ['the way back may take', limitMs === null ? 'no limit' : shortDuration(limitMs)],
  ];
  return markup`<dl class="times is-large">${cells.map(([term, value]) => markup`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function goBack({ drilled }: RunbookView, back: RunbookProcedure): Markup {
  const [first, last] = [back.cards[0]?.number, back.cards.at(-1)?.number];
  const planned = back.total.p90Ms === 0 ? 'nobody knows how long' : rangeText(back.total);
  return markup`<p>${capitalised(back.name)}, cards ${first} to ${last}. It takes ${planned}.</p>${drilled.kind === 'never' ? markup`<p><strong>Never drilled.</strong></p>` : drilledFacts(drilled)}`;
}

function drilledFacts({ kind, record }: Exclude<RunbookView['drilled'], { kind: 'never' }>): Markup {
  const { rtaMs } = record.clocks;
  const of = kind === 'changed' ? ', with another revision of this plan' : '';
  const took =
    rtaMs === null
      ? 'it did not get to the first user’s write'
      : `${formatDuration(rtaMs)} from the call to the first user’s write`;
  const lost = record.sponsor[2];
  return markup`<p>Drilled ${dayOf(record)}${of}: ${took}, at ${sizeOf(record)}.</p>${lost !== undefined && markup`<p><b>${lost.question}</b> ${lost.answer}</p>`}`;
}

function redList({ runbook }: RunbookView): Markup | null {
  const calling = runbook.triggers.filter((trigger) => trigger.class !== 'watch');
  if (calling.length === 0) return null;
  return markup`<p class="choices">Red now: ${calling.map((trigger) => tick(markup`${trigger.name} <small>${triggerLimit(trigger)}${trigger.class === 'mandatory' && ', go back'}</small>`))}${tick('something else')}</p>`;
}
