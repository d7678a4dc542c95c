import { countOf, formatCount } from '../../kernel/count.ts';
import type { Claim, ClaimState, DrillRecord } from '../record.ts';
import { formatDuration } from '../../kernel/duration.ts';
import { formatSize } from '../../kernel/size.ts';
import { bullets } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { capitalised, formatShare, formatWall, KIND_WORD, listOf, shortDuration, STATE_WORD } from './words.ts';

/** What a sponsor reads first: sentence, lamp, numbers, the five sentences, the claims. */
export function opening(record: DrillRecord, scope: string): Markup {
  return markup`<header>
<p class="crumb"><b>${record.plan.name}</b> · ${record.scenario.name} · ${KIND_WORD[record.scenario.kind]}</p>
<h1 id="${scope}-title">${verdictSentence(record)}</h1>
<p class="verdict">${lamp(record.verdict.whole)}</p>
${record.verdict.unclean && markup`<p class="notice">The run is unclean: something that the drill made is still there. This says nothing about the plan.</p>`}
${bullets(record.verdict.reasons)}
<p class="muted">${record.scenario.description} Drilled ${formatWall(record.drill.startedAt)} to ${formatWall(record.drill.endedAt)}${record.drill.unattended ? ', unattended' : ''}.</p>
${numbers(record)}
</header>
${sponsorSentences(record)}${claimsList(record, scope)}`;
}

/** Never “proven” without the claims it covers and the size it was shown at. */
export function verdictSentence(record: DrillRecord): string {
  const namesOf = (state: ClaimState): string =>
    listOf(record.claims.filter((claim) => claim.state === state).map((claim) => claim.name));
  const proven = namesOf('proven');
  const shown = `shown on ${countOf(record.volume.rows, 'row')}, ${formatSize(record.volume.bytes)}`;
  const provenPart = proven === '' ? 'Nothing is proven.' : `Proven: ${proven}, ${shown}.`;
  if (record.verdict.whole === 'proven') return `The way back is proven for ${proven}, ${shown}.`;
  if (record.verdict.whole === 'failed')
    return `The way back failed: ${namesOf('failed') || 'see the reasons'}. ${provenPart}`;
  return `This drill does not show whether the way back works. ${provenPart}`;
}

function numbers(record: DrillRecord): Markup {
  const { clocks, volume } = record;
  const rows = record.comparisons.reduce((sum, each) => sum + each.difference.compared.rows, 0);
  const users = record.access.reduce((sum, sweep) => sum + sweep.users.length, 0);
  const tiles: ReadonlyArray<readonly [number: string, label: string, note: string]> = [
    [clocks.rtaMs === null ? '–' : formatDuration(clocks.rtaMs), 'recovery time (RTA)', marginNote(record)],
    [
      clocks.outOfWorkMs === null ? '–' : formatDuration(clocks.outOfWorkMs),
      'people out of work',
      clocks.outOfWorkMs === null ? 'not measured' : 'first refused user to first write',
    ],
    [formatCount(rows), 'rows and files compared', `in ${countOf(record.comparisons.length, 'reading')}`],
    [users === 0 ? '–' : formatCount(users), 'users tried', users === 0 ? 'not examined' : 'before and after'],
    [
      volume.shareOfProduction === null ? formatSize(volume.bytes) : formatShare(volume.shareOfProduction),
      volume.shareOfProduction === null ? 'data' : 'of production size',
      volume.shareOfProduction === null ? 'production size unknown' : formatSize(volume.bytes),
    ],
  ];
  return markup`<dl class="numbers">${tiles.map(([number, label, note]) => markup`<div><dt>${label}</dt><dd><b>${number}</b><span>${note}</span></dd></div>`)}</dl>`;
}

function marginNote({ clocks }: DrillRecord): string {
  if (clocks.limitMs === null) return 'no limit in the plan';
  const limit = `limit ${shortDuration(clocks.limitMs)}`;
  if (clocks.marginMs === null) return `${limit}, not reached`;
  return clocks.marginMs < 0 ? `${limit}: ${formatDuration(-clocks.marginMs)} too long` : limit;
}

function sponsorSentences(record: DrillRecord): Markup {
  return markup`<section class="sponsor" aria-label="For the sponsor"><ol>${record.sponsor.map(({ question, answer }) => markup`<li><h3>${question}</h3><p>${answer}</p></li>`)}</ol></section>
`;
}

function claimsList(record: DrillRecord, scope: string): Markup {
  return markup`<section id="${scope}-claims" aria-labelledby="${scope}-claims-title"><h2 id="${scope}-claims-title">Claims</h2>
<ul class="claims">${record.claims.map(claimItem)}</ul></section>
`;
}

function claimItem(claim: Claim): Markup {
  return markup`<li data-claim="${claim.name}" data-state="${claim.state}">${lamp(claim.state)}<h3>${capitalised(claim.name)} <small>${claim.required ? 'required' : 'not required'}</small></h3>
<div><p>${claim.sentence}</p>${claim.parts.length > 0 && markup`<ul class="parts">${claim.parts.map((part) => markup`<li>${lamp(part.state, `${part.name}: ${STATE_WORD[part.state]}`)} ${part.sentence}</li>`)}</ul>`}${
    claim.because.length > 0 &&
    markup`<ul class="because">${claim.because.map((reason) => markup`<li>${reason}</li>`)}</ul>`
  }</div></li>
`;
}
