import { ancestorsOf } from '../graph.ts';
import type { LintRule, NamedProcedure } from './rule.ts';

export const changesUnsaid: LintRule = {
  id: 'PL-38',
  title: 'A stopped flow whose changes nobody speaks of',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan }) {
    const partial = Object.values(plan.scenarios).filter(({ kind }) => kind === 'S2');
    const targets = partial.map(({ rollback }) => plan.states[plan.procedures[rollback]?.to ?? '']?.flows ?? {});
    for (const [name, flow] of Object.entries(plan.flows)) {
      if (flow.changes !== undefined || !targets.some((flows) => flows[name] === 'stopped')) continue;
      yield {
        path: ['flows', name],
        on: 'key',
        message: `only the flow \`${name}\` is taken back, and it is not said what becomes of what it had changed until then`,
        instead: 'add `changes: { become: kept }`, or `parked` with an `owner`, or `compensated`',
      };
    }
  },
};

export const toldBeforeStop: LintRule = {
  id: 'PL-39',
  title: 'The other side is not told of a stop',
  severity: 'warning',
  capsConfidence: false,
  *find({ plan, rollbacks }) {
    for (const [name, { tell }] of Object.entries(plan.flows)) {
      if (tell === undefined) continue;
      for (const rollback of rollbacks) {
        const stop = stopOf(rollback, name);
        if (stop === undefined || isToldBehind(rollback, { tell, stop })) continue;
        yield {
          path: ['flows', name, 'tell'],
          message: `\`${rollback.name}\` stops \`${name}\`, and no step behind that sends the message \`${tell}\``,
          instead: `add a step { id: …, message: ${tell}, after: [${stop}] }`,
        };
      }
    }
  },
};

function stopOf({ steps }: NamedProcedure, flow: string): string | undefined {
  return steps.find(({ step }) => step.flow === flow && step.to === 'stopped')?.step.id;
}

function isToldBehind(
  { graph, steps }: NamedProcedure,
  { tell, stop }: { readonly tell: string; readonly stop: string },
): boolean {
  return steps.some(({ step }) => step.message === tell && ancestorsOf(graph, step.id).has(stop));
}
