import { type Evidence, targetStateOf } from './evidence.ts';
import type { Claim, FlowOnMap } from './record.ts';

/** Every flow of the plan, what it took the place of, and what it was last seen doing. */
export function flowMapOf(evidence: Evidence, claims: readonly Claim[]): FlowOnMap[] {
  const parts = claims.find(({ name }) => name === 'flows')?.parts ?? [];
  const wanted = targetStateOf(evidence)?.flows ?? {};
  return Object.entries(evidence.plan.flows).map(([flow, { from, to, replaces }]) => ({
    flow,
    from,
    to,
    replaces: replaces ?? null,
    wanted: wanted[flow] ?? null,
    state: stateOf(evidence, {
      flow,
      wanted: wanted[flow],
      isProven: parts.some(({ name, state }) => name === flow && state === 'proven'),
    }),
    sentence: parts.find(({ name }) => name === flow)?.sentence ?? '',
  }));
}

interface Seen {
  readonly flow: string;
  readonly wanted: 'running' | 'stopped' | undefined;
  readonly isProven: boolean;
}

function stateOf(evidence: Evidence, { flow, wanted, isProven }: Seen): FlowOnMap['state'] {
  if (wanted === undefined) return 'not-shown';
  if (isProven) return wanted === 'running' ? 'running' : 'proven-stopped';
  const check = evidence
    .all('check')
    .findLast(({ name, when }) => name === `${flow} is ${wanted}` && when === 'verify');
  if (check === undefined || check.outcome === 'unknown') return 'not-shown';
  const isRunning = (wanted === 'running') === (check.outcome === 'passed');
  if (isRunning) return 'running';
  const last = evidence.all('flow-stop').findLast((look) => look.flow === flow);
  const isDraining = last?.conditions.some((one) => one.condition === 'in-flight' && one.state === 'violated') === true;
  return isDraining ? 'draining' : 'stopped';
}
