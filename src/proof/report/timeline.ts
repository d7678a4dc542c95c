import type { Clocks, DrillRecord } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { cell, numberCell, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { PICTURE_WIDTHS, picture } from './picture.ts';
import { lamp } from './shape.ts';
import { drawTimeline } from './timeline-drawing.ts';
import { layoutTimeline } from './timeline-layout.ts';
import { timelineModel, waitingOf, workedIn } from './timeline-model.ts';
import { asSentence, formatRange, formatWall, shortDuration } from './words.ts';

export function timelineSection(record: DrillRecord, scope: string): Markup {
  const model = timelineModel(record.clocks);
  const drawn = picture(`${scope}-time`, (size, id) =>
    drawTimeline(
      layoutTimeline(model, { width: PICTURE_WIDTHS[size], form: size === 'narrow' ? 'rows' : 'lanes' }),
      id,
    ),
  );
  return section(
    { id: `${scope}-clocks`, title: 'The clocks' },
    markup`<p>${sentenceOf(record.clocks)}</p><figure>${drawn}${legend()}</figure>${clockTable(record.clocks)}${instantTable(record.clocks)}${stepTable(record.clocks)}`,
  );
}

function sentenceOf({ rtaMs, limitMs, marginMs, totalMs }: Clocks): string {
  const drill = `The whole drill took ${formatDuration(totalMs)}.`;
  if (rtaMs === null) return `Users were not let in again, so no recovery time was measured. ${drill}`;
  const measured = `From decision to the first user’s write it took ${formatDuration(rtaMs)} (RTA).`;
  if (limitMs === null || marginMs === null) return `${measured} The plan sets no limit. ${drill}`;
  const margin =
    marginMs < 0
      ? `${formatDuration(-marginMs)} more than the limit`
      : `${formatDuration(marginMs)} less than the limit`;
  return `${measured} That is ${margin} of ${shortDuration(limitMs)} (RTO). ${drill}`;
}

function legend(): Markup {
  const key = (drawing: Markup, text: string): Markup =>
    markup`<li><svg class="timeline" width="28" height="18" viewBox="0 0 28 18" aria-hidden="true">${drawing}</svg>${text}</li>`;
  return markup`<ul class="legend">
${key(markup`<g class="bar is-measured"><rect class="work" x="1" y="3" width="26" height="12"/></g>`, 'working')}
${key(markup`<g class="bar"><rect class="waiting plain" x="1" y="3" width="26" height="12"/><path class="hatching" d="M3 15 11 3M10 15 18 3M17 15 25 3"/></g>`, 'waiting')}
${key(markup`<path class="p50" d="M1 2H15V16H1Z"/><path class="p90" d="M15 2H27V16H15"/>`, 'expected p50, p90')}
${key(markup`<line class="critical" x1="1" y1="9" x2="27" y2="9"/>`, 'critical path')}
${key(markup`<g class="bar is-assumed"><rect class="work" x="1" y="3" width="26" height="12"/></g>`, 'assumed or modelled')}
${key(markup`<g class="bar"><rect class="over" x="1" y="3" width="26" height="12"/></g>`, 'over p90 or past the limit')}
${key(markup`<line class="limit" x1="14" y1="1" x2="14" y2="17"/>`, 'limit (RTO)')}
${key(markup`<g class="fold"><path d="M10 1 8 5 12 9 8 13 10 17"/><path d="M18 1 16 5 20 9 16 13 18 17"/></g>`, 'folded: nothing happens')}
</ul>`;
}

function clockTable(clocks: Clocks): Markup {
  const rows = clocks.spans.map((span) =>
    span.state === 'none'
      ? [span.clock, cell('rest', `not measured. ${asSentence(span.note)}`)]
      : [
          span.clock,
          numberCell(formatRange(span.expected)),
          numberCell(formatDuration(span.actualMs)),
          numberCell(span.waitingMs === 0 ? '–' : formatDuration(span.waitingMs)),
          markup`${compareWithExpected(span)}${span.state !== 'measured' && markup` <em>${span.state}.</em>`} ${asSentence(span.note)}${span.besideMs > 0 && ` ${formatDuration(span.besideMs)} more ran beside the critical path.`}`,
        ],
  );
  return table({
    caption: 'Expected (p50 to p90) beside actual',
    head: ['Clock', '#Expected', '#Actual', '#Of that waiting', 'Result'],
    rows,
  });
}

function compareWithExpected({ actualMs, expected }: Clocks['spans'][number]): string {
  if (expected === null) return '';
  if (actualMs > expected.p90Ms) return `${formatDuration(actualMs - expected.p90Ms)} over p90.`;
  return actualMs > expected.p50Ms ? 'Between p50 and p90.' : 'Faster than p50.';
}

function instantTable(clocks: Clocks): Markup {
  const hasNotes = clocks.instants.some((instant) => instant.note !== '');
  const rows = clocks.instants.map((instant) => [
    markup`<b>${instant.name}</b> ${instant.meaning}${instant.assumed && markup` <em>assumed</em>`}`,
    numberCell(instant.atMs === null ? 'not reached' : formatDuration(instant.atMs)),
    instant.wall === null ? '–' : formatWall(instant.wall),
    ...(hasNotes ? [instant.note] : []),
  ]);
  const head = ['Instant', '#Since the drill’s start', 'Happened at', ...(hasNotes ? ['Note'] : [])];
  return table({ caption: 'Instants', head, rows });
}

const OUTCOME_STATE = {
  succeeded: 'proven',
  failed: 'failed',
  unknown: 'inconclusive',
  skipped: 'not-examined',
} as const;

function stepTable(clocks: Clocks): Markup {
  const rows = clocks.bars.map((bar) => [
    markup`${bar.title}<br><small>${bar.procedure} · ${bar.id}${bar.attempt > 1 && ` · attempt ${bar.attempt}`}</small>`,
    bar.clock ?? '–',
    bar.owner ?? '–',
    numberCell(formatDuration(bar.startMs)),
    numberCell(waitingOf(bar) > 0 ? formatDuration(waitingOf(bar)) : '–'),
    numberCell(formatDuration(workedIn(bar))),
    numberCell(formatRange(bar.expected)),
    bar.critical ? 'yes' : '–',
    markup`${lamp(OUTCOME_STATE[bar.outcome], bar.outcome)}${bar.detail !== '' && markup`<br><small>${bar.detail}</small>`}`,
  ]);
  return table({
    caption: 'Steps',
    head: ['Step', 'Clock', 'Owner', '#Started at', '#Waited', '#Took', '#Expected', 'Critical', 'Outcome'],
    rows,
  });
}
