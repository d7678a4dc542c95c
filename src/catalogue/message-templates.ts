/** What must have happened before a message may go out, earliest first. */
export const GATES = ['decided', 'verified', 'open'] as const;
export type Gate = (typeof GATES)[number];

export const TEMPLATE_IDS = ['C1', 'C2', 'C3', 'C4', 'C5', 'C6', 'C7', 'C8'] as const;
export type TemplateId = (typeof TEMPLATE_IDS)[number];

export interface MessageTemplate {
  readonly id: TemplateId;
  readonly name: string;
  /** `success` says that something works again, so it waits until that has been verified. */
  readonly kind: 'news' | 'success';
  readonly gate: Gate | null;
  readonly subject: string;
  readonly text: string;
}

/** Texts for people who did not read the plan. `{…}` is a field: known to Rollproof, or given by the plan. */
export const MESSAGE_TEMPLATES: Readonly<Record<TemplateId, MessageTemplate>> = {
  C1: {
    id: 'C1',
    name: 'Freeze',
    kind: 'news',
    gate: null,
    subject: 'Please change nothing in {legacy} from {freeze} on',
    text: `From {freeze} on, please leave the data in {legacy} as it is. You can still look things up.
Something cannot wait? Write it on the {logSheet}; it is entered for you afterwards.
We write again at {nextUpdate} at the latest.`,
  },
  C2: {
    id: 'C2',
    name: 'Holding',
    kind: 'news',
    gate: null,
    subject: 'A planned stop: we are checking {topic}',
    text: `We have come to a planned stop and are checking {topic}. You need to do nothing.
Please stay out of {new} until we write again, at {nextUpdate} at the latest.`,
  },
  C3: {
    id: 'C3',
    name: 'Considering',
    kind: 'news',
    gate: null,
    subject: '{plan}: a decision is needed by {deadline}',
    text: `{noticed} asks for a decision: repair {new}, or go back to {legacy}.
{decider} decides, by {deadline}. Going back may take {limit} at most.
Please keep your people within reach.`,
  },
  C4: {
    id: 'C4',
    name: 'Going back',
    kind: 'news',
    gate: 'decided',
    subject: 'We return to {legacy}: please stop working in {new} now',
    text: `We are going back to {legacy}. Please stop typing in {new} now, and leave on your screen what is not saved.
Note down what you were doing.
{legacy} is expected back at about {eta}. We write again at {nextUpdate} at the latest, also about what becomes of your entries in {new}.`,
  },
  C5: {
    id: 'C5',
    name: 'Open again',
    kind: 'success',
    gate: 'verified',
    subject: '{legacy} is open again',
    text: `{legacy} is open again: {address}. It was checked at {verifiedAt}, before anybody was let in.
Please do not use {new} any more.
Something is missing or looks wrong? Call {phone}.`,
  },
  C6: {
    id: 'C6',
    name: 'Partner',
    kind: 'news',
    gate: 'decided',
    subject: 'Our new connection is paused',
    text: `Our new connection is paused since {decidedAt}. Please send to {endpoint} again, as you did before the change.
What was sent between {from} and {until} is held here: {resend}.
Your contact: {contact}.`,
  },
  C7: {
    id: 'C7',
    name: 'Executive brief',
    kind: 'news',
    gate: 'verified',
    subject: '{plan}: what happened, and what comes next',
    text: `Decision: go back, by {decider} at {decidedAt}. Cause: {cause}.
From the decision until now: {took}; agreed limit: {limit}. Checked at {verifiedAt}.
Data: {data}.
The next attempt comes not before {condition}.`,
  },
  C8: {
    id: 'C8',
    name: 'Exercise',
    kind: 'news',
    gate: null,
    subject: 'Rehearsal of {plan}',
    text: `{plan} is being rehearsed in the environment {environment}. Do only what your card says.
A real problem? Say “no duff” and call {phone}.`,
  },
};

/** News at least that often, also when there is none. */
export const NEWS_EVERY_MS = 30 * 60_000;

export interface KnownField {
  readonly says: string;
  /** Not known before. */
  readonly needs: Gate | null;
  /** Part of the plan that it is computed from. */
  readonly from: 'decision' | 'decision.within' | 'objectives.rto' | 'expectations' | null;
}

/** Fields that Rollproof fills in by itself. */
export const KNOWN_FIELDS: Readonly<Record<string, KnownField>> = {
  plan: { says: 'name of the plan', needs: null, from: null },
  environment: { says: 'name of the environment', needs: null, from: null },
  audience: { says: 'name of the audience', needs: null, from: null },
  recipients: { says: 'people in the audience', needs: null, from: null },
  time: { says: 'when it is sent', needs: null, from: null },
  nextUpdate: { says: 'half an hour after it is sent', needs: null, from: null },
  decider: { says: 'who decides', needs: null, from: 'decision' },
  deadline: { says: 'until when it is decided', needs: null, from: 'decision.within' },
  limit: { says: 'how long a rollback may take', needs: null, from: 'objectives.rto' },
  noticed: { says: 'what noticed the damage', needs: 'decided', from: null },
  decidedAt: { says: 'when it was decided', needs: 'decided', from: null },
  took: { says: 'time since the decision', needs: 'decided', from: null },
  eta: { says: 'when the old system is expected back', needs: 'decided', from: 'expectations' },
  verifiedAt: { says: 'when the last check had passed', needs: 'verified', from: null },
};

export function isBehindGate(gate: Gate | null, wanted: Gate | null): boolean {
  return positionOf(gate) >= positionOf(wanted);
}

export function laterGate(one: Gate | null, other: Gate | null): Gate | null {
  return isBehindGate(one, other) ? one : other;
}

function positionOf(gate: Gate | null): number {
  return gate === null ? -1 : GATES.indexOf(gate);
}
