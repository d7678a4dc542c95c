import { countOf } from '../../kernel/count.ts';
import { isOpen, SEVERITIES } from '../carried/carry.ts';
import { findingId } from '../carried/identity.ts';
import { stateInWords } from '../carried/words.ts';
import type { CarriedFinding, ClaimState, DrillRecord, Finding } from '../record.ts';
import { facts, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';

const SEVERITY_STATE: Readonly<Record<Finding['severity'], ClaimState>> = {
  critical: 'failed',
  high: 'failed',
  medium: 'inconclusive',
  low: 'not-examined',
  note: 'not-examined',
};

/** What this drill found, what earlier ones found that is not settled, and what the plan should say from now on. */
export function findingsSection(record: DrillRecord, scope: string): Markup {
  const known = new Map(record.carried.map((each) => [each.id, each]));
  const sorted = [...record.findings].sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const items = sorted.map((finding) => findingItem(finding, known.get(findingId(record.plan.name, finding))));
  const found = items.length === 0 ? markup`<p>No findings.</p>` : markup`<ul class="findings">${items}</ul>`;
  return section(
    { id: `${scope}-findings`, title: 'Findings and lessons' },
    markup`${sentenceOf(record)}${carriedTable(record)}${found}${lessonList(record)}`,
  );
}

function sentenceOf({ carried }: DrillRecord): Markup | null {
  if (carried.length === 0) return null;
  const open = carried.filter(isOpen);
  const unowned = open.filter(({ owner }) => owner === null).length;
  const overdue = open.filter((each) => each.overdue).length;
  const state = open.some(({ severity, overdue: late }) => severity === 'critical' || late) ? 'failed' : 'inconclusive';
  if (open.length === 0) return markup`<p>${lamp('proven', 'none open')} Nothing of this plan is open.</p>`;
  return markup`<p>${lamp(state, `${countOf(open.length, 'finding')} open`)} over all drills of this plan: ${unowned} without an owner, ${overdue} overdue. A drill that does not find one any more closes it.</p>`;
}

/** Of earlier drills: this one did not find them. Those that it closed are the good news of the page. */
function carriedTable({ carried, drill }: DrillRecord): Markup | null {
  const earlier = carried.filter(
    ({ drills, closedBy }) => !drills.includes(drill.id) && (closedBy === null || closedBy === drill.id),
  );
  if (earlier.length === 0) return null;
  return table({
    caption: 'Carried from earlier drills of this plan',
    head: ['Finding', 'State', 'Owner', 'Due', 'Still to be shown in'],
    rows: earlier.map((each) => [
      markup`${each.title}<br><small>${each.id} · ${each.severity} · found in ${each.drills.join(', ')}</small>`,
      markup`${lamp(CARRIED_STATE[each.state], CARRIED_WORD[each.state])}<br><small>${riskOf(each)}</small>`,
      each.owner ?? '–',
      each.due === null ? '–' : markup`${each.due}${each.overdue && markup` ${lamp('failed', 'overdue')}`}`,
      each.scenarios.length === 0 ? '–' : each.scenarios.join(', '),
    ]),
  });
}

const CARRIED_STATE: Readonly<Record<CarriedFinding['state'], ClaimState>> = {
  'open': 'failed',
  'accepted': 'inconclusive',
  'fixed': 'inconclusive',
  'risk-accepted': 'not-examined',
  'closed': 'proven',
};
const CARRIED_WORD: Readonly<Record<CarriedFinding['state'], string>> = {
  'open': 'open',
  'accepted': 'accepted',
  'fixed': 'fixed, not re-tested',
  'risk-accepted': 'risk accepted',
  'closed': 'closed',
};

function riskOf({ state, risk, closedBy, next }: CarriedFinding): string {
  if (state === 'closed') return `drill ${closedBy} does not find it any more`;
  return state === 'risk-accepted' && risk !== null ? `until ${risk.until} by ${risk.by}: ${risk.why}` : next;
}

function findingItem(finding: Finding, carried: CarriedFinding | undefined): Markup {
  const name = carried === undefined ? finding.id : `${finding.id} · ${carried.id}`;
  return markup`<li><h3>${lamp(SEVERITY_STATE[finding.severity], finding.severity)} ${finding.title} <small>${name}</small></h3>
<p><b>What now:</b> ${finding.next}</p>
${facts([
  ['State and owner', carried === undefined ? null : stateInWords(carried)],
  ['Expected', finding.expected],
  ['Actual', finding.actual],
  ['Phase', finding.phase],
  ['Step', finding.step],
  ['To be mended in', finding.blame],
])}</li>
`;
}

function lessonList({ lessons }: DrillRecord): Markup | null {
  if (lessons.length === 0) return null;
  const learned = lessons.map(
    ({ statement, proposal }) =>
      markup`<li>${statement}${proposal !== null && markup` Proposed for <code>${proposal.at}</code>: <del>${proposal.from}</del> <ins>${proposal.to}</ins>.`}</li>`,
  );
  return markup`<h3>Lessons</h3><ul>${learned}</ul><p class="muted">Of this drill alone; <code>rollproof lessons</code> makes a patch of the plan out of all drills.</p>`;
}
