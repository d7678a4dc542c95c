import { NEWS_EVERY_MS } from '../../catalogue/message-templates.ts';
import { countOf } from '../../kernel/count.ts';
import { parseDuration } from '../../kernel/duration.ts';
import { isRollproofError, messageOf, RollproofError } from '../../kernel/errors.ts';
import type { NodeOutcome } from '../../journal/journal.ts';
import { isAddress, type Recipient, recipientsOf } from '../../people/messages/audience.ts';
import { deliveriesOf, strangersIn } from '../../people/messages/deliveries.ts';
import { areAcknowledged, figuresOf } from '../../people/messages/figures.ts';
import type { Acknowledgement, Arrival, Inbox, Letter } from '../../people/messages/inbox.ts';
import { linkIn, writeLetters } from '../../people/messages/letters.ts';
import type { SentMessage } from '../../people/messages/sent-message.ts';
import { knownValues } from '../../people/messages/values.ts';
import { criticalPath, procedureGraph } from '../../plan/graph.ts';
import { type ComposedMessage, composeMessage, isSuccess } from '../../plan/messages.ts';
import type { Channel, Message, Step } from '../../plan/schema.ts';
import { gateState, type GateState } from '../../proof/message-gate.ts';
import { gatherEvidence, type Evidence } from '../../proof/evidence.ts';
import type { World } from '../world.ts';
import { noteRefusal } from './twists/deaf-channel.ts';
import { type Context, succeeded } from './context.ts';

export async function openInbox({ world }: Context): Promise<NodeOutcome> {
  world.inbox = await world.ports.makeInbox({ environment: world.environment });
  return succeeded('takes mail and posts');
}

/** Before anything changes: lists must not depend on the system that may be away when they are needed. */
export async function listAudiences({ world }: Context): Promise<NodeOutcome> {
  for (const [name, audience] of Object.entries(world.plan.audiences)) {
    const { list, addresses = [], roles = [] } = audience;
    const rows = list === undefined ? [] : await world.sqlStore(list.in).query(list.sql, { readOnly: true });
    const listed = rows.map((row) => {
      const [address, person] = Object.values(row);
      return { address: address ?? '', name: person ?? null };
    });
    const written = addresses.map((address) => ({ address, name: null }));
    world.audiences.set(name, recipientsOf([...listed, ...written, ...roles.map((role) => contactOf(world, role))]));
  }
  const sizes = [...world.audiences].map(([name, people]) => `${name} ${people.length}`);
  return succeeded(sizes.join(', '));
}

function contactOf(world: World, role: string): Recipient {
  const member = world.plan.team[role];
  return { address: member?.contacts?.find(isAddress) ?? role, name: member?.person ?? role };
}

interface Sending {
  readonly world: World;
  readonly name: string;
  readonly message: Message;
  readonly composed: ComposedMessage;
  readonly channel: Channel;
  readonly recipients: readonly Recipient[];
  readonly evidence: Evidence;
  readonly gate: GateState;
}

/**
 * Goes out only when its gate is open, whatever stands before it in the procedure. What becomes of it is judged later and
 * never stops the way back: nobody leaves a restore half done because a mail was refused.
 */
export async function sendMessage(context: Context, step: Step): Promise<NodeOutcome> {
  const sending = await prepared(context, step);
  const sent = sending.gate.heldBack === null ? await tryToSend(context, sending) : resultOf(sending, { letters: [] });
  if (sent === null) return succeeded('not sent: the inbox of the drill does not answer');
  await context.note('message', sent);
  await noteOpenAgain(context, sending, sent);
  return succeeded(detailOf(sent));
}

/** Law 12: an inbox of ours that is gone says nothing about the plan. Null then. */
async function tryToSend(context: Context, sending: Sending): Promise<SentMessage | null> {
  try {
    const sent = await sendAll(sending);
    await noteRefusal(context, sent);
    return await bySecondChannel(sending, sent);
  } catch (error) {
    context.signal.throwIfAborted();
    if (isRollproofError(error) && error.code === 'invariant-broken') throw error;
    const what = `the inbox of the drill does not answer: ${messageOf(error)}`;
    await context.note('trouble', { what, blame: 'rollproof', node: sending.name });
    return null;
  }
}

