import type { AccessSweep, DrillRecord } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { type Cell, cell, details, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { countOf } from '../../kernel/count.ts';

type User = AccessSweep['users'][number];
type Change = 'none' | 'lost' | 'gained' | 'differs' | 'unknown';

/** Role × ability, so that forty users stay five rows; only changes are marked, and changed users stand out by name. */
export function accessSection(record: DrillRecord, scope: string): Markup {
  const content =
    record.access.length === 0
      ? markup`<p>${lamp('not-examined')} No user was tried.</p>`
      : markup`${record.access.map(sweepBlock)}`;
  return section({ id: `${scope}-access`, title: 'Access' }, content);
}

function sweepBlock(sweep: AccessSweep): Markup {
  const changed = sweep.users.filter((user) => user.changes.length > 0);
  const roles = [...Map.groupBy(sweep.users, (user) => user.role)];
  const sentence =
    changed.length === 0
      ? `All ${countOf(sweep.users.length, 'user')} can do what they could before, no more and no less.`
      : `${changed.length} of ${countOf(sweep.users.length, 'user')} can do something else than before.`;
  const isUnknown = sweep.users.some((user) =>
    sweep.abilities.some((ability) => changeOf(user, ability) === 'unknown'),
  );
  const state = changed.length > 0 ? 'failed' : isUnknown ? 'inconclusive' : 'proven';
  return markup`<h3>${sweep.group}</h3>
<p>${lamp(state, changed.length > 0 ? 'changed' : isUnknown ? 'unknown' : 'as before')} ${sentence} ${sweep.how} Took ${formatDuration(sweep.tookMs)}.</p>
${changed.length > 0 && markup`<ul class="changes">${changed.map((user) => markup`<li><b>${user.user}</b> (${user.role}): ${user.changes.join(' ')}</li>`)}</ul>`}
${table({
  caption: 'Users who can, by role and ability',
  head: ['Role', ...sweep.abilities],
  rows: roles.map(([role, users]) => [
    markup`${role} <small>${countOf(users.length, 'user')}</small>`,
    ...sweep.abilities.map((ability) => roleCell(users, ability)),
  ]),
})}
${roles.map(([role, users]) => details(`${role}: ${countOf(users.length, 'user')} one by one`, userTable(users, sweep.abilities)))}
${anonymousTable(sweep)}`;
}

export function changeOf(user: User, ability: string): Change {
  const before = user.before[ability];
  const after = user.after[ability];
  if (before === undefined && after === undefined) return 'none';
  if (before === undefined || after === undefined || before.outcome === 'unknown' || after.outcome === 'unknown')
    return 'unknown';
  if (before.outcome !== after.outcome) return after.outcome === 'can' ? 'gained' : 'lost';
  return before.note !== after.note && before.outcome === 'can' ? 'differs' : 'none';
}

function roleCell(users: readonly User[], ability: string): Cell | string {
  const able = users.filter((user) => user.after[ability]?.outcome === 'can').length;
  const count = (change: Change): number => users.filter((user) => changeOf(user, ability) === change).length;
  const notes = (['lost', 'gained', 'differs', 'unknown'] as const)
    .filter((change) => count(change) > 0)
    .map((change) => `${count(change)} ${change}`);
  const total = able === 0 ? 'none' : able === users.length ? 'all' : `${able} of ${users.length}`;
  if (notes.length === 0) return total;
  const state = notes.every((note) => note.endsWith('unknown')) ? 'inconclusive' : 'failed';
  return cell(`marked is-${state}`, markup`${total} ${lamp(state, notes.join(', '))}`);
}

function userTable(users: readonly User[], abilities: readonly string[]): Markup {
  const rows = users.map((user) => [user.user, ...abilities.map((ability) => userCell(user, ability))]);
  return table({ caption: 'Users one by one, after the way back', head: ['User', ...abilities], rows });
}

function userCell(user: User, ability: string): Cell | string {
  const after = user.after[ability];
  const text =
    after === undefined ? 'not tried' : after.note === '' ? after.outcome : `${after.outcome} (${after.note})`;
  const change = changeOf(user, ability);
  if (change === 'none') return text;
  const state = change === 'unknown' ? 'inconclusive' : 'failed';
  return cell(`marked is-${state}`, markup`${lamp(state, change)} ${text}`);
}

function anonymousTable({ anonymous }: AccessSweep): Markup | null {
  if (anonymous.length === 0) return null;
  const rows = anonymous.map((probe) => [
    markup`<code>${probe.path}</code>`,
    probe.before,
    probe.changed ? cell('marked is-failed', markup`${lamp('failed', 'changed')} ${probe.after}`) : probe.after,
  ]);
  return table({ caption: 'Without login', head: ['Address', 'Before', 'After'], rows });
}
