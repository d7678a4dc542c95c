import { countOf } from '../kernel/count.ts';
import type { LoggedChange } from '../subject/change-log.ts';
import type { Difference } from '../subject/difference.ts';

/** Somebody who may write, by the role that its sessions log in as. */
export interface DeclaredWriter {
  readonly name: string;
  readonly role: string;
}

export interface WritersRequest {
  /** Between the earlier reading and now. */
  readonly difference: Difference;
  /** All that the change log saw since the earlier reading. */
  readonly changes: readonly LoggedChange[];
  readonly declared: readonly DeclaredWriter[];
  /** Roles of flows that are stopped: a change of theirs is the worst. */
  readonly stopped: readonly DeclaredWriter[];
}

export interface JudgedWriters {
  readonly verdict: 'explained' | 'unexplained';
  /** Changes of each declared writer. */
  readonly own: Readonly<Record<string, number>>;
  /** One sentence each. */
  readonly unexplained: readonly string[];
}

/**
 * Every change has a declared writer, and none is the principal of a stopped flow. The log says who, the readings say
 * whether it saw everything: a table that differs although nobody was seen changing it is not explained.
 */
export function judgeWriters({ difference, changes, declared, stopped }: WritersRequest): JudgedWriters {
  const own: Record<string, number> = {};
  const foreign = new Map<string, number>();
  for (const change of changes) {
    const principal = stopped.find((one) => one.role === change.role);
    const writer = declared.find((one) => one.role === change.role);
    if (principal === undefined && writer !== undefined) own[writer.name] = (own[writer.name] ?? 0) + 1;
    else {
      const who =
        principal === undefined ? `${change.role}, who is no declared writer` : `the stopped flow ${principal.name}`;
      const what = `${change.operation} in ${change.part} by ${who}`;
      foreign.set(what, (foreign.get(what) ?? 0) + 1);
    }
  }
  const seen = new Set(changes.map((change) => change.part));
  const unseen = difference.parts
    .filter(({ part }) => !seen.has(part))
    .map(({ part }) => `${part} differs, and nobody was seen changing it`);
  const objects = difference.objects.map(({ kind, name }) => `${kind} ${name} differs`);
  const unexplained = [
    ...[...foreign].map(([what, times]) => `${countOf(times, 'change')}: ${what}`),
    ...unseen,
    ...objects,
  ];
  return { verdict: unexplained.length === 0 ? 'explained' : 'unexplained', own, unexplained };
}
