import type { Plan, Step, StepKind, System, SystemState } from '../schema.ts';
import { stepKindOf } from '../steps.ts';
import { checkExpectation, checkQuestion, checkText, listOf } from './wording.ts';

/** By what a person sees that a step has done what it should. */
export function expectedResults(step: Step, plan: Plan): readonly string[] {
  return RESULTS[stepKindOf(step)](step, plan);
}

const RESULTS: Readonly<Record<StepKind, (step: Step, plan: Plan) => readonly string[]>> = {
  run: () => ['The command ends with exit code 0. That alone proves nothing: the checks behind it do.'],
  sql: () => ['It ends without an error.'],
  http: (step) => [`${step.in} answers ${step.http?.status ?? 'with a status from 200 to 299'}.`],
  backup: () => ['It ends without an error.', 'Size and checksum of every file are noted below.'],
  restore: () => ['It ends without an error and without a message that nobody can explain.'],
  release: (step, plan) => [`The files of release ${step.to} are in place.`, ...versionLine(step, plan)],
  start: ({ start = '' }, { systems }) => readyLine(start, systems[start]),
  stop: (step) => [`${step.stop} answers nobody any more.`],
  route: (step) => [`Users reach ${step.to} through ${step.route}.`],
  flow: flowResult,
  capture: () => ['Log of changes and difference of the readings agree; what they do not agree about is listed.'],
  replay: () => ['Every captured record is replayed, or parked with an owner. None is left over.'],
  message: ({ message = '' }, { messages }) => [`${messages[message]?.audience ?? 'The audience'} has it.`],
  wait: () => ['The answer is there.'],
  manual: () => ['A person has done it and says so below.'],
  check: ({ check = '' }, { checks }) => [
    `The answer ${checks[check] === undefined ? 'is as expected' : checkExpectation(checks[check])}.`,
  ],
};

function flowResult({ flow = '', to }: Step, { flows }: Plan): readonly string[] {
  const { armed, stopped } = flows[flow] ?? {};
  const checks =
    to === 'running' ? [armed] : [stopped?.producer, stopped?.credential, ...(stopped?.nothingRearms ?? [])];
  const named = checks.flatMap((check) => check ?? []);
  return named.length === 0 ? [`${flow} is ${to}.`] : [`These checks hold: ${named.join(', ')}.`];
}

function readyLine(name: string, system: System | undefined): readonly string[] {
  return system?.kind === 'service'
    ? [`GET ${system.ready.http} of ${name} answers within ${system.ready.within}.`]
    : [];
}

/** Old code on the new database often works silently, and the reverse. */
function versionLine({ release = '', to = '' }: Step, plan: Plan): readonly string[] {
  const system = plan.systems[release];
  const expects = system?.kind === 'service' ? system.releases[to]?.expects : undefined;
  return expects === undefined
    ? []
    : [`Before it is started, on ${expects.in}: ${expects.sql} must answer ${expects.is}.`];
}

export interface StateCheck {
  readonly system: string;
  readonly what: string;
  readonly expected: string;
  /** What can be entered to find out; null where `what` says it already. */
  readonly enter: string | null;
}

/** What must hold of a state, one line for each thing that somebody looks at. */
export function stateChecks(plan: Plan, stateName: string): readonly StateCheck[] {
  const state = plan.states[stateName];
  if (state === undefined) return [];
  const lines = Object.entries(state.systems).flatMap(([system, wanted]) => systemChecks(plan, { system, wanted }));
  return [...lines, ...state.access.flatMap((group) => accessChecks(plan, group))];
}

function systemChecks(
  plan: Plan,
  { system, wanted }: { readonly system: string; readonly wanted: SystemState },
): readonly StateCheck[] {
  if (typeof wanted === 'string') return [{ system, what: 'leads to', expected: wanted, enter: null }];
  const { release, is, equals, untouched } = wanted;
  const program = [is, release === undefined ? undefined : `release ${release}`].filter((part) => part !== undefined);
  const said: readonly (readonly [string, string | undefined])[] = [
    ['the program', program.length === 0 ? undefined : listOf(program)],
    ['holds exactly what is in the restore point', equals],
    ['was not touched', untouched === true ? 'untouched' : undefined],
  ];
  const own = said.flatMap(([what, expected]) =>
    expected === undefined ? [] : [{ system, what, expected, enter: null }],
  );
  return [...own, ...(wanted.checks ?? []).map((name) => checkLine(plan, { system, name }))];
}

function checkLine(plan: Plan, { system, name }: { readonly system: string; readonly name: string }): StateCheck {
  const check = plan.checks[name];
  if (check === undefined) return { system, what: name, expected: '', enter: null };
  return {
    system,
    what: `${name}: ${checkQuestion(check)}`,
    expected: checkExpectation(check),
    enter: checkText(check) ?? null,
  };
}

function accessChecks(plan: Plan, group: string): readonly StateCheck[] {
  const users = plan.users[group];
  if (users === undefined) return [];
  const abilities = listOf(Object.keys(users.can));
  const anonymous = {
    system: users.login.in,
    what: `without logging in: ${listOf(users.anonymous.map((path) => `GET ${path}`))}`,
    expected: 'as before the go-live',
    enter: null,
  };
  return [
    {
      system: users.login.in,
      what: `one user of each role of ${group} logs in${abilities === '' ? '' : `; ${abilities}`}`,
      expected: 'can do what they could before',
      enter: null,
    },
    ...(users.anonymous.length === 0 ? [] : [anonymous]),
  ];
}
