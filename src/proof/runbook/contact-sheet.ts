import type { Contact } from '../../plan/runbook/contacts.ts';
import { type Markup, markup } from '../report/markup.ts';
import { blank } from './pen.ts';
import type { RunbookView } from './view.ts';

/** Who is reached how: the thing that is taken back may hold the phone list. */
export function contactSheet({ runbook }: RunbookView): Markup {
  return markup`<h2>Who is reached how</h2>
<p>Call everybody once before the window opens, and tick who was reached.</p>
<table class="contacts"><thead><tr><th scope="col">Role</th><th scope="col">Person</th><th scope="col">Reached at</th><th scope="col">Deputy</th><th scope="col">Cards</th><th scope="col" class="write">Reached</th></tr></thead><tbody>
${runbook.contacts.map(contactRow)}${Array.from({ length: SPARE_ROWS }, () => markup`<tr class="spare"><td></td><td></td><td></td><td></td><td></td><td class="write"></td></tr>`)}</tbody></table>`;
}

const SPARE_ROWS = 4;

function contactRow({ role, person, contacts, deputy, decides, cards }: Contact): Markup {
  return markup`<tr><th scope="row">${role}${decides !== null && markup`<small>decides${decides === 'first' ? '' : ' in their place'}</small>`}</th>
<td data-head="Person">${person ?? blank('')}</td>
<td data-head="Reached at">${contacts.length > 0 ? contacts.map((each) => markup`<b class="phone">${each}</b>`) : blank('')}</td>
<td data-head="Deputy">${deputy === null ? blank('') : markup`${deputy.person}${deputy.contacts.map((each) => markup`<small>${each}</small>`)}`}</td>
<td data-head="Cards">${cards.length === 0 ? '–' : cards.join(', ')}</td><td class="write"><span class="tick"></span></td></tr>
`;
}
