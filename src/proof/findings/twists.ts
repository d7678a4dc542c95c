import { brokenNodes, type Evidence, madeGoodIn, momentsOf } from '../evidence.ts';
import type { Facts } from '../facts.ts';
import type { FindingDraft } from './draft.ts';

/** What was made wrong on purpose and met, by name; and what the fallback gives up. */
export function fromTwists(evidence: Evidence): readonly FindingDraft[] {
  return [...evidence.all('twist').flatMap((twist) => fromTwist(evidence, twist)), ...fromFallback(evidence)];
}

function fromTwist(evidence: Evidence, planned: Facts['twist']): readonly FindingDraft[] {
  const { twist: id, where } = planned;
  const met = momentsOf(evidence, 'twist-shown').filter(
    ({ facts }) => facts.twist === id && facts.where === where && facts.shown,
  );
  if (met.length === 0) return [];
  const madeGood = madeGoodIn(evidence);
  const broken = brokenNodes(evidence).filter(({ node }) => met.some((one) => one.node === node.id));
  const isOpen =
    met.some(({ facts }) => facts.fails !== undefined) || broken.some(({ node }) => !madeGood.has(node.id));
  return [
    {
      what: 'twist',
      where: `${id} ${where}`,
      severity: isOpen ? 'high' : 'note',
      phase: 'twist',
      title: `${id} ${planned.name}: ${planned.what}`,
      expected: 'the plan has an answer to it',
      actual: [
        ...met.map(({ facts }) => facts.evidence),
        ...broken.map(({ node, outcome }) => `${node.id}: ${outcome.detail}`),
      ].join('; '),
      next: isOpen
        ? (NEXT[id] ?? 'Change the plan so that it withstands it.')
        : 'Made wrong on purpose, and withstood.',
      blame: 'plan',
      step: broken[0]?.node.id ?? null,
    },
  ];
}

const NEXT: Readonly<Record<string, string>> = {
  'GF-10': 'Give the step that restores a fallback (`else`) to another restore point.',
  'GF-20': 'Let the step say whom it must find before it acts (`onlyOn`).',
};

function fromFallback(evidence: Evidence): readonly FindingDraft[] {
  const taken = evidence.all('fallback').at(-1);
  if (taken === undefined || taken.givenUp.length === 0) return [];
  return [
    {
      what: 'fallback-gives-up',
      where: taken.procedure,
      severity: 'medium',
      phase: 'restore',
      title: `${taken.procedure} gives up what was done since its restore point`,
      expected: 'whoever decides knows what does not come back',
      actual: taken.givenUp.join('; '),
      next: `Say it on the decision card, and plan how it is entered again after ${taken.procedure}.`,
      blame: 'plan',
      step: null,
    },
  ];
}
