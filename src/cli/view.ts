import type { Clock } from '../kernel/clock.ts';
import { formatDuration } from '../kernel/duration.ts';
import type { JournalledNode, Recorded } from '../journal/journal.ts';
import type { GoodPlan } from '../plan/load.ts';

export interface View {
  take(this: void, event: Recorded): void;
  end(): void;
}

export interface ViewRequest {
  readonly scenarioName: string;
  readonly loaded: GoodPlan;
  readonly json: boolean;
  readonly clock: Clock;
}

/** One line a step, elapsed beside expected; NDJSON for machines. */
export function viewFor(request: ViewRequest): View {
  return request.json ? jsonView() : plainView(request);
}

/** Facts may hold keys but never values, so every event may be printed. */
function jsonView(): View {
  return { take: (event) => process.stdout.write(`${JSON.stringify(event)}\n`), end: () => undefined };
}

const MARK = { succeeded: '●', failed: '✖', unknown: '◐' } as const;

function plainView(request: ViewRequest): View {
  const nodes = new Map<string, JournalledNode>();
  const startedAt = new Map<string, number>();
  let stage = '';
  const line = (text: string): void => void process.stdout.write(`${text}\n`);
  line(`\n${request.loaded.plan.name} · ${request.scenarioName}`);
  return {
    take: (event) => {
      if (event.kind === 'drill-opened') for (const node of event.graph.nodes) nodes.set(node.id, node);
      if (event.kind === 'node-started') startedAt.set(event.node, event.at.monotonicMs);
      if (event.kind !== 'node-ended') return;
      const node = nodes.get(event.node);
      if (node === undefined) return;
      if (node.stage !== stage) {
        stage = node.stage;
        line(`  ${stage}`);
      }
      const took = event.at.monotonicMs - (startedAt.get(event.node) ?? event.at.monotonicMs);
      const expected = node.expected === null ? '' : ` of ${formatDuration(node.expected.p90Ms)}`;
      line(
        `    ${MARK[event.outcome.kind]} ${node.title.padEnd(52)} ${(formatDuration(took) + expected).padStart(16)}  ${event.outcome.kind === 'succeeded' ? '' : event.outcome.detail}`.trimEnd(),
      );
    },
    end: () => undefined,
  };
}
