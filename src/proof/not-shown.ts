import { requiredClaims } from './claims/claims.ts';
import type { Evidence } from './evidence.ts';

/** What a reader must not take for shown. */
export function listNotShown(evidence: Evidence): readonly string[] {
  const { plan } = evidence;
  const required = requiredClaims(evidence);
  return [
    ...(required.has('access') && Object.values(plan.users).some((group) => 'resetInClone' in group.signIn)
      ? ['the users’ real passwords: they were reset in a throw-away clone']
      : []),
    ...completenessOpen(evidence),
    ...peopleOpen(evidence),
    ...messagesOpen(evidence),
    ...(evidence.profile === 'fast' ? ['production speed: the servers ran with fast settings'] : []),
    ...(evidence.productionBytes === null ? ['production size: the plan does not name it'] : []),
  ];
}

function peopleOpen(evidence: Evidence): readonly string[] {
  const how = evidence.all('decision').at(-1)?.how;
  if (how === 'person') return [];
  return [
    how === 'script'
      ? 'the time of people: the decision was written down before the facts were known'
      : 'the time of people: nobody decided in this drill',
  ];
}

function messagesOpen(evidence: Evidence): readonly string[] {
  const sent = evidence.all('message').filter((one) => one.heldBack === null);
  if (sent.length === 0) return ['messages: none were sent'];
  return [
    'the real channels, and whether people read: messages went into the drill’s own inbox, and its reader acknowledged',
  ];
}

/** Shown only where a baseline of the source was given and the restored copy equals it. */
function completenessOpen(evidence: Evidence): readonly string[] {
  const shown = new Set(
    evidence
      .all('comparison')
      .filter((one) => one.reading === 'completeness of the backup' && one.verdict === 'equal')
      .map((one) => one.store),
  );
  const open = Object.entries(evidence.plan.systems).filter(
    ([name, system]) => (system.kind === 'postgres' || system.kind === 'directory') && !shown.has(name),
  );
  if (open.length === 0) return [];
  const stores = open.map(([name]) => name).join(' and ');
  return [
    `completeness of the backup of ${stores}: not proven, because the baseline is of the drill’s restored copy, not of the source`,
  ];
}
