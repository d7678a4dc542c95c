import type { CheckRun, DrillRecord, InjectionRecord, TriggerRun } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { bullets, facts, numberCell, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { twistBlocks } from './twists.ts';
import { shortDuration } from './words.ts';
import { countOf } from '../../kernel/count.ts';

/** What was broken on purpose and what saw it; the checks and triggers that looked. */
export function injectionsSection(record: DrillRecord, scope: string): Markup {
  const content =
    record.injections.length === 0
      ? markup`<p>${record.twists.length === 0 ? 'Nothing was broken on purpose' : 'The new system was left whole'}: this scenario goes back without need.</p>`
      : markup`${record.injections.map(injectionBlock)}`;
  const made = markup`${content}${twistBlocks(record)}`;
  return section({ id: `${scope}-injections`, title: 'What was injected and what saw it' }, made);
}

function injectionBlock(injection: InjectionRecord): Markup {
  const { presence } = injection;
  const seen = injection.seenBy.map(
    (each) => `${each.kind} ${each.name}${each.afterMs === null ? '' : ` after ${formatDuration(each.afterMs)}`}`,
  );
  return markup`<h3>${injection.fault} ${injection.name}</h3><p>${injection.description}</p>
${facts([
  ['Where', markup`${injection.store}, <code>${injection.where}</code>`],
  ['Damaged', countOf(injection.rows, 'row')],
  ['Seed', injection.seed],
  [
    'Presence',
    markup`${lamp(presence.shown ? 'proven' : 'inconclusive', presence.shown ? 'shown present' : 'not shown present')} ${presence.evidence}`,
  ],
  [
    'Seen by',
    seen.length === 0
      ? lamp('failed', 'nothing saw it')
      : markup`<ul>${seen.map((each) => markup`<li>${each}</li>`)}</ul>`,
  ],
  [
    'After the way back',
    injection.remaining.length === 0
      ? lamp('proven', 'nothing is left of it')
      : markup`${lamp('failed', 'damage is left')}${bullets(injection.remaining)}`,
  ],
])}`;
}

export function checksSection(record: DrillRecord, scope: string): Markup {
  const content = markup`${record.checks.length === 0 ? markup`<p>${lamp('not-examined')} The plan has no checks.</p>` : checkTable(record.checks)}${record.triggers.length > 0 && triggerTable(record.triggers)}${jobsList(record)}`;
  return section({ id: `${scope}-checks`, title: 'Checks and triggers' }, content);
}

const WHEN = ['before', 'live', 'verify', 'watch'] as const;
const CHECK_STATE = { passed: 'proven', failed: 'failed', unknown: 'inconclusive' } as const;

function checkTable(checks: readonly CheckRun[]): Markup {
  const groups = [...Map.groupBy(checks, (check) => `${check.system} ${check.name}`).values()];
  const runCell = (run: CheckRun): Markup =>
    markup`${lamp(CHECK_STATE[run.outcome], run.outcome)} <small>${run.actual}</small> `;
  const rows = groups.map((runs) => [
    markup`${runs[0]?.name} <small>${runs[0]?.system}</small>`,
    runs.findLast((run) => run.when === 'verify')?.expected ?? runs.at(-1)?.expected,
    ...WHEN.map((when) => runs.filter((run) => run.when === when).map(runCell)),
  ]);
  return table({
    caption: 'Checks',
    head: ['Check', 'Expected', 'Before', 'Live', 'After the way back', 'After opening'],
    rows,
  });
}

function triggerTable(triggers: readonly TriggerRun[]): Markup {
  const before = {
    green: lamp('proven', 'green'),
    red: lamp('failed', 'red: a false alarm'),
    unknown: lamp('inconclusive', 'unknown'),
  };
  const rows = triggers.map((trigger) => [
    markup`${trigger.name} <small>${trigger.catalogue} ${trigger.class}</small>`,
    trigger.threshold,
    before[trigger.before],
    readingsText(trigger),
    trigger.sustainedAtMs === null ? numberCell('never') : numberCell(formatDuration(trigger.sustainedAtMs)),
    numberCell(shortDuration(trigger.liveCadenceMs)),
  ]);
  return table({
    caption: 'Triggers',
    head: ['Trigger', 'Red when', 'Before the fault', 'Readings', '#Sustained at', '#Read on the night every'],
    rows,
  });
}

/** The last readings: the ones that decided. */
const SHOWN_READINGS = 6;

function readingsText({ readings }: TriggerRun): string {
  const shown = readings.slice(-SHOWN_READINGS).map((reading) => `${reading.value}${reading.red ? ' red' : ''}`);
  return `${countOf(readings.length, 'reading')}${shown.length === 0 ? '' : `: ${readings.length > SHOWN_READINGS ? '… ' : ''}${shown.join(', ')}`}`;
}

function jobsList({ jobs }: DrillRecord): Markup | null {
  if (jobs.length === 0) return null;
  return markup`<h3>Background jobs</h3>${jobs.map((each) => markup`<p>${lamp(each.held ? 'proven' : 'inconclusive', each.held ? 'held' : 'not held')} ${each.system}: ${countOf(each.stored.length, 'job')} stored in the data.</p>${bullets(each.stored)}`)}`;
}
