import { countOf, formatCount } from '../../kernel/count.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import { listOf } from '../report/words.ts';
import { writeInWords } from '../work.ts';
import type { JudgedClaim } from './claim.ts';
import { judgedVoid, voidReason } from './void.ts';

type Balance = Facts['balance'];

const WRONG = {
  lost: ['is lost', 'are lost'],
  duplicated: ['is there more than once', 'are there more than once'],
  resurrected: ['was deleted and is there again', 'were deleted and are there again'],
} as const;
const MOST_NAMED = 12;

/** Law 8, for the work of simulated users. Null where the scenario has none. */
export function judgeWork(evidence: Evidence): JudgedClaim | null {
  if (evidence.scenario.workload.length === 0) return null;
  return wrong(evidence) ?? notShown(evidence) ?? balanced(evidence);
}

/** Every look counts: what was lost when it was verified is not made good by being there later. */
function wrong(evidence: Evidence): JudgedClaim | null {
  const bad = momentsOf(evidence, 'balance').filter(({ facts }) => wrongIn(facts).length > 0);
  if (bad.length === 0) return null;
  const named = evidence.scenario.workload.flatMap((name) =>
    bad.filter(({ facts }) => facts.workload === name).slice(-1),
  );
  const lines = named.flatMap(({ facts }) => facts.listed.filter((one) => one.end in WRONG).map(writeInWords));
  const more = lines.length > MOST_NAMED ? [`and ${formatCount(lines.length - MOST_NAMED)} more of those listed`] : [];
  return {
    state: 'failed',
    sentence: named.map(({ facts }) => wrongSentence(facts)).join(' '),
    because: [...named.flatMap(({ facts }) => signedIn(facts)), ...lines.slice(0, MOST_NAMED), ...more],
    settledAtMs: Math.min(...bad.map((one) => one.atMs)),
  };
}

function wrongIn({ ends }: Balance): readonly (keyof typeof WRONG)[] {
  return (['lost', 'duplicated', 'resurrected'] as const).filter((end) => ends[end] > 0);
}

function wrongSentence(balance: Balance): string {
  const said = wrongIn(balance).map((end) => {
    const count = balance.ends[end];
    return `${formatCount(count)} ${WRONG[end][count === 1 ? 0 : 1]}`;
  });
  return `Of ${countOf(balance.captured, 'acknowledged write')} of ${balance.workload} ${listOf(said)}.`;
}

function signedIn({ ends, waiver }: Balance): readonly string[] {
  if (waiver === null) return ends.lost === 0 ? [] : ['nobody signed that anything may be given up'];
  return [
    `${waiver.by} signed for ${formatCount(waiver.upTo)}, of which ${formatCount(ends.waived)} were needed: ${waiver.why}`,
  ];
}

function notShown(evidence: Evidence): JudgedClaim | null {
  const reasons = evidence.scenario.workload.flatMap((name) => openIn(evidence, name));
  if (reasons.length > 0)
    return {
      state: 'inconclusive',
      sentence: 'What became of the work in the new system is not known.',
      because: reasons,
    };
  const nothing = voidReason(evidence);
  return nothing === null ? null : judgedVoid(nothing);
}

function openIn(evidence: Evidence, name: string): readonly string[] {
  const done = evidence.all('workload').findLast((one) => one.name === name);
  const balances = evidence.all('balance').filter((one) => one.workload === name);
  if (done === undefined) return [`${name}: nobody worked in the new system`];
  const unresolved = Math.max(0, ...balances.map((one) => one.ends.unresolved));
  return [
    ...(done.broken === null
      ? []
      : [`${name}: only ${done.invoked} of ${done.planned} writes were made: ${done.broken}`]),
    ...(done.ok === 0 && done.broken === null ? [`${name}: no write was acknowledged`] : []),
    ...(balances.some((one) => one.when === 'verify') ? [] : [`${name}: nobody looked after the rollback`]),
    ...(balances.some((one) => one.when === 'watch') ? [] : [`${name}: nobody looked at the end`]),
    ...(unresolved === 0 ? [] : [`${name}: ${countOf(unresolved, 'write')} could not be looked for`]),
  ];
}

function balanced(evidence: Evidence): JudgedClaim {
  const last = evidence.scenario.workload.flatMap((name) =>
    momentsOf(evidence, 'balance')
      .filter(({ facts }) => facts.workload === name)
      .slice(-1),
  );
  return {
    state: 'proven',
    sentence: last.map(({ facts }) => balancedSentence(facts)).join(' '),
    because: last.flatMap(({ facts }) => [...(facts.ends.waived === 0 ? [] : signedIn(facts)), ...doubtsIn(facts)]),
    settledAtMs: Math.max(...last.map((one) => one.atMs)),
  };
}

function balancedSentence({ captured, ends, workload, waiver }: Balance): string {
  const whole = `${countOf(captured, 'acknowledged write')} of ${workload}`;
  const parts = (['kept', 'replayed', 'parked'] as const).flatMap((end) =>
    ends[end] === 0 ? [] : [`${formatCount(ends[end])} ${end}`],
  );
  const waived = ends.waived === 0 ? [] : [`${formatCount(ends.waived)} given up, signed by ${waiver?.by ?? 'nobody'}`];
  return `All ${whole} are accounted for: ${listOf([...parts, ...waived])}.`;
}

/** Refused and nevertheless done: nothing is lost by it, and somebody should know. */
function doubtsIn({ ends }: Balance): readonly string[] {
  const count = ends['failed-but-present'];
  return count === 0 ? [] : [`${countOf(count, 'refused write')} took effect nevertheless`];
}
