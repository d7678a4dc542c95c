import type { Asked, Held } from '../../../flow/stop-certificate.ts';
import { figuresOf } from '../../../people/messages/figures.ts';
import { problemsOf } from '../../../people/messages/problems.ts';
import { gatherEvidence, originOf } from '../../../proof/evidence.ts';
import type { World } from '../../world.ts';
import type { Context } from '../context.ts';
import type { LookRequest } from './flow-questions.ts';

/** By a check, by a message of the plan, or by both: then both must hold. */
export async function toldOf(
  context: Context,
  { name, flow }: LookRequest,
  byCheck: Asked<Held>,
): Promise<Asked<Held>> {
  if (flow.tell === undefined) return byCheck;
  const byMessage: Asked<Held> = { found: await messageHolds(context, { flow: name, message: flow.tell }) };
  if (flow.stopped.told === undefined) return byMessage;
  if ('why' in byCheck) return byCheck;
  return byCheck.found.holds ? byMessage : byCheck;
}

interface Telling {
  readonly flow: string;
  readonly message: string;
}

/** Sent after the flow was stopped, and there. One that was sent before tells of something that was not so yet. */
async function messageHolds(context: Context, { flow, message }: Telling): Promise<Held> {
  const { world } = context;
  const { plan, scenarioName, scenario } = world.request;
  const events = await context.events();
  const given = { plan, scenarioName, scenario, events };
  const evidence = gatherEvidence({ ...given, partial: false, profile: 'fast', productionBytes: null });
  const stop = stopStep(world, flow);
  const stoppedAt = evidence.nodes.find(({ node }) => node.id === stop)?.endAt ?? null;
  const sent = evidence.all('message').findLast((one) => one.message === message);
  const no = (answer: string): Held => ({ name: message, holds: false, answer });
  if (sent === undefined) return no('it was not sent');
  if (sent.heldBack !== null) return no(`it was held back: ${sent.heldBack.sentence}`);
  if (stoppedAt !== null && sent.beganMs - originOf(events) < stoppedAt)
    return no(`it was sent before ${flow} was stopped`);
  const [problem] = problemsOf(sent);
  const { delivered, recipients, deliveredMs } = figuresOf(sent);
  if (deliveredMs === null) return no(problem?.sentence ?? 'it did not arrive');
  return { name: message, holds: true, answer: `${message}: ${delivered} of ${recipients} delivered after the stop` };
}

/** The node of the step that stops it, where the rollback has one. */
function stopStep(world: World, flow: string): string | null {
  const { rollback } = world.request.scenario;
  const step = world.plan.procedures[rollback]?.steps.find((one) => one.flow === flow && one.to === 'stopped');
  return step === undefined ? null : `${rollback}.${step.id}`;
}
