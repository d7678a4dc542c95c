import { parseDuration } from '../kernel/duration.ts';
import type { Trigger } from '../plan/schema.ts';
import { type Evidence, momentsOf } from './evidence.ts';
import type { Instants } from './instants.ts';
import type { InjectionRecord, TriggerRun, TwistRecord } from './record.ts';

/** What was injected, what saw it, and what is left of it. */
export function injectionsOf(evidence: Evidence, instants: Instants): readonly InjectionRecord[] {
  const seenBy = seenByOf(evidence, instants);
  return evidence.all('injection').map(({ applicable, ...injection }) => {
    const presence = evidence.all('presence').find((one) => one.fault === injection.fault);
    const remaining = evidence
      .all('remaining')
      .findLast((one) => one.fault === injection.fault && one.store === injection.store);
    const notShown = { shown: false, evidence: applicable ? 'no reading was made' : injection.description };
    return {
      ...injection,
      presence: presence === undefined ? notShown : { shown: presence.shown, evidence: presence.evidence },
      seenBy: applicable ? [...seenBy] : [],
      remaining: [...(remaining?.keys ?? [])],
    };
  });
}

/** What was made wrong around the rollback, and what met it. */
export function twistsOf(evidence: Evidence): readonly TwistRecord[] {
  const shown = evidence.all('twist-shown');
  return evidence.all('twist').map(({ twist, name, where, seed, what }) => {
    const own = shown.filter((one) => one.twist === twist && one.where === where);
    return {
      twist,
      name,
      where,
      seed,
      description: what,
      presence: { shown: own.some((one) => one.shown), evidence: own.map((one) => one.evidence) },
      failed: own.flatMap(({ fails }) => fails ?? []),
    };
  });
}

function seenByOf(evidence: Evidence, instants: Instants): InjectionRecord['seenBy'] {
  const detection = evidence.all('detection').at(-1);
  if (detection === undefined || detection.by === 'referee') return [];
  const [t0, t1] = [instants.at('t0'), instants.at('t1')];
  return [{ kind: detection.by, name: detection.name, afterMs: t0 === null || t1 === null ? null : t1 - t0 }];
}

export function triggersOf(evidence: Evidence): readonly TriggerRun[] {
  const readings = momentsOf(evidence, 'trigger-reading');
  const detection = momentsOf(evidence, 'detection').at(-1);
  return Object.entries(evidence.plan.triggers).map(([name, trigger]) => {
    const own = readings.filter(({ facts }) => facts.trigger === name);
    const noticed = detection?.facts.by === 'trigger' && detection.facts.name === name;
    return {
      name,
      catalogue: trigger.catalogue ?? null,
      threshold: thresholdOf(trigger),
      class: trigger.class,
      before: own.find(({ facts }) => facts.phase === 'before')?.facts.colour ?? 'unknown',
      readings: own.map(({ facts, atMs }) => ({ atMs, value: facts.value, red: facts.colour === 'red' })),
      sustainedAtMs: noticed ? detection.atMs : null,
      liveCadenceMs: parseDuration(trigger.every.live) ?? 0,
    };
  });
}

function thresholdOf({ above, below }: Trigger): string {
  const sides = [above === undefined ? [] : [`above ${above}`], below === undefined ? [] : [`below ${below}`]];
  return sides.flat().join(' or ');
}