/** Only where the first one took nothing at all: nobody is told twice. */
async function bySecondChannel(sending: Sending, sent: SentMessage): Promise<SentMessage> {
  const { world, message } = sending;
  const channel = world.plan.channels[message.otherwise ?? ''];
  const [first] = sent.deliveries;
  const isLost = first !== undefined && sent.deliveries.every((one) => one.copies === 0);
  if (message.otherwise === undefined || channel === undefined || !isLost) return sent;
  const second = await sendAll({ ...sending, channel, message: { ...message, channel: message.otherwise } });
  return { ...second, insteadOf: { channel: message.channel, trouble: first.trouble ?? 'nothing arrived' } };
}

async function prepared(context: Context, step: Step): Promise<Sending> {
  const { world } = context;
  const { plan } = world;
  const name = step.message ?? '';
  const message = plan.messages[name];
  const channel = plan.channels[message?.channel ?? ''];
  if (message === undefined || channel === undefined)
    throw new RollproofError('plan-invalid', `there is no message ${name}, or no channel for it`);
  const composed = composeMessage(message);
  const { scenarioName, scenario } = world.request;
  const evidence = gatherEvidence({
    plan,
    scenarioName,
    scenario,
    events: await context.events(),
    partial: false,
    profile: 'fast',
    productionBytes: null,
  });
  const recipients = world.audiences.get(message.audience) ?? [];
  const gate = gateState(evidence, composed.gate);
  return { world, name, message, composed, channel, recipients, evidence, gate };
}

interface Done {
  readonly letters: readonly Letter[];
  readonly troubles?: ReadonlyMap<string, string>;
  readonly arrivals?: readonly Arrival[];
  readonly acknowledged?: ReadonlyMap<string, Acknowledgement>;
  readonly beganMs?: number;
}

async function sendAll(sending: Sending): Promise<SentMessage> {
  const { world } = sending;
  const inbox = inboxOf(world);
  const beganMs = world.ports.clock.monotonicMs();
  const letters = lettersOf(sending, inbox);
  const troubles = new Map<string, string>();
  await Promise.all(
    letters.map(async (letter) => {
      const isDeliverable = letter.over.kind === 'webhook' || isAddress(letter.to);
      const trouble = isDeliverable ? await inbox.send(letter) : 'is no e-mail address';
      if (trouble !== null) troubles.set(letter.to, trouble);
    }),
  );
  const before = sending.evidence.all('message').filter((one) => one.message === sending.name).length;
  // A message that two steps send is judged each time by what came since.
  const arrivals = (await inbox.arrived()).filter((one) => before === 0 || one.atMs >= beganMs);
  const acknowledged = await acknowledgeAll(inbox, letters, arrivals);
  return resultOf(sending, { letters, troubles, arrivals, acknowledged, beganMs });
}

function inboxOf({ inbox }: World): Inbox {
  if (inbox === null) throw new RollproofError('environment-not-ready', 'the drill has no inbox');
  return inbox;
}

function lettersOf(sending: Sending, inbox: Inbox): readonly Letter[] {
  const { world, name, message, composed, channel, recipients } = sending;
  return writeLetters({
    message: name,
    plan: world.plan.name,
    wording: composed,
    values: knownValues(situationOf(sending), message.fields),
    recipients,
    channel,
    channelName: message.channel,
    acknowledge: message.acknowledge,
    inbox,
  });
}

function situationOf(sending: Sending): Parameters<typeof knownValues>[0] {
  const { world, message, recipients, evidence, gate } = sending;
  return {
    ...promisesOf(world),
    environment: world.request.drill,
    audience: message.audience,
    recipients: recipients.length,
    nowMs: world.ports.clock.wallMs(),
    newsEveryMs: NEWS_EVERY_MS,
    noticed: noticedBy(evidence),
    decidedAtMs: gate.wallOf('decided'),
    verifiedAtMs: gate.wallOf('verified'),
  };
}

type Promised = 'plan' | 'zone' | 'decider' | 'decideWithinMs' | 'limitMs' | 'expectedMs';

