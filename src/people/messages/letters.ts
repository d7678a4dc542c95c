import { digestOf } from '../../kernel/digest.ts';
import { fillFields } from '../../kernel/fields.ts';
import type { Recipient } from './audience.ts';
import { markExercise, type Wording } from './exercise.ts';
import type { Inbox, Letter, WebhookShape } from './inbox.ts';

export interface LetterRequest {
  readonly message: string;
  readonly plan: string;
  readonly wording: Wording;
  readonly values: Readonly<Record<string, string>>;
  readonly recipients: readonly Recipient[];
  /** A webhook posts once, into the channel of this name. */
  readonly channel: { readonly kind: 'smtp' } | { readonly kind: 'webhook'; readonly shape: WebhookShape };
  readonly channelName: string;
  readonly acknowledge: boolean;
  readonly inbox: Pick<Inbox, 'address' | 'secret'>;
}

/** One letter a person, each with a link of its own; a post reaches all of its audience with one. */
export function writeLetters(request: LetterRequest): readonly Letter[] {
  const { channel, channelName, recipients } = request;
  const people = channel.kind === 'webhook' ? [{ address: channelName, name: null }] : recipients;
  return people.map((person) => writeLetter(request, person));
}

function writeLetter(request: LetterRequest, { address, name }: Recipient): Letter {
  const { message, wording, values, inbox } = request;
  const token = request.acknowledge ? acknowledgementToken(inbox.secret, { message, to: address }) : null;
  const linkPath = token === null ? null : `${LINK_PATH}${token}`;
  const text = fillFields(wording.text, values);
  const asked =
    linkPath === null ? text : `${text}\n\nPlease confirm that you have read this: ${inbox.address}${linkPath}`;
  const marked = markExercise({ subject: fillFields(wording.subject, values), text: asked }, request.plan);
  return { message, over: request.channel, to: address, name, ...marked, linkPath };
}

const LINK_PATH = '/acknowledge/';

export function acknowledgementToken(secret: string, whose: { readonly message: string; readonly to: string }): string {
  return digestOf({ secret, ...whose }).slice('sha256:'.length, 'sha256:'.length + 32);
}

/** The path of the link that stands in a text as it arrived. */
export function linkIn(text: string): string | null {
  return /\/acknowledge\/[0-9a-f]{32}(?![0-9a-f])/.exec(text)?.[0] ?? null;
}
