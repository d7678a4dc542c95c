import { invariant, messageOf, RollproofError } from '../kernel/errors.ts';
import type { DrillEvent, Journal, OperatorChoice, Recorded } from '../journal/journal.ts';
import { attemptNode, type AttemptPorts, type AttemptResult } from './attempt.ts';
import { assertSound, type Graph, type GraphNode } from './graph.ts';
import { Inbox } from './inbox.ts';
import { isFinal, type Move, movesFor } from './moves.ts';
import { type DrillState, EMPTY_STATE, reduce, SKIPPED_BY_HAND } from './reduce.ts';

export type { NodeRun, Perform } from './attempt.ts';

export interface Operator {
  /**
   * Asked one question at a time, while other nodes go on. When `signal` is aborted, the question no longer matters and an answer
   * is ignored. Rejecting ends the drill.
   */
  decide(
    node: { readonly id: string; readonly title: string },
    why: string,
    signal: AbortSignal,
  ): Promise<OperatorDecision>;
}

export interface OperatorDecision {
  readonly choice: OperatorChoice;
  readonly by: string;
  readonly reason: string;
}

export interface EnginePorts<A> extends Pick<AttemptPorts<A>, 'clock' | 'perform' | 'outcomeOf'> {
  readonly journal: Journal;
  readonly operator: Operator;
  /** Called for everything in the journal, also for what an earlier process wrote, in the order of the journal. */
  readonly onEvent?: (event: Recorded) => void;
}

/**
 * Runs a graph to its end and returns where it stands. `drill-opened` must be in the journal already, and `drill-closed`
 * is the caller's to write. Everything it decides follows from the journal; it may be called again on the journal of a
 * process that died, after a `crash-decided` event was appended.
 * `stop` ends the drill: running nodes are told, waiting ones are skipped, `always` nodes still run.
 * When the journal itself cannot be written, everything running is told to stop and the error is thrown.
 */
export async function runGraph<A>(graph: Graph<A>, ports: EnginePorts<A>, stop: AbortSignal): Promise<DrillState> {
  assertSound(graph);
  const engine = new Engine(graph, ports, stop);
  return engine.run();
}

type Happening =
  | { readonly kind: 'ended'; readonly node: string; readonly attempt: number; readonly result: AttemptResult }
  /** The wait before a retry is over, or was cut short. */
  | { readonly kind: 'rested'; readonly node: string; readonly inFull: boolean }
  | { readonly kind: 'answered'; readonly question: Question; readonly decision: OperatorDecision }
  | { readonly kind: 'not-answered'; readonly question: Question; readonly error: unknown }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'broken'; readonly error: unknown };

interface Question {
  readonly node: GraphNode<unknown>;
  readonly withdraw: AbortController;
}

interface UnderWay {
  readonly end: AbortController;
  /** Never rejects. */
  readonly done: Promise<void>;
}

class Engine<A> {
  private state: DrillState = EMPTY_STATE;
  private readonly attempts = new Map<string, number>();
  private readonly underWay = new Map<string, UnderWay>();
  /** Nodes whose wait before a retry is over, if the retry is still wanted. */
  private readonly rested = new Set<string>();
  private readonly inbox = new Inbox<Happening>();
  private question: Question | undefined;
  private lastAppend: Promise<void> = Promise.resolve();
  private readonly byId: ReadonlyMap<string, GraphNode<A>>;
  private readonly graph: Graph<A>;
  private readonly ports: EnginePorts<A>;
  private readonly stop: AbortSignal;

  constructor(graph: Graph<A>, ports: EnginePorts<A>, stop: AbortSignal) {
    this.graph = graph;
    this.ports = ports;
    this.stop = stop;
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
  }

  async run(): Promise<DrillState> {
    for (const event of await this.ports.journal.read()) this.take(event);
    this.assertSameGraph();
    const onStop = (): void => this.inbox.put({ kind: 'stopped' });
    this.stop.addEventListener('abort', onStop, { once: true });
    try {
      return await this.loop();
    } catch (error) {
      this.question?.withdraw.abort();
      await this.tellAll(error, () => true);
      throw error;
    } finally {
      this.stop.removeEventListener('abort', onStop);
    }
  }

  private async loop(): Promise<DrillState> {
    for (;;) {
      if (this.mustAbort()) await this.append({ kind: 'abort-requested', reason: messageOf(this.stop.reason) });
      if (this.state.aborted) this.endWhatRuns();
      const moves = movesFor(this.state, {
        graph: this.graph,
        inFlight: new Set(this.underWay.keys()),
        attempts: this.attempts,
      });
      if (this.state.closed || moves.some((move) => move.kind === 'finish')) return this.state;
      if (await this.makeAll(moves)) continue;
      invariant(this.underWay.size > 0 || this.question !== undefined, 'the drill neither moves nor waits');
      await this.on(await this.inbox.next());
    }
  }

  private mustAbort(): boolean {
    return this.stop.aborted && !this.state.aborted && !this.state.closed;
  }

  /** Returns whether anything was journalled that other moves may follow from. */
  private async makeAll(moves: readonly Move[]): Promise<boolean> {
    let moved = false;
    for (const move of moves) {
      if (this.mustAbort()) return true;
      moved = (await this.make(move)) || moved;
    }
    return moved;
  }

