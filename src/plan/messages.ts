import { type Gate, isBehindGate, laterGate, MESSAGE_TEMPLATES } from '../catalogue/message-templates.ts';
import type { Message, Plan } from './schema.ts';

/** A message with the wording and the gate of its template. */
export interface ComposedMessage {
  readonly kind: 'news' | 'success';
  readonly subject: string;
  readonly text: string;
  readonly gate: Gate | null;
}

/** Whatever the plan says, what tells success waits for `verified`. */
export function composeMessage(message: Message): ComposedMessage {
  const { kind, subject, text, gate } = wordingOf(message);
  const later = laterGate(gate, message.after ?? null);
  return { kind, subject, text, gate: kind === 'success' ? laterGate(later, 'verified') : later };
}

function wordingOf({ template, kind = 'news', subject = '', text = '' }: Message): ComposedMessage {
  return template === undefined ? { kind, subject, text, gate: null } : MESSAGE_TEMPLATES[template];
}

export function isSuccess(plan: Plan, message: string | undefined): boolean {
  const found = message === undefined ? undefined : plan.messages[message];
  return found !== undefined && composeMessage(found).kind === 'success';
}

/** Must the restored systems be open before it goes out? */
export function waitsForOpen(plan: Plan, message: string | undefined): boolean {
  const found = message === undefined ? undefined : plan.messages[message];
  return found !== undefined && (composeMessage(found).kind === 'success' || isBehindGate(found.after ?? null, 'open'));
}
