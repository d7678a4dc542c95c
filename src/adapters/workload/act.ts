import type { Clock } from '../../kernel/clock.ts';
import type { LedgerLine } from '../../flow/ledger.ts';
import type { PlannedOperation } from '../../flow/schedule.ts';
import type { UsersAtWork } from '../../flow/users-at-work.ts';
import type { HttpClient } from '../../people/http-client.ts';
import { pacerOf } from '../../people/pacer.ts';
import { NO_SESSION } from '../../people/session.ts';
import { logIn } from '../../people/sweep.ts';
import { readPath } from '../../people/template.ts';
import { ask, parseJson, type Reply, type Visit } from '../../people/visit.ts';
import type { LedgerFile } from './ledger-file.ts';

export interface ActPorts {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly ledger: LedgerFile;
  readonly signal: AbortSignal;
}

type End = Extract<LedgerLine, { line: 'end' }>;
type Ending = Pick<End, 'outcome' | 'id' | 'why'>;

/** Requests under way at the same time. */
const AT_ONCE = 64;
const TIMEOUT_MS = 10_000;

/** Does what is scheduled and was not begun before: an operation whose invoke is recorded is never sent again. */
export async function actAsUsers(work: UsersAtWork, ports: ActPorts): Promise<void> {
  const office = new Office(work, ports);
  const pacer = pacerOf(ports.clock, work.perSecond ?? undefined);
  const open = work.schedule.filter((one) => !office.isBegun(one.index));
  let next = 0;
  const sit = async (): Promise<void> => {
    for (let planned = open[next++]; planned !== undefined; planned = open[next++]) {
      const done = Promise.withResolvers<Ending | null>();
      // Taken in order, so that what a later one waits for is under way already.
      office.ends.set(planned.index, done.promise);
      await pacer.turn(ports.signal);
      done.resolve(await office.act(planned));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sit));
}

class Office {
  /** How operations ended, by index; null for one that was left out. */
  readonly ends = new Map<number, Promise<Ending | null>>();
  private readonly work: UsersAtWork;
  private readonly ports: ActPorts;
  private readonly visits = new Map<string, Promise<Visit | string>>();

  constructor(work: UsersAtWork, ports: ActPorts) {
    this.work = work;
    this.ports = ports;
    const unknown: Ending = { outcome: 'unknown', id: null, why: 'begun before a restart' };
    for (const line of ports.ledger.earlier)
      if (line.line !== 'end') this.ends.set(line.index, Promise.resolve(line.line === 'skip' ? null : unknown));
    for (const line of ports.ledger.earlier) if (line.line === 'end') this.ends.set(line.index, Promise.resolve(line));
  }

  isBegun(index: number): boolean {
    return this.ends.has(index);
  }

  async act(planned: PlannedOperation): Promise<Ending | null> {
    const { ledger } = this.ports;
    const before = planned.after === null ? null : await this.ends.get(planned.after);
    const id = planned.kind === 'create' ? null : await this.idOf(planned.record);
    if (planned.after !== null && (before?.outcome !== 'ok' || id === null))
      return this.leaveOut(planned, 'what it works on was not acknowledged');
    const visit = await this.visitOf(planned.user);
    if (typeof visit === 'string') return this.leaveOut(planned, visit);
    const { index, mark, operation, user } = planned;
    await ledger.append({ line: 'invoke', index, mark, operation, user, ...this.now() });
    const end = await this.send(planned, visit, id);
    await ledger.append({ line: 'end', index, ...end, ...this.now() });
    return end;
  }

  private async leaveOut(planned: PlannedOperation, why: string): Promise<null> {
    await this.ports.ledger.append({ line: 'skip', index: planned.index, why });
    return null;
  }

  private async idOf(record: number): Promise<string | null> {
    return (await this.ends.get(record))?.id ?? null;
  }

  private async send(planned: PlannedOperation, visit: Visit, id: string | null): Promise<Ending> {
    const made = this.work.requests[planned.operation];
    if (made === undefined) return { outcome: 'failed', id: null, why: 'the workload has no such operation' };
    const reply = await ask(visit, made.request, {
      user: planned.user,
      mark: planned.mark,
      ...(id === null ? {} : { id }),
    });
    return endOf(reply, made);
  }

  /** A user logs in once; the text says why that did not work. */
  private visitOf(user: string): Promise<Visit | string> {
    const known = this.visits.get(user);
    if (known !== undefined) return known;
    const { client, clock, signal } = this.ports;
    const visit: Visit = {
      client,
      pacer: pacerOf(clock, undefined),
      signal,
      timeoutMs: TIMEOUT_MS,
      user,
      nowMs: () => clock.wallMs(),
      session: NO_SESSION,
    };
    const group = { login: this.work.login, can: {}, anonymous: [] };
    const entered = logIn(visit, { group, passwordOf: (name) => this.work.passwords[name] }).then((login) =>
      login.outcome === 'can' ? visit : login.note,
    );
    this.visits.set(user, entered);
    return entered;
  }

  private now(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: this.ports.clock.wallMs(), monotonicMs: this.ports.clock.monotonicMs() };
  }
}

/** Only a refusal that the application itself gave says that nothing was done. */
function endOf(reply: Reply, { request, read }: UsersAtWork['requests'][string]): Ending {
  if ('failure' in reply) return { outcome: 'unknown', id: null, why: 'no answer' };
  const { status } = reply;
  const why = `answered ${status}`;
  const isOk = request.status === undefined ? status >= 200 && status < 300 : status === request.status;
  if (isOk) return { outcome: 'ok', id: textOf(readPath(parseJson(reply.body), read)), why };
  return { outcome: status >= 400 && status < 500 && status !== 408 ? 'failed' : 'unknown', id: null, why };
}

function textOf(id: unknown): string | null {
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}
