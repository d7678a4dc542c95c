import { countOf, formatCount } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { DrillRecord, WorkRecord } from '../record.ts';
import { balanceInWords, lastBalance } from '../work.ts';
import { drawBalance } from './balance.ts';
import { bullets, cell, facts, numberCell, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { PICTURE_WIDTHS, picture } from './picture.ts';
import { lamp } from './shape.ts';

/** What users wrote in the new system, and what became of it. Left out where nobody worked. */
export function workSection({ work, rpa }: DrillRecord, scope: string): Markup | null {
  if (work.length === 0) return null;
  const lost =
    rpa === null
      ? null
      : facts([
          ['RPA in records', `${formatCount(rpa.records)}, of which ${formatCount(rpa.signed)} signed for`],
          ['RPA in time', rpa.spanMs === null ? '–' : formatDuration(rpa.spanMs)],
          ['Measured', rpa.note],
        ]);
  return section(
    { id: `${scope}-work`, title: 'Work in the new system' },
    markup`${lost}${work.map((one, index) => workBlock(one, `${scope}-balance-${index}`))}`,
  );
}

function workBlock(work: WorkRecord, scope: string): Markup {
  const balance = lastBalance(work);
  const done = `${countOf(work.invoked, 'write')} by ${countOf(work.users, 'user')} of ${work.group} through ${work.in} in ${formatDuration(work.tookMs)}: ${formatCount(work.ok)} acknowledged, ${formatCount(work.failed)} refused, ${formatCount(work.unknown)} without an answer.`;
  return markup`<div class="work"><h3>${work.name}</h3>
<p>${done}</p>
${work.broken !== null && markup`<p class="notice">Only ${work.invoked} of ${work.planned} writes were made: ${work.broken}. This says nothing about the plan.</p>`}
${balance === undefined ? markup`<p>${lamp('not-examined')} Nobody looked what became of them.</p>` : balanceBlock(work, { balance, scope })}</div>
`;
}

interface ShownBalance {
  readonly balance: WorkRecord['balances'][number];
  readonly scope: string;
}

function balanceBlock(work: WorkRecord, { balance, scope }: ShownBalance): Markup {
  const state =
    balance.unaccounted > balance.ends.unresolved ? 'failed' : balance.ends.unresolved > 0 ? 'inconclusive' : 'proven';
  const looks = work.balances.map((one) => `${WHEN[one.when]}: ${sentenceOf(one)}`);
  const { waiver } = work;
  return markup`<p>${lamp(state, state === 'proven' ? 'balanced' : 'not balanced')}</p>${bullets(looks)}
<figure>${picture(scope, (size, id) => drawBalance(balance, { width: PICTURE_WIDTHS[size], scope: id }))}</figure>
${waiver !== null && markup`<p>Up to ${formatCount(waiver.upTo)} may be given up, signed by ${waiver.by}: ${waiver.why}</p>`}
${balance.losers.length > 0 && losersTable(balance)}${balance.listed.length > 0 && listedTable(balance)}`;
}

const WHEN = { verify: 'After the rollback', watch: 'At the end' } as const;

function sentenceOf(balance: ShownBalance['balance']): string {
  return `${balanceInWords(balance)}; ${formatCount(balance.unaccounted)} unaccounted for.`;
}

const MOST_USERS = 20;

function losersTable({ losers }: ShownBalance['balance']): Markup {
  const shown = losers.slice(0, MOST_USERS).map(({ user, records }) => [user, numberCell(formatCount(records))]);
  const rest = losers.slice(MOST_USERS).reduce((sum, one) => sum + one.records, 0);
  const more = rest === 0 ? [] : [[`${losers.length - MOST_USERS} more users`, numberCell(formatCount(rest))]];
  return table({ caption: 'Whose work is given up or lost', head: ['User', '#Writes'], rows: [...shown, ...more] });
}

function listedTable({ listed }: ShownBalance['balance']): Markup {
  const rows = listed.map((one) => [
    one.mark,
    cell('marked is-failed', one.end),
    one.operation,
    one.user,
    markup`<code>${one.table}${one.key === null ? '' : ` ${one.key}`}</code>`,
    one.why,
  ]);
  return table({
    caption: 'Writes that are not as they should be',
    head: ['Mark', 'What became of it', 'Operation', 'User', 'Where', 'Why'],
    rows,
  });
}
