import { createTransport } from 'nodemailer';
import { messageOf } from '../../kernel/errors.ts';

const ANSWER_MS = 15_000;

/** Null when it was taken, else why not. The address is a secret and is in no message. */
export async function sendPost(address: string, body: unknown): Promise<string | null> {
  try {
    const answer = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? null : `status ${answer.status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

export interface AlertMail {
  /** smtp:// or smtps://, with user and password where needed. */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
}

export async function sendMail({ server, from, to, subject, text }: AlertMail): Promise<string | null> {
  const timeouts = { connectionTimeout: ANSWER_MS, greetingTimeout: ANSWER_MS, socketTimeout: ANSWER_MS };
  const transport = createTransport({ url: server, ...timeouts });
  try {
    const sent = (await transport.sendMail({
      from,
      to: [...to],
      subject,
      text,
      disableUrlAccess: true,
      disableFileAccess: true,
    })) as { readonly rejected?: readonly unknown[] };
    const refused = sent.rejected?.length ?? 0;
    return refused === 0 ? null : `${refused} of ${to.length} recipients were refused`;
  } catch (error) {
    return reasonOf(error);
  } finally {
    transport.close();
  }
}

/** Only the code where there is one: messages may quote the address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return cause instanceof Error && cause.name === 'TimeoutError' ? `no answer within ${ANSWER_MS} ms` : nameOf(cause);
}

function nameOf(error: unknown): string {
  return error instanceof Error && error.message.length < 60 && !/:\/\//.test(error.message)
    ? messageOf(error)
    : 'it could not be sent';
}
