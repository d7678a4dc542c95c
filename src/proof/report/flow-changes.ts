import { countOf } from '../../kernel/count.ts';
import type { FlowChangesRecord, FlowTrafficRecord } from '../record.ts';
import { bullets, cell, details, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';

/** What went round a proxy, came back or was delivered twice. Nothing where all flows did as they should. */
export function trafficList(traffic: readonly FlowTrafficRecord[]): Markup | null {
  const lines = traffic.flatMap(({ flow, again, againMessages, echoed, echoedMessages, round }) => [
    ...round.map((one) => `${flow}: ${one}`),
    ...(echoedMessages === 0
      ? []
      : [`${flow}: ${countOf(echoedMessages, 'message')} came back from the other side: ${echoed.join(', ')}`]),
    ...(againMessages === 0
      ? []
      : [`${flow}: ${countOf(againMessages, 'message')} delivered again after the way back: ${again.join(', ')}`]),
  ]);
  if (lines.length === 0) return null;
  return markup`<h3>${lamp('failed', 'not as it should')} What the flows carried</h3>${bullets(lines)}`;
}

/** Where only flows are taken back, what they had changed stays behind. */
export function changesTable(changes: readonly FlowChangesRecord[]): Markup | null {
  if (changes.length === 0) return null;
  return table({
    caption: 'What the stopped flows had changed since the go-live',
    head: ['Flow', 'Store', 'Changed', 'Becomes', 'Result'],
    rows: changes.map((one) => [one.flow, one.store, changed(one), becomes(one), result(one)]),
  });
}

function changed({ tables }: FlowChangesRecord): Markup | string {
  return tables.length === 0 ? 'nothing' : markup`${tables.map(changedTable)}`;
}

/** How many is read; which ones is looked up. */
function changedTable(changes: FlowChangesRecord['tables'][number]): Markup {
  const { table: name, records, inserts, updates, deletes, unkeyed, keys } = changes;
  const summary = markup`${name}: ${countOf(records, 'record')} (${inserts} added, ${updates} changed, ${deletes} removed${unkeyed > 0 && `, ${unkeyed} without a key`})`;
  const more = records > keys.length ? ` and ${records - keys.length} more` : '';
  return details(summary, markup`<small>${keys.join('; ')}${more}</small>`);
}

function becomes({ become, owner }: FlowChangesRecord): string {
  if (become === null) return 'the plan does not say';
  return owner === null ? become : `${become}, list for ${owner}`;
}

function result(one: FlowChangesRecord): Markup | ReturnType<typeof cell> {
  if (one.wrongRecords > 0) {
    const more = one.wrongRecords - one.wrong.length;
    return cell('marked is-failed', bullets([...one.wrong, ...(more > 0 ? [`and ${more} more`] : [])]));
  }
  if (one.trouble !== null) return markup`${lamp('inconclusive', 'not shown')}<br><small>${one.trouble}</small>`;
  if (one.tables.length === 0) return markup`${lamp('proven', 'nothing to do')}`;
  return one.become === null
    ? markup`${lamp('inconclusive', 'not shown')}`
    : markup`${lamp('proven', one.become === 'parked' ? 'list written' : 'so it is')}`;
}
