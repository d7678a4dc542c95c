import { messageOf } from '../../kernel/errors.ts';
import { unixHttpClient } from './unix-client.ts';

export interface HttpProbe {
  readonly socketPath: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export type HttpProbeResult =
  | { readonly answered: true; readonly status: number; readonly body: string; readonly tookMs: number }
  | { readonly answered: false; readonly why: string; readonly tookMs: number };

/** One GET on a connection of its own: for readiness and for checks. Only an abort throws. */
export async function probeHttp(probe: HttpProbe): Promise<HttpProbeResult> {
  const began = performance.now();
  await using client = unixHttpClient({ socketPath: probe.socketPath });
  try {
    const { path, timeoutMs, signal } = probe;
    const answer = await client.send({ method: 'GET', path, timeoutMs, ...(signal === undefined ? {} : { signal }) });
    return { answered: true, status: answer.status, body: answer.body, tookMs: performance.now() - began };
  } catch (error) {
    probe.signal?.throwIfAborted();
    return { answered: false, why: messageOf(error), tookMs: performance.now() - began };
  }
}
