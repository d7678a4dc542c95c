import { messageOf } from '../kernel/errors.ts';
import type { HttpAnswer, HttpClient, HttpSend } from './http-client.ts';
import type { Pacer } from './pacer.ts';
import { afterCookies, cookieHeader, type Session } from './session.ts';
import { fillJson, fillPath, fillText, type TemplateValues } from './template.ts';
import type { UserRequest } from './user-group.ts';

/** One user's way to the service. */
export interface Visit {
  readonly client: HttpClient;
  readonly pacer: Pacer;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly user: string;
  readonly nowMs: () => number;
  session: Session;
}

export type Reply = HttpAnswer | { readonly failure: string };

/** Fills in the plan's request and sends it. */
export function ask(visit: Visit, request: UserRequest, values: TemplateValues): Promise<Reply> {
  return send(visit, { method: request.method, path: fillPath(request.path, values), ...contentOf(request, values) });
}

export type Letter = Pick<HttpSend, 'method' | 'path' | 'body'> & { readonly contentType?: string };

/** Sends with the user's cookies and keeps those that come back. Only an abort throws. */
export async function send(visit: Visit, letter: Letter): Promise<Reply> {
  await visit.pacer.turn(visit.signal);
  const cookie = cookieHeader(visit.session, letter.path);
  try {
    const answer = await visit.client.send({
      method: letter.method,
      path: letter.path,
      headers: {
        accept: 'application/json',
        ...(letter.contentType === undefined ? {} : { 'content-type': letter.contentType }),
        ...(cookie === undefined ? {} : { cookie }),
      },
      ...(letter.body === undefined ? {} : { body: letter.body }),
      timeoutMs: visit.timeoutMs,
      signal: visit.signal,
    });
    visit.session = afterCookies(visit.session, answer.headers['set-cookie'] ?? [], visit.nowMs());
    return answer;
  } catch (error) {
    visit.signal.throwIfAborted();
    return { failure: messageOf(error) };
  }
}

function contentOf(request: UserRequest, values: TemplateValues): Pick<Letter, 'body' | 'contentType'> {
  if (request.json !== undefined)
    return { contentType: 'application/json', body: JSON.stringify(fillJson(request.json, values)) };
  if (request.form === undefined) return {};
  return formContent(Object.entries(request.form).map(([name, text]) => [name, fillText(text, values)]));
}

export function formContent(
  fields: readonly (readonly [string, string])[],
): Required<Pick<Letter, 'body' | 'contentType'>> {
  const body = new URLSearchParams(fields.map(([name, text]): [string, string] => [name, text])).toString();
  return { contentType: 'application/x-www-form-urlencoded', body };
}

/** The program is broken, busy or not there: that says nothing about what the user may do. */
export function saysNothing(status: number): boolean {
  return status >= 500 || status === 408 || status === 429;
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // why: an answer that is not JSON has no value at any path
  }
}