  private async make(move: Move): Promise<boolean> {
    switch (move.kind) {
      case 'make-ready':
        await this.append({ kind: 'node-ready', node: move.node });
        return true;
      case 'start':
        if (move.waitMs > 0 && !this.rested.delete(move.node)) this.rest(this.node(move.node), move.waitMs);
        else await this.start(this.node(move.node), move.attempt);
        return false;
      case 'skip':
        await this.append({ kind: 'node-skipped', node: move.node, reason: move.reason });
        return true;
      case 'write-off':
        await this.append({
          kind: 'node-ended',
          node: move.node,
          attempt: move.attempt,
          outcome: { kind: 'unknown', detail: 'cut off by a crash of Rollproof', blame: 'environment' },
          final: true,
        });
        return true;
      case 'ask':
        this.ask(this.node(move.node), move.why);
        return false;
      case 'finish':
        return false;
    }
  }

  private async on(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'ended':
        return this.finish(happening);
      case 'rested':
        this.underWay.delete(happening.node);
        if (happening.inFull) this.rested.add(happening.node);
        return;
      case 'answered':
        if (this.isOpen(happening.question)) await this.decided(happening.question, happening.decision);
        return;
      case 'not-answered':
        if (this.isOpen(happening.question)) await this.notAnswered(happening.question, happening.error);
        return;
      case 'broken':
        throw happening.error;
      case 'stopped':
        return;
    }
  }

  private async start(node: GraphNode<A>, attempt: number): Promise<void> {
    await this.append({ kind: 'node-started', node: node.id, attempt });
    const end = new AbortController();
    const { clock, perform, outcomeOf } = this.ports;
    const note: AttemptPorts<A>['note'] = async (id, topic, facts) =>
      this.append({ kind: 'noted', node: id, topic, facts });
    const done = attemptNode({ node, attempt, end }, { clock, perform, outcomeOf, note }).then(
      (result) => this.inbox.put({ kind: 'ended', node: node.id, attempt, result }),
      (error: unknown) => this.inbox.put({ kind: 'broken', error }),
    );
    this.underWay.set(node.id, { end, done });
  }

  /** The wait before a retry stands before `node-started`: it is not work, and its time is not the attempt's. */
  private rest(node: GraphNode<A>, waitMs: number): void {
    const end = new AbortController();
    const rested = (inFull: boolean): void => this.inbox.put({ kind: 'rested', node: node.id, inFull });
    const done = this.ports.clock.wait(waitMs, end.signal).then(
      () => rested(true),
      (error: unknown) => (end.signal.aborted ? rested(false) : this.inbox.put({ kind: 'broken', error })),
    );
    this.underWay.set(node.id, { end, done });
  }

  private async finish({ node, attempt, result }: Extract<Happening, { kind: 'ended' }>): Promise<void> {
    this.underWay.delete(node);
    const final = result.abandoned || isFinal(this.node(node), result.outcome, attempt);
    await this.append({ kind: 'node-ended', node, attempt, outcome: result.outcome, final });
  }

  private ask(node: GraphNode<A>, why: string): void {
    if (this.question !== undefined) return;
    const question: Question = { node, withdraw: new AbortController() };
    this.question = question;
    const asked = async (): Promise<OperatorDecision> =>
      this.ports.operator.decide({ id: node.id, title: node.title }, why, question.withdraw.signal);
    void asked().then(
      (decision) => this.inbox.put({ kind: 'answered', question, decision }),
      (error: unknown) => this.inbox.put({ kind: 'not-answered', question, error }),
    );
  }

  private isOpen(question: Question): boolean {
    return question === this.question && !this.mustAbort();
  }

  private async decided({ node }: Question, { choice, by, reason }: OperatorDecision): Promise<void> {
    this.question = undefined;
    const told = choice === 'skip' ? `${SKIPPED_BY_HAND}${reason}` : reason;
    await this.append({ kind: 'operator-decided', node: node.id, choice, by, reason: told });
  }

  private async notAnswered({ node }: Question, error: unknown): Promise<void> {
    this.question = undefined;
    const reason = `nobody decided about ${node.title}: ${messageOf(error)}`;
    await this.append({ kind: 'abort-requested', reason });
  }

  private endWhatRuns(): void {
    this.question?.withdraw.abort();
    this.question = undefined;
    const reason: unknown = this.stop.aborted
      ? this.stop.reason
      : new RollproofError('interrupted', 'the drill was ended');
    void this.tellAll(reason, (id) => !this.node(id).always);
  }

  private async tellAll(reason: unknown, isMeant: (id: string) => boolean): Promise<void> {
    const meant = [...this.underWay].filter(([id]) => isMeant(id)).map(([, one]) => one);
    for (const one of meant) one.end.abort(reason);
    await Promise.all(meant.map((one) => one.done));
  }

  /** One at a time, so that the state changes in the order of the journal. */
  private append(event: DrillEvent): Promise<void> {
    const done = this.lastAppend.then(async () => this.take(await this.ports.journal.append(event)));
    this.lastAppend = done.catch(() => undefined);
    return done;
  }

  private take(event: Recorded): void {
    this.state = reduce(this.state, event);
    if (event.kind === 'node-started') this.attempts.set(event.node, event.attempt);
    this.ports.onEvent?.(event);
  }

  private assertSameGraph(): void {
    invariant(this.state.nodes.size > 0 || this.byId.size === 0, 'the drill was not opened in its journal');
    const unknown = [...this.byId.keys()].find((id) => !this.state.nodes.has(id));
    invariant(unknown === undefined, `node ${unknown} is not in the journal of this drill`);
    for (const id of this.state.nodes.keys()) this.node(id);
  }

  private node(id: string): GraphNode<A> {
    const node = this.byId.get(id);
    invariant(node !== undefined, `the journal names node ${id}, which the graph does not have`);
    return node;
  }
}
