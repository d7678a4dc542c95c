import { countOf } from '../../kernel/count.ts';
import type { Since } from '../../plan/states.ts';
import { type Evidence, momentsOf } from '../evidence.ts';
import type { JudgedClaim } from './claim.ts';
import { judgedVoid, returnBreak, voidReason } from './void.ts';

const SINCE: Readonly<Record<Since, string>> = {
  baseline: 'the baseline',
  live: 'the new state was read',
  stop: 'everybody else was shut out',
};

/** A store that shall not return but stay: nobody changed it since, but those who may. */
export function judgeWriters(evidence: Evidence, store: string, since: Since): JudgedClaim {
  const looked = momentsOf(evidence, 'writers').findLast(({ facts }) => facts.store === store);
  if (looked?.facts.verdict === 'unexplained')
    return {
      state: 'failed',
      sentence: `${store} was changed since ${SINCE[since]} by somebody who may not.`,
      because: looked.facts.unexplained,
      settledAtMs: looked.atMs,
    };
  const broken = returnBreak(evidence);
  if (broken !== null)
    return {
      state: broken.state === 'failed' ? 'inconclusive' : broken.state,
      sentence: `It is not shown that only those who may changed ${store}: ${broken.what}.`,
      because: broken.because,
      settledAtMs: broken.atMs,
    };
  const nothing = voidReason(evidence);
  if (nothing !== null) return judgedVoid(nothing);
  if (looked === undefined)
    return { state: 'inconclusive', sentence: `Nobody looked at who changes ${store}.`, because: [] };
  const own = Object.entries(looked.facts.own).map(([writer, times]) => `${countOf(times, 'change')} by ${writer}`);
  return {
    state: 'proven',
    sentence: `${store} was changed by nobody since ${SINCE[since]}${own.length === 0 ? '' : ` but those who may: ${own.join(', ')}`}.`,
    because: [],
    settledAtMs: looked.atMs,
  };
}
