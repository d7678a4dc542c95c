import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
const ATTEMPTS = 3;
const POLL_MS = 50;

/** Returns `{status, json}`; throws when there is no answer. */
export async function callPartner(base, { method = 'GET', path, token, body }) {
  const response = await fetch(new URL(path, base), {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    throw new Error(`the partner at ${base} does not answer: ${error.cause?.message ?? error.message}`);
  });
  return { status: response.status, json: await response.json().catch(() => ({})) };
}

export async function tellPartner(base, request) {
  const reply = await callPartner(base, request);
  if (reply.status >= 300)
    throw new Error(
      `the partner answered ${reply.status} to ${request.method ?? 'GET'} ${request.path}: ${reply.json.error ?? ''}`,
    );
  return reply.json;
}

/** A refused credential is not tried again: it will not become valid. */
export async function deliverToPartner(base, request) {
  for (let attempt = 1; ; attempt += 1) {
    let problem;
    try {
      const { status, json } = await callPartner(base, { ...request, method: 'POST' });
      if (status < 300) return json;
      problem = new Error(`the partner answered ${status} to ${request.path}: ${json.error ?? ''}`);
      if (status === 401) throw Object.assign(problem, { isFinal: true });
    } catch (error) {
      problem = error;
    }
    if (problem.isFinal || attempt === ATTEMPTS) throw problem;
    await delay(100 * attempt);
  }
}

export async function waitUntil(isSo, { forMs, what }) {
  const end = Date.now() + forMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what} after ${forMs / 1000} s`);
    await delay(POLL_MS);
  }
}
