import { isPartial, type Scope, stoppedFlows, targetState } from './scope.ts';

/** Where only flows are taken back, what they had changed stays behind: it is listed at t3, and looked for at the end. */
export function addFlowChanges(scope: Scope, when: 'list' | 'judge', after: readonly string[]): readonly string[] {
  if (!isPartial(scope)) return [];
  const isListing = when === 'list';
  return stoppedFlows(scope).map((flow) =>
    scope.graph.add({
      id: isListing ? `changes.${flow}` : `disposed.${flow}`,
      title: isListing ? `list what ${flow} had changed` : `what became of the changes of ${flow}`,
      after,
      activity: { kind: 'flow-changes', flow, when },
      ...(isListing ? { stage: 'verify', clock: 'verify' } : { stage: 'open' }),
    }),
  );
}

/** What went round the flows, came back, or was delivered twice is seen in what their proxies carried. */
export function addFlowTraffic(scope: Scope, after: readonly string[]): void {
  if (Object.keys(targetState(scope).flows).length === 0) return;
  scope.graph.add({
    id: 'traffic',
    title: 'what the flows carried, and what went round them',
    after,
    activity: { kind: 'flow-traffic' },
    stage: 'open',
  });
}
