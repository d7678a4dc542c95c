import { parseJson, type Reply, saysNothing, send, type Visit } from './visit.ts';

/** What somebody without a login gets at one address. */
export interface AnonymousProbe {
  readonly path: string;
  readonly kind: 'refused' | 'sent away' | 'missing' | 'empty' | 'open' | 'unknown';
  /** For people: `refused 401`, `answers 200 with 12 entries, 812 bytes`. */
  readonly outcome: string;
  /** Entries of all lists in a JSON answer, null for other content. */
  readonly entries: number | null;
}

export async function probeAnonymously(visit: Visit, path: string): Promise<AnonymousProbe> {
  const reply = await send(visit, { method: 'GET', path });
  return { path, ...describe(reply) };
}

function describe(reply: Reply): Omit<AnonymousProbe, 'path'> {
  if ('failure' in reply) return { kind: 'unknown', outcome: `unknown: ${reply.failure}`, entries: null };
  const { status } = reply;
  if (saysNothing(status)) return { kind: 'unknown', outcome: `unknown: answers ${status}`, entries: null };
  if (status >= 300 && status < 400) {
    const [target = 'another address'] = reply.headers['location'] ?? [];
    return { kind: 'sent away', outcome: `sent to ${target.replace(/\?.*$/, '')} (${status})`, entries: null };
  }
  if (status === 404 || status === 410) return { kind: 'missing', outcome: `not found (${status})`, entries: null };
  if (status >= 400) return { kind: 'refused', outcome: `refused ${status}`, entries: null };
  return disclosed(status, reply.body, reply.bytes);
}

function disclosed(status: number, body: string, bytes: number): Omit<AnonymousProbe, 'path'> {
  const json = parseJson(body);
  if (typeof json === 'object' && json !== null) {
    const entries = entriesOf(json);
    const isEmpty = entries === 0 && listsOf(json) > 0;
    return {
      kind: isEmpty ? 'empty' : 'open',
      outcome: `answers ${status} with ${entries} entries, ${bytes} bytes`,
      entries,
    };
  }
  return { kind: bytes === 0 ? 'empty' : 'open', outcome: `answers ${status} with ${bytes} bytes`, entries: null };
}

function entriesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? value.length : 0;
  return Object.values(value).reduce<number>((sum, member) => sum + entriesOf(member), own);
}

function listsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + listsOf(member), Array.isArray(value) ? 1 : 0);
}

const OPENNESS: Readonly<Record<AnonymousProbe['kind'], number>> = {
  'unknown': 0,
  'refused': 0,
  'sent away': 0,
  'missing': 0,
  'empty': 1,
  'open': 2,
};

/** More is shown to everybody than before, or something else than before is. */
export function compareProbes(
  before: AnonymousProbe,
  after: AnonymousProbe,
): 'same' | 'changed' | 'opened' | 'unknown' {
  if (before.kind === 'unknown' || after.kind === 'unknown') return 'unknown';
  if (OPENNESS[after.kind] > OPENNESS[before.kind]) return 'opened';
  if (after.kind === 'open' && (after.entries ?? 0) > (before.entries ?? 0)) return 'opened';
  return before.kind === after.kind && before.entries === after.entries ? 'same' : 'changed';
}
