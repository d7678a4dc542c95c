import { brokenNodes, type Evidence } from '../evidence.ts';

export function rollbackFailure(evidence: Evidence): string | null {
  const broken = brokenNodes(evidence).find(
    (history) => history.node.stage === 'roll back' || history.node.id === 'answers',
  );
  if (broken === undefined || broken.outcome.blame === 'environment' || broken.outcome.blame === 'rollproof')
    return null;
  return `the rollback broke off at ${broken.node.id}: ${broken.outcome.detail}`;
}

/** Why nothing can be shown although nothing of the rollback failed: it was never reached, or there was nothing to undo. */
export function voidReason(evidence: Evidence): string | null {
  const before = brokenNodes(evidence).find((history) => ['prepare', 'go live', 'inject'].includes(history.node.stage));
  if (before !== undefined)
    return `the drill did not get to the rollback: ${before.node.title}: ${before.outcome.detail}`;
  if (evidence.partial) return 'only a part of the plan was run';
  if (evidence.scenario.kind === 'S1') return faultAbsent(evidence);
  const departures = evidence.all('departure');
  return departures.length > 0 && departures.every((one) => !one.differs)
    ? 'the new state does not differ from the old one, so going back shows nothing'
    : null;
}

/** Law 2: no damage seen, no drill. */
function faultAbsent(evidence: Evidence): string | null {
  const injections = evidence.all('injection');
  const presences = evidence.all('presence');
  if (injections.length > 0 && injections.every((one) => !one.applicable))
    return `fault not present: ${injections[0]?.description ?? ''}`;
  const absent = presences.find((one) => !one.shown);
  if (absent !== undefined) return `fault not present: ${absent.evidence}`;
  return presences.length === 0 ? 'fault not present: nothing was injected' : null;
}
