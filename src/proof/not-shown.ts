import { requiredClaims } from './claims/claims.ts';
import type { Evidence } from './evidence.ts';
import type { Clocks } from './record.ts';

/** What a reader must not take for shown. */
export function listNotShown(evidence: Evidence, clocks: Clocks): readonly string[] {
  const { plan } = evidence;
  const required = requiredClaims(evidence);
  return [
    ...(required.has('access') && Object.values(plan.users).some((group) => 'resetInClone' in group.signIn)
      ? ['the users’ real passwords: they were reset in a throw-away clone']
      : []),
    'completeness of the backup: not proven, because the baseline is of the drill’s restored copy, not of the source',
    ...(evidence.all('decision').some((decision) => decision.how === 'person')
      ? []
      : ['the time of people: nobody decided in this drill']),
    ...(clocks.instants.some((instant) => instant.name === 't7' && instant.atMs === null)
      ? ['messages: none were sent']
      : []),
    ...(evidence.profile === 'fast' ? ['production speed: the servers ran with fast settings'] : []),
    ...(evidence.productionBytes === null ? ['production size: the plan does not name it'] : []),
  ];
}
