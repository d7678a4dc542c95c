import { digestOf } from '../kernel/digest.ts';
import type { CheckRun, Claim, ClaimState, Comparison, DrillRecord, MessageRecord, WorkRecord } from './record.ts';
import { type Markup, markup } from './report/markup.ts';
import { STATE_WORD } from './report/words.ts';
import { countOf } from '../kernel/count.ts';
import { balanceInWords, writeInWords } from './work.ts';

/**
 * JUnit XML for build servers: a suite for each record; its verdict, claims, readings and checks are the cases. Failed is a
 * failure; unknown is an error, because a check that could not run is never a pass; not examined and not required is skipped.
 */
export function renderJUnit(records: readonly DrillRecord[]): string {
  const suites = records.map((record) => ({ record, cases: casesOf(record) }));
  const all = suites.flatMap((suite) => suite.cases);
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="rollproof"${counts(all)} time="${seconds(records.reduce((sum, record) => sum + record.clocks.totalMs, 0))}">
${suites.map(({ record, cases }) => suiteElement(record, cases))}</testsuites>
`.text;
}

interface Case {
  readonly name: string;
  readonly group: string;
  readonly timeMs: number;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly because: readonly string[];
}

function casesOf(record: DrillRecord): Case[] {
  return [
    verdictCase(record),
    ...record.claims.map(claimCase),
    ...record.comparisons.map(comparisonCase),
    ...record.work.flatMap(workCases),
    ...record.messages.map(messageCase),
    ...record.checks.filter((check) => check.when === 'verify' || check.when === 'watch').map(checkCase),
  ];
}

const RESULT: Readonly<Record<ClaimState, Case['result']>> = {
  proven: 'passed',
  failed: 'failure',
  inconclusive: 'error',
  'not-examined': 'error',
};

function verdictCase({ verdict, clocks }: DrillRecord): Case {
  const clean = { name: 'verdict', group: 'verdict', timeMs: clocks.totalMs, result: RESULT[verdict.whole] };
  if (verdict.unclean && clean.result === 'passed') {
    return {
      ...clean,
      result: 'error',
      message: 'unclean: something that the drill made is still there',
      because: verdict.reasons,
    };
  }
  return { ...clean, message: STATE_WORD[verdict.whole], because: verdict.reasons };
}

function claimCase(claim: Claim): Case {
  const isOptional = !claim.required && (claim.state === 'inconclusive' || claim.state === 'not-examined');
  return {
    name: claim.name,
    group: 'claim',
    timeMs: 0,
    result: isOptional ? 'skipped' : RESULT[claim.state],
    message: `${STATE_WORD[claim.state]}: ${claim.sentence}`,
    because: claim.because,
  };
}

function comparisonCase(comparison: Comparison): Case {
  const { parts, objects, counters, unread } = comparison.difference;
  const differing = [
    ...parts.map((part) => part.part),
    ...objects.map((object) => `${object.kind} ${object.name}`),
    ...counters.map((counter) => `${counter.name} ${counter.direction}`),
  ];
  return {
    name: `${comparison.store}, ${comparison.reading}`,
    group: 'equality',
    timeMs: comparison.tookMs,
    result: comparison.verdict === 'equal' ? 'passed' : comparison.verdict === 'different' ? 'failure' : 'error',
    message: `${comparison.verdict}, compared with the ${comparison.comparedWith}: ${countOf(differing.length, 'difference')}`,
    because: [...differing, ...unread.map(({ what, why }) => `${what}: ${why}`)],
  };
}

function workCases({ name, balances }: WorkRecord): Case[] {
  return balances.map((balance) => ({
    name: `${name}, ${balance.when === 'verify' ? 'after the rollback' : 'at the end'}`,
    group: 'ledger',
    timeMs: balance.tookMs,
    result:
      balance.unaccounted > balance.ends.unresolved ? 'failure' : balance.ends.unresolved > 0 ? 'error' : 'passed',
    message: `${balanceInWords(balance)}; ${balance.unaccounted} unaccounted for`,
    because: balance.listed.map(writeInWords),
  }));
}

function messageCase(message: MessageRecord): Case {
  const { problems, heldBack, recipients, sentAtMs, deliveredAtMs } = message;
  const delivered = recipients.filter((each) => each.copies > 0).length;
  return {
    name: `${message.message} to ${message.audience}`,
    group: 'message',
    timeMs: deliveredAtMs === null ? 0 : Math.max(0, deliveredAtMs - sentAtMs),
    result: problems.length > 0 ? 'failure' : heldBack === null ? 'passed' : 'error',
    message: heldBack === null ? `${delivered} of ${recipients.length} delivered` : `held back: ${heldBack}`,
    because: problems,
  };
}

function checkCase(check: CheckRun): Case {
  return {
    name: `${check.name}, ${check.when}`,
    group: `check.${check.system}`,
    timeMs: 0,
    result: check.outcome === 'passed' ? 'passed' : check.outcome === 'failed' ? 'failure' : 'error',
    message: `expected ${check.expected}, actual ${check.actual}`,
    because: [],
  };
}

function suiteElement(record: DrillRecord, cases: readonly Case[]): Markup {
  const name = `${record.plan.name}.${record.scenario.name}`;
  return markup`<testsuite name="${name}" timestamp="${record.drill.startedAt}"${counts(cases)} time="${seconds(record.clocks.totalMs)}">
<properties><property name="plan-digest" value="${record.plan.digest}"/><property name="record-digest" value="${digestOf(record)}"/><property name="drill" value="${record.drill.id}"/><property name="kind" value="${record.scenario.kind}"/></properties>
${cases.map((each) => caseElement(each, name))}</testsuite>
`;
}

function caseElement({ name, group, timeMs, result, message, because }: Case, suite: string): Markup {
  const opening = markup`<testcase name="${name}" classname="${suite}.${group}" time="${seconds(timeMs)}"`;
  if (result === 'passed') return markup`${opening}/>\n`;
  if (result === 'skipped') return markup`${opening}><skipped message="${message}"/></testcase>\n`;
  const text = because.join('\n');
  return result === 'failure'
    ? markup`${opening}><failure message="${message}">${text}</failure></testcase>\n`
    : markup`${opening}><error message="${message}">${text}</error></testcase>\n`;
}

function counts(cases: readonly Case[]): Markup {
  const count = (result: Case['result']): number => cases.filter((each) => each.result === result).length;
  return markup` tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
