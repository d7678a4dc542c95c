import { STOP_CONDITIONS, type StopCondition } from '../../flow/stop-certificate.ts';
import { countOf, formatCount } from '../../kernel/count.ts';
import type { ClaimState, DrillRecord, FlowOnMap, FlowStopRecord, StoreWritersRecord } from '../record.ts';
import { bullets, cell, details, section, table } from './blocks.ts';
import { flowArrow } from './flow-arrow.ts';
import { changesTable, trafficList } from './flow-changes.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { capitalised } from './words.ts';

/** Which flow runs and which is proven stopped, with the certificate of each stop. Left out for a plan without flows. */
export function flowsSection(record: DrillRecord, scope: string): Markup | null {
  const { flowMap, flows, flowChanges, flowTraffic, writers } = record;
  if (flowMap.length + flows.length + writers.length === 0) return null;
  const names = [...new Set(flows.map(({ flow }) => flow))];
  const certificates = names.map((name) => certificate(name, flows));
  return section(
    { id: `${scope}-flows`, title: 'Flows' },
    markup`${flowMap.length > 0 && flowBoard(flowMap)}${certificates}${trafficList(flowTraffic)}${changesTable(flowChanges)}${writers.length > 0 && writersTable(writers)}`,
  );
}

/** Two columns: what did the work before, and what took its place. A row holds both ends of one exchange. */
function flowBoard(flows: readonly FlowOnMap[]): Markup {
  const replaced = new Set(flows.map(({ replaces }) => replaces));
  const rows = flows
    .filter(({ flow }) => !replaced.has(flow))
    .map((flow) => {
      const legacy = flows.find((one) => one.flow === flow.replaces);
      // One that stands alone: what shall stop came with the new state.
      const isNew = flow.replaces !== null || flow.wanted === 'stopped';
      return isNew ? ([legacy, flow] as const) : ([flow, undefined] as const);
    });
  return markup`<p>${sentenceOf(flows)}</p>
<figure class="flows"><div class="flow-head" aria-hidden="true"><b>Legacy</b><b>New</b></div>
${rows.map(([legacy, fresh]) => markup`<div class="flow-row">${flowCard(legacy, 'Legacy')}${flowCard(fresh, 'New')}</div>\n`)}</figure>
`;
}

function sentenceOf(flows: readonly FlowOnMap[]): string {
  const count = (state: FlowOnMap['state']): number => flows.filter((one) => one.state === state).length;
  const asWanted = flows.filter((one) => STATES[stateKey(one)].lamp === 'proven').length;
  return `${countOf(asWanted, 'flow')} of ${formatCount(flows.length)} shown as the target state wants: ${count('running')} running, ${count('proven-stopped')} proven stopped, ${count('stopped')} stopped without proof, ${count('draining')} draining, ${count('not-shown')} not shown.`;
}

function flowCard(flow: FlowOnMap | undefined, side: string): Markup {
  if (flow === undefined)
    return markup`<div class="flow-card is-none"><span class="flow-side">${side}</span><span class="muted">none</span></div>`;
  const { lamp: state, word } = STATES[stateKey(flow)];
  return markup`<div class="flow-card"><span class="flow-side">${side}</span><div class="flow-name"><b>${flow.flow}</b>${lamp(state, word)}</div>
<div class="flow-line"><span>${flow.from}</span>${flowArrow(flow.state, `from ${flow.from} to ${flow.to}: ${word}`)}<span>${flow.to}</span></div>${flow.sentence !== '' && markup`<small>${flow.sentence}</small>`}</div>`;
}

type Key = FlowOnMap['state'] | 'running-and-should-not' | 'stopped-and-should-not';

function stateKey({ state, wanted }: FlowOnMap): Key {
  if (state === 'running' && wanted === 'stopped') return 'running-and-should-not';
  return state === 'stopped' && wanted === 'running' ? 'stopped-and-should-not' : state;
}

