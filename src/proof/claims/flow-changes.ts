import { countOf } from '../../kernel/count.ts';
import { type Evidence, type Moment, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';

type Changes = Moment<'flow-changes'>;

/** What the stopped flows of a partial rollback had changed is as the plan says. Null: nothing is wrong, nothing is open. */
export function judgeFlowChanges(evidence: Evidence, flow?: string): JudgedClaim | null {
  const looked = momentsOf(evidence, 'flow-changes').filter(({ facts }) => flow === undefined || facts.flow === flow);
  return wrong(looked) ?? open(looked);
}

const BECOME = { kept: 'be kept', parked: 'be parked', compensated: 'be taken back' } as const;

function wrong(looked: readonly Changes[]): JudgedClaim | null {
  const bad = looked.filter(({ facts }) => facts.wrongRecords > 0);
  const [first] = bad;
  if (first === undefined) return null;
  const { flow, wrongRecords, become } = first.facts;
  return {
    state: 'failed',
    sentence: `Of what ${flow} had changed, ${countOf(wrongRecords, 'record')} should ${BECOME[become ?? 'kept']} and ${wrongRecords === 1 ? 'is' : 'are'} not.`,
    because: bad.flatMap(({ facts }) => facts.wrong.map((one) => `${facts.flow}: ${one}`)),
    settledAtMs: Math.min(...bad.map((one) => one.atMs)),
  };
}

function open(looked: readonly Changes[]): JudgedClaim | null {
  const reasons = looked.flatMap(({ facts }) => openIn(facts));
  if (reasons.length === 0) return null;
  return {
    state: 'inconclusive',
    sentence: 'It is not shown what becomes of what the stopped flows had changed.',
    because: reasons,
  };
}

/** A flow that changed nothing needs no word about it. */
function openIn({ flow, tables, become, trouble }: Changes['facts']): readonly string[] {
  if (trouble !== null) return [`${flow}: ${trouble}`];
  const unkeyed = tables.reduce((sum, table) => sum + table.unkeyed, 0);
  if (become !== null && become !== 'parked' && unkeyed > 0)
    return [`${flow}: ${countOf(unkeyed, 'change')} of tables without a key cannot be looked for`];
  if (become !== null || tables.length === 0) return [];
  const changes = tables.reduce((sum, { inserts, updates, deletes }) => sum + inserts + updates + deletes, 0);
  return [
    `${flow}: ${countOf(changes, 'change')} in ${tables.map(({ table }) => table).join(', ')}, and the plan does not say what becomes of them`,
  ];
}
