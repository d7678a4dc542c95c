import type { WebhookShape } from './inbox.ts';

export interface Post {
  readonly message: string;
  readonly subject: string;
  readonly text: string;
}

/** The body that a chat’s incoming webhook takes. */
export function postBody(shape: WebhookShape, { message, subject, text }: Post): unknown {
  switch (shape) {
    case 'slack':
      return {
        text: escapeSlack(subject),
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: subject } },
          { type: 'section', text: { type: 'mrkdwn', text: escapeSlack(text) } },
        ],
      };
    case 'teams':
      return {
        type: 'message',
        attachments: [
          {
            contentType: 'application/vnd.microsoft.card.adaptive',
            content: {
              type: 'AdaptiveCard',
              version: '1.4',
              body: [
                { type: 'TextBlock', text: subject, weight: 'Bolder', wrap: true },
                { type: 'TextBlock', text, wrap: true },
              ],
            },
          },
        ],
      };
    case 'json':
      return { message, subject, text };
  }
}

/** What a reader of the chat sees, whatever the shape. Null: no post of a known shape. */
export function readPost(body: unknown): { readonly subject: string; readonly text: string } | null {
  const slack = textsAt(body, ['blocks'], (block) => unescapeSlack(at(at(block, 'text'), 'text')));
  const teams = textsAt(at(at(firstOf(at(body, 'attachments')), 'content'), 'body'), [], (block) => at(block, 'text'));
  const [subject, text] = slack.length === 2 ? slack : teams;
  if (subject !== undefined && text !== undefined) return { subject, text };
  const [plainSubject, plainText] = [at(body, 'subject'), at(body, 'text')];
  return typeof plainSubject === 'string' && typeof plainText === 'string'
    ? { subject: plainSubject, text: plainText }
    : null;
}

function textsAt(value: unknown, path: readonly string[], read: (item: unknown) => unknown): readonly string[] {
  const list = path.reduce<unknown>(at, value);
  return Array.isArray(list) ? list.map(read).filter((text) => typeof text === 'string') : [];
}

function at(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, key) as unknown) : undefined;
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : undefined;
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescapeSlack(text: unknown): unknown {
  return typeof text === 'string'
    ? text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
    : undefined;
}