const STATES: Readonly<Record<Key, { readonly lamp: ClaimState; readonly word: string }>> = {
  'running': { lamp: 'proven', word: 'running' },
  'draining': { lamp: 'failed', word: 'draining' },
  'stopped': { lamp: 'inconclusive', word: 'stopped, not proven' },
  'proven-stopped': { lamp: 'proven', word: 'proven stopped' },
  'not-shown': { lamp: 'not-examined', word: 'not shown' },
  'running-and-should-not': { lamp: 'failed', word: 'still running' },
  'stopped-and-should-not': { lamp: 'failed', word: 'not running' },
};

type Condition = FlowStopRecord['conditions'][number];
const LOOKS = { verify: 'After the rollback', watch: 'After the quiet time' } as const;
const CONDITION: Readonly<Record<Condition['state'], { readonly lamp: ClaimState; readonly word: string }>> = {
  'shown': { lamp: 'proven', word: 'shown' },
  'violated': { lamp: 'failed', word: 'violated' },
  'not-shown': { lamp: 'inconclusive', word: 'not shown' },
  'not-needed': { lamp: 'not-examined', word: 'not needed' },
};

/** Eight conditions as they were looked at twice. Folded away where each of them holds; paper shows it all the same. */
function certificate(flow: string, all: readonly FlowStopRecord[]): Markup {
  const looks = all.filter((one) => one.flow === flow);
  const judged = looks.flatMap(({ conditions }) => conditions);
  const names = (Object.keys(STOP_CONDITIONS) as StopCondition[]).filter((name) =>
    judged.some(({ condition }) => condition === name),
  );
  const grid = table({
    caption: `${flow}: the conditions of its stop`,
    head: ['Condition', ...looks.map(({ when }) => LOOKS[when])],
    rows: names.map((name) => [
      markup`${capitalised(STOP_CONDITIONS[name])}`,
      ...looks.map(({ conditions }) => conditionCell(conditions.find(({ condition }) => condition === name))),
    ]),
  });
  const isBad = judged.some(({ state }) => state === 'violated');
  if (!isBad && judged.every(({ state }) => state !== 'not-shown'))
    return details(markup`${lamp('proven', 'holds')} Stop certificate of ${flow}: every condition is shown`, grid);
  const found = lamp(isBad ? 'failed' : 'inconclusive', isBad ? 'does not hold' : 'not complete');
  return markup`<h3>${found} Stop certificate of ${flow}: ${looks.map(lookInWords).join('; ')}</h3>${grid}`;
}

/** The two looks apart: what nobody could see a second time was still shown once. */
function lookInWords({ when, conditions }: FlowStopRecord): string {
  const count = (wanted: Condition['state']): number => conditions.filter(({ state }) => state === wanted).length;
  return `${LOOKS[when].toLowerCase()} ${count('violated')} violated, ${count('not-shown')} not shown`;
}

function conditionCell(found: Condition | undefined): Markup | string | ReturnType<typeof cell> {
  if (found === undefined) return '–';
  const { lamp: state, word } = CONDITION[found.state];
  const content = markup`${lamp(state, word)}<br><small>${found.evidence}</small>`;
  if (found.state === 'violated') return cell('marked is-failed', content);
  return found.state === 'not-shown' ? cell('marked is-inconclusive', content) : content;
}

const SINCE = { baseline: 'the baseline', live: 'the new state', stop: 'the flows were stopped' } as const;

function writersTable(writers: readonly StoreWritersRecord[]): Markup {
  return table({
    caption: 'Who changed a store that shall stay as it is',
    head: ['Store', 'Since', 'Result', 'Declared writers', 'Unexplained'],
    rows: writers.map((one) => [
      one.store,
      SINCE[one.since],
      one.verdict === 'explained' ? lamp('proven', 'explained') : lamp('failed', 'unexplained'),
      ownChanges(one),
      one.unexplained.length === 0 ? '–' : cell('marked is-failed', bullets(one.unexplained)),
    ]),
  });
}

function ownChanges({ own }: StoreWritersRecord): Markup | string {
  const entries = Object.entries(own);
  if (entries.length === 0) return 'no change';
  return markup`${entries.map(([writer, changes]) => markup`<div>${writer}: ${countOf(changes, 'change')}</div>`)}`;
}
