import type { Check, Plan, Step, StepKind, Trigger } from '../schema.ts';
import { stepKindOf } from '../steps.ts';

/** What a person does: a sentence, and where there is one the exact text to enter. */
export interface Instruction {
  readonly text: string;
  readonly enter: string | null;
}

/** What is done in the drill, said to a person. `onTheNight` may say something else for the real systems. */
export function drilledInstruction(step: Step, plan: Plan): Instruction {
  return INSTRUCTIONS[stepKindOf(step)](step, plan);
}

const INSTRUCTIONS: Readonly<Record<StepKind, (step: Step, plan: Plan) => Instruction>> = {
  run: (step) => ({ text: `Run this command${inService(step)}.`, enter: commandLine(step.run ?? []) }),
  sql: (step) => ({ text: `Run this SQL on ${step.in}.`, enter: step.sql ?? '' }),
  http: requestInstruction,
  backup: (step) => says(backupText(step)),
  restore: (step) => says(restoreText(step)),
  release: (step) => says(`Put release ${step.to} of ${step.release} in place. Do not start it.`),
  start: startInstruction,
  stop: (step) => says(`Stop ${step.stop}. Make sure that nothing of it is running any more.`),
  route: (step) => says(`Lead ${step.route} to ${step.to}.`),
  flow: flowInstruction,
  capture: (step, { delta }) => says(captureText(step, delta[step.capture ?? '']?.from)),
  replay: (step, { delta }) =>
    says(
      `Carry what was captured as ${step.replay} into ${delta[step.replay ?? '']?.to}. Its jobs stay held meanwhile.`,
    ),
  message: messageInstruction,
  wait: waitInstruction,
  manual: (step) => says(step.manual ?? ''),
  check: (step, plan) => says(`Check ${step.check}: ${checkQuestion(plan.checks[step.check ?? ''])}.`),
};

/** `onTheNight` first; what it leaves open is as drilled. */
export function nightInstruction(step: Step, plan: Plan): Instruction {
  const drilled = drilledInstruction(step, plan);
  const { run, text } = step.onTheNight ?? {};
  if (run !== undefined) return { text: text ?? 'Run this command on the real system.', enter: commandLine(run) };
  return text === undefined ? drilled : { text, enter: null };
}

function says(text: string): Instruction {
  return { text, enter: null };
}

function inService({ in: service }: Step): string {
  return service === undefined ? '' : ` in the folder of ${service}, with the addresses that ${service} uses`;
}

function captureText({ capture }: Step, from: string | undefined): string {
  return `Find out what was done in ${from} since the go-live, and keep it as ${capture}. Nobody may write there any more.`;
}

function flowInstruction({ flow = '', to }: Step, { flows }: Plan): Instruction {
  const command = to === 'running' ? flows[flow]?.start : flows[flow]?.stop;
  const where = command === undefined ? '' : ` in the folder of ${command.in}`;
  return {
    text: `${to === 'running' ? 'Start' : 'Stop'} the flow ${flow}${where}.`,
    enter: command === undefined ? null : commandLine(command.run),
  };
}

function messageInstruction({ message = '' }: Step, { messages }: Plan): Instruction {
  const planned = messages[message];
  if (planned === undefined) return says(`Send the message ${message}.`);
  return says(
    `Send the message ${message} to ${planned.audience} by ${planned.channel}. Its wording: ${planned.template ?? 'in the plan'}.`,
  );
}

function requestInstruction({ http, in: service }: Step): Instruction {
  const body = http?.json ?? http?.form;
  return {
    text: `Send this request to ${service}.`,
    enter: `${http?.method} ${http?.path}${body === undefined ? '' : `\n${JSON.stringify(body)}`}`,
  };
}

function backupText({ id, backup, formats }: Step): string {
  const how = formats === undefined ? '' : ` as ${listOf(formats)}`;
  return `Back up ${listOf(backup ?? [])}${how}. This restore point is called ${id}.`;
}

function restoreText({ restore, from, into }: Step): string {
  const where =
    into === 'over'
      ? 'Restore over what is there.'
      : 'Restore into an empty place: nothing of what is there now may be left in it.';
  return `Restore ${listOf(restore ?? [])} from the restore point ${from}. ${where}`;
}

function startInstruction({ start = '', jobs }: Step, plan: Plan): Instruction {
  const system = plan.systems[start];
  const commands = system?.kind === 'service' ? system.jobs : undefined;
  if (jobs === undefined || commands === undefined) return says(`Start ${start}.`);
  return jobs === 'held'
    ? { text: `Start ${start} with its background jobs held. They are held by:`, enter: commandLine(commands.hold) }
    : {
        text: `Start ${start}, then release its background jobs. They are released by:`,
        enter: commandLine(commands.release),
      };
}

function waitInstruction({ wait }: Step): Instruction {
  if (wait === undefined) return says('Wait.');
  if ('sql' in wait) return { text: `Wait until this query on ${wait.in} answers ${wait.is}.`, enter: wait.sql };
  return says(`Wait until ${wait.in} answers GET ${wait.http} with ${wait.status ?? 'any 2xx'}.`);
}

/** `deals-total` → what is asked of which system. */
export function checkQuestion(check: Check | undefined): string {
  if (check === undefined) return 'no such check';
  if (check.http !== undefined) return `GET ${check.http} of ${check.in}`;
  return check.run === undefined ? `a query on ${check.in}` : `a command for ${check.in}`;
}

/** The exact text of a check that can be entered, beyond its question. */
export function checkText(check: Check): string | undefined {
  return check.sql ?? (check.run === undefined ? undefined : commandLine(check.run));
}

export function checkExpectation(check: Check): string {
  const parts = [
    check.is === undefined ? '' : `is ${check.is === null ? 'nothing' : check.is}`,
    check.sameAs === undefined ? '' : 'as before the go-live',
    check.atLeast === undefined ? '' : `is at least ${check.atLeast}`,
    check.atMost === undefined ? '' : `is at most ${check.atMost}`,
    check.status === undefined ? '' : `answers ${check.status}`,
  ].filter((part) => part !== '');
  if (parts.length > 0) return parts.join(' and ');
  return check.run === undefined ? 'answers' : 'ends with exit code 0';
}

/** What is looked at, as text to enter where that is one. */
export function triggerQuestion({ sql, http, read, metric, measure, run, step, onTheNight }: Trigger): string {
  if (step !== undefined) return `how long ${step} has been at work, in per cent of its expected p90`;
  if (sql !== undefined) return sql;
  if (http === undefined) return commandLine(onTheNight?.run ?? run ?? []);
  const picked = metric === undefined ? (read ?? '') : metric.name;
  return `GET ${http}${measure === undefined ? `: ${picked}` : measure === 'time' ? ': milliseconds' : ': status'}`;
}

/** How long it must be red. */
export function triggerWindow({ readings, within }: Trigger): string {
  if (readings === 1) return 'at once';
  return within === undefined || within === readings ? `${readings} times in a row` : `${readings} times in ${within}`;
}

export function triggerLimit({ above, below }: Trigger): string {
  const parts = [above === undefined ? '' : `above ${above}`, below === undefined ? '' : `below ${below}`];
  return parts.filter((part) => part !== '').join(' or ');
}

/** Words with spaces or signs in quotes, so that a shell reads it as the list that was drilled. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
