import type { RestoreMessage } from '../../subject/restore-point.ts';

export interface LogMessage {
  readonly text: string;
  readonly severity: RestoreMessage['severity'];
}

const MAX_EXAMPLES = 5;

/** One entry for each kind of message, most frequent first, errors before warnings before notes. */
export function groupMessages(messages: Iterable<LogMessage>): readonly RestoreMessage[] {
  const groups = new Map<
    string,
    { pattern: string; count: number; examples: string[]; severity: RestoreMessage['severity'] }
  >();
  for (const { text, severity } of messages) {
    const pattern = patternOf(text);
    const key = `${severity} ${pattern}`;
    const group = groups.get(key) ?? { pattern, count: 0, examples: [], severity };
    group.count += 1;
    if (group.examples.length < MAX_EXAMPLES && !group.examples.includes(text)) group.examples.push(text);
    groups.set(key, group);
  }
  const rank = { error: 0, warning: 1, note: 2 } as const;
  return [...groups.values()].toSorted(
    (a, b) => rank[a.severity] - rank[b.severity] || b.count - a.count || (a.pattern < b.pattern ? -1 : 1),
  );
}

/** Names in quotes, numbers and the tail after an option's colon vary; the rest is the kind. */
export function patternOf(text: string): string {
  return text
    .replaceAll(/"(?:[^"]|"")*"/g, '"…"')
    .replaceAll(/'(?:[^']|'')*'/g, "'…'")
    .replaceAll(/\b\d+(?:\.\d+)?\b/g, '…');
}

/**
 * Messages of pg_restore and psql. DETAIL, CONTEXT and the statements that they quote are passed over: they show row
 * values, which must not get into reports.
 */
export function parseToolLog(log: string): readonly LogMessage[] {
  const messages: LogMessage[] = [];
  for (const line of log.split('\n')) {
    const match = /^(?:(?:pg_restore|psql|pg_dumpall)(?::[^:]*:\d+)?|.*?psql:[^:]*:\d+): +(.*)$/.exec(line);
    const message = match?.[1] === undefined ? null : classify(match[1]);
    if (message !== null) messages.push(message);
  }
  return messages;
}

function classify(rest: string): LogMessage | null {
  const server = /\b(ERROR|FATAL|PANIC|WARNING|NOTICE): +(.*)$/.exec(rest);
  if (server !== null) return fromServer(server[1] ?? '', withoutValues(server[2] ?? ''));
  const own = /^(error|warning|fatal): +(.*)$/.exec(rest);
  if (own === null || own[2]?.startsWith('errors ignored on restore') === true) return null;
  return { text: withoutValues(own[2] ?? ''), severity: own[1] === 'warning' ? 'warning' : 'error' };
}

function fromServer(level: string, text: string): LogMessage {
  if (level === 'NOTICE') return { text, severity: 'note' };
  if (level === 'WARNING') return { text, severity: 'warning' };
  // Every file of globals creates the account that we start with.
  return { text, severity: text === 'role "postgres" already exists' ? 'note' : 'error' };
}

function withoutValues(text: string): string {
  return text
    .replace(/^(invalid input (?:syntax for|value for).*?: )".*"?$/, '$1"…"')
    .replace(/^(value )".*"( is out of range| too long)/, '$1"…"$2')
    .replace(/^(date\/time field value out of range: )".*"$/, '$1"…"');
}