/** What the plan says about times and people. */
function promisesOf(world: World): Pick<Parameters<typeof knownValues>[0], Promised> {
  const { name, window, decision, objectives } = world.plan;
  return {
    plan: name,
    zone: /([+-]\d{2}:\d{2})$/.exec(window?.opens ?? '')?.[1] ?? 'Z',
    decider: decision === undefined ? null : personOf(world, decision.by),
    decideWithinMs: millisecondsOf(decision?.within),
    limitMs: millisecondsOf(objectives.rto?.limit),
    expectedMs: expectedOf(world),
  };
}

function personOf({ plan }: World, role: string): string {
  return plan.team[role]?.person ?? role;
}

function millisecondsOf(duration: string | undefined): number | null {
  return parseDuration(duration ?? '') ?? null;
}

function noticedBy(evidence: Evidence): string | null {
  const detection = evidence.all('detection').at(-1);
  if (detection === undefined) return null;
  return detection.by === 'referee' ? 'the referee of the drill' : `the ${detection.by} ${detection.name}`;
}

/** By the plan's own expectation; without one, what is allowed at most. */
function expectedOf({ plan, wayBack }: World): number | null {
  const procedure = plan.procedures[wayBack];
  const path = procedure === undefined ? 0 : criticalPath(procedure, procedureGraph(procedure)).p90Ms;
  return path > 0 ? path : millisecondsOf(plan.objectives.rto?.limit);
}

/** The drill's reader: opens what arrived and follows the link in it. */
async function acknowledgeAll(
  inbox: Inbox,
  letters: readonly Letter[],
  arrivals: readonly Arrival[],
): Promise<ReadonlyMap<string, Acknowledgement>> {
  const asked = letters.filter((letter) => letter.linkPath !== null);
  const answers = await Promise.all(
    asked.map(async (letter) => {
      const arrival = arrivals.find((one) => one.message === letter.message && one.to === letter.to);
      const path = arrival === undefined ? null : linkIn(arrival.text);
      return path === null ? [] : [[letter.to, await inbox.acknowledge(path)] as const];
    }),
  );
  return new Map(answers.flat());
}

function resultOf(sending: Sending, done: Done): SentMessage {
  const { world, name, message, composed, channel, recipients, gate } = sending;
  const { letters, troubles = new Map(), arrivals = [], acknowledged = new Map() } = done;
  const beganMs = done.beganMs ?? world.ports.clock.monotonicMs();
  return {
    message: name,
    template: message.template ?? null,
    kind: composed.kind,
    subject: letters[0]?.subject ?? '',
    channel: message.channel,
    over: channel.kind,
    audience: message.audience,
    people: recipients.length,
    gate: composed.gate,
    gateAtMs: gate.openedAtMs ?? beganMs,
    withinMs: millisecondsOf(message.within),
    heldBack: gate.heldBack,
    beganMs,
    acknowledge: message.acknowledge,
    readBy: 'drill',
    deliveries: deliveriesOf({ letters, troubles, arrivals, acknowledged }),
    strangers: strangersIn({ letters, arrivals }),
  };
}

/** t7: everything that tells success has been acknowledged by enough of each audience. */
async function noteOpenAgain(
  context: Context,
  { world, evidence, composed }: Sending,
  sent: SentMessage,
): Promise<void> {
  const { plan } = world;
  if (composed.kind !== 'success') return;
  const wanted = world.stepsBack().flatMap((one) => (isSuccess(plan, one.message) ? (one.message ?? []) : []));
  if (!areAcknowledged(wanted, [...evidence.all('message'), sent])) return;
  await context.note('instant', {
    name: 't7',
    note: 'assumed: the drill’s own reader acknowledged, so the time of people is not in it',
  });
}

function detailOf(sent: SentMessage): string {
  if (sent.heldBack !== null) return `held back: ${sent.heldBack.sentence}`;
  const { recipients, delivered, acknowledged } = figuresOf(sent);
  const what = countOf(recipients, sent.over === 'smtp' ? 'mail' : 'post');
  const read = sent.acknowledge ? `, ${acknowledged} acknowledged by the drill’s reader` : '';
  return `${delivered} of ${what} delivered${read}`;
}
