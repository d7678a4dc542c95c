import { messageOf, RollproofError } from '../../kernel/errors.ts';

const MAX_BODY_BYTES = 16 * 2 ** 20;

/** One GET on a real address. A redirect is an answer. Throws `could-not-read` when none came. */
export async function getUrl(
  base: string,
  path: string,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly body: string }> {
  try {
    const answer = await fetch(new URL(`${base.replace(/\/$/, '')}${path}`), {
      redirect: 'manual',
      headers: { 'user-agent': 'rollproof' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, body: await textOf(answer) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new RollproofError('could-not-read', `no answer to GET ${path} (${messageOf(cause)})`, { cause: error });
  }
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new RangeError(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
