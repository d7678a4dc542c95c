import { parseDuration } from '../../../kernel/duration.ts';
import type { Completion } from '../../../kernel/completion.ts';
import { messageOf, RollproofError } from '../../../kernel/errors.ts';
import type { Asked } from '../../../flow/stop-certificate.ts';
import type { Check, Flow } from '../../../plan/schema.ts';
import type { LoggedChange } from '../../../subject/change-log.ts';
import type { World } from '../../world.ts';
import { answerOf, placeOf } from '../checks.ts';
import type { Context } from '../context.ts';

/** A command of a flow, in the program whose affair it is. */
export async function runIn({ world, signal }: Context, command: Flow['start'], name: string): Promise<Completion> {
  const [program, ...words] = command.run;
  if (program === undefined) throw new RollproofError('plan-invalid', 'a command has no words');
  const timeoutMs = parseDuration(command.timeout) ?? 60_000;
  return world.program(command.in).run([program, ...words], { name, timeoutMs, signal });
}

/** One look at a flow that shall be stopped. */
export interface LookRequest {
  readonly name: string;
  readonly flow: Flow;
  readonly when: 'verify' | 'watch';
}

export async function asking<P, T>(
  part: P | undefined,
  unless: string,
  how: (part: P) => Promise<T>,
): Promise<Asked<T>> {
  if (part === undefined) return { why: unless };
  try {
    return { found: await how(part) };
  } catch (error) {
    return { why: `could not be asked: ${messageOf(error)}` };
  }
}

type Probe = NonNullable<Flow['watermark']>['from'];

export async function valueOf(world: World, probe: Probe): Promise<string> {
  const check: Check = { ...probe, timeout: '30s', is: '' };
  return answerOf(check, placeOf(world));
}

export function summary(changes: readonly LoggedChange[]): readonly string[] {
  const counted = new Map<string, number>();
  for (const { operation, part, role } of changes) {
    const what = `${operation} in ${part} by ${role}`;
    counted.set(what, (counted.get(what) ?? 0) + 1);
  }
  return [...counted].map(([what, times]) => (times === 1 ? what : `${times} × ${what}`));
}
