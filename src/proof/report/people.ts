import { countOf } from '../../kernel/count.ts';
import { formatDuration } from '../../kernel/duration.ts';
import type { ClaimState, DecisionRecord, DrillRecord, RosterRecord } from '../record.ts';
import { bullets, details, digestText, facts, section, table } from './blocks.ts';
import { type Markup, markup } from './markup.ts';
import { lamp } from './shape.ts';
import { formatWall, shortDuration } from './words.ts';

/** Who decided what on which facts, and who was there. Records of before there were rosters have neither. */
export function peopleSection(record: DrillRecord, scope: string): Markup | null {
  const { decision, roster } = record;
  if (decision === null && roster === null) return null;
  return section(
    { id: `${scope}-people`, title: 'Who decided, and who was there' },
    markup`${decision === null ? markup`<p>${lamp('not-examined')} The drill did not get to the decision.</p>` : decisionBlock(record, decision)}
${roster !== null && rosterBlock(roster)}`,
  );
}

function decisionBlock({ claims, scenario }: DrillRecord, decision: DecisionRecord): Markup {
  const claim = claims.find(({ name }) => name === 'decision');
  const choices = decision.choices.map(({ name, costs }) => [
    name,
    name === decision.choice ? (name === scenario.rollback ? 'chosen' : 'chosen, which ended the drill') : '–',
    costs.join('; '),
  ]);
  return markup`<p>${lamp(claim?.state ?? 'not-examined')} ${claim?.sentence}</p>
${facts([
  [
    'decided by',
    decision.role === null || decision.role === decision.by ? decision.by : `${decision.by} (${decision.role})`,
  ],
  ['how', HOW[decision.how]],
  ['facts frozen at', formatDuration(decision.frozenAtMs)],
  [
    'called at',
    `${formatDuration(decision.calledAtMs)}, ${formatDuration(decision.calledAtMs - decision.frozenAtMs)} later`,
  ],
  ['allowed', decision.withinMs === null ? 'no limit in the plan' : shortDuration(decision.withinMs)],
  ['why', decision.reason],
  ['rule', ruleText(decision.rule)],
  ['digest of the facts', digestText(decision.factsDigest)],
])}
<h3>The facts, as they were frozen</h3>${bullets(decision.facts)}
${table({ caption: 'What could be chosen', head: ['Choice', 'Decision', 'What it costs'], rows: choices })}`;
}

const HOW: Readonly<Record<DecisionRecord['how'], string>> = {
  person: 'a person, at the terminal',
  script: 'an answer written before the facts were known',
  unattended: 'the unattended policy; no person',
};

function ruleText(rule: DecisionRecord['rule']): string | null {
  if (rule === null) return null;
  const left = rule.leftMs === null ? 'nobody knows how much time is left' : `${shortDuration(rule.leftMs)} are left`;
  if (rule.fixP90Ms === null)
    return `go back when a repair takes longer than is left: ${left}, and nobody estimated a repair`;
  const says =
    rule.callsForRollback === null ? 'the rule says nothing' : rule.callsForRollback ? 'go back' : 'a repair fits';
  return `a repair would take ${shortDuration(rule.fixP90Ms)}, ${left}: ${says}`;
}

const PRESENCE: Readonly<Record<RosterRecord['roles'][number]['presence'], readonly [ClaimState, string]>> = {
  present: ['proven', 'present'],
  absent: ['failed', 'absent'],
  unknown: ['not-examined', 'nobody said'],
};

function rosterBlock({ roles, gaps, earlier }: RosterRecord): Markup {
  const rows = roles.map((one) => [
    one.role,
    one.person ?? '–',
    lamp(...PRESENCE[one.presence]),
    one.deputy === null ? '–' : markup`${one.deputy} ${lamp(...PRESENCE[one.deputyPresence ?? 'unknown'])}`,
    one.actedBy ?? 'nobody',
    drillsOf(one.actedBy, earlier),
  ]);
  const alone = gaps.filter(({ nobody }) => nobody.length > 0);
  return markup`${table({
    caption: 'Roster: everybody of the plan is invited',
    head: ['Role', 'Person', 'Here', 'Deputy', 'Acted by', 'Took part before'],
    rows,
  })}${alone.map(({ role, nobody }) => markup`<p>${lamp('failed', 'nobody left')} Without ${role}, nobody may do ${nobody.join(', ')}.</p>`)}${coveredList(gaps)}${earlierList(earlier)}`;
}

function coveredList(gaps: RosterRecord['gaps']): Markup | null {
  return bullets(
    gaps
      .filter(({ covered }) => covered.length > 0)
      .map(
        ({ role, covered }) => `In place of ${role}: ${covered.map(({ step, by }) => `${step} by ${by}`).join(', ')}.`,
      ),
  );
}

function earlierList(earlier: RosterRecord['earlier']): Markup | null {
  if (earlier.length === 0) return null;
  const rows = earlier.flatMap(({ person, drills }) =>
    drills.map((one) => [
      person,
      one.roles.join(', '),
      one.decided ? 'called the rollback' : 'took part',
      markup`${one.plan} <small>${one.scenario}</small>`,
      formatWall(one.at),
      one.drill,
    ]),
  );
  const caption = 'Who took part in earlier drills';
  return details(
    `${caption}: ${countOf(earlier.length, 'person', 'people')}`,
    table({ caption, head: ['Person', 'Role', 'Did', 'Plan', 'When', 'Drill'], rows }),
  );
}

/** Competence from attendance: how often, and when last. */
function drillsOf(person: string | null, earlier: RosterRecord['earlier']): string {
  const drills = earlier.find((one) => one.person === person)?.drills ?? [];
  const last = drills.at(-1);
  return last === undefined ? 'never here' : `${countOf(drills.length, 'drill')}, last ${formatWall(last.at)}`;
}
