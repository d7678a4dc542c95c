import { brokenNodes, type Evidence, madeGoodIn, momentsOf } from '../evidence.ts';
import type { FindingDraft } from './draft.ts';

/** What was made wrong on purpose and met, by name; and what the fallback gives up. */
export function fromTwists(evidence: Evidence): readonly FindingDraft[] {
  return [
    ...evidence
      .all('twist')
      .map((twist) => fromTwist(evidence, twist.twist))
      .flat(),
    ...fromFallback(evidence),
  ];
}

function fromTwist(evidence: Evidence, id: string): readonly FindingDraft[] {
  const planned = evidence.all('twist').find(({ twist }) => twist === id);
  const met = momentsOf(evidence, 'twist-shown').filter(({ facts }) => facts.twist === id && facts.shown);
  if (planned === undefined || met.length === 0) return [];
  const madeGood = madeGoodIn(evidence);
  const broken = brokenNodes(evidence).filter(({ node }) => met.some((one) => one.node === node.id));
  const isOpen = broken.some(({ node }) => !madeGood.has(node.id));
  return [
    {
      what: 'twist',
      where: `${id} ${planned.where}`,
      severity: isOpen ? 'high' : 'note',
      phase: 'twist',
      title: `${id} ${planned.name}: ${planned.what}`,
      expected: 'the plan has an answer to it',
      actual: [
        ...met.map(({ facts }) => facts.evidence),
        ...broken.map(({ node, outcome }) => `${node.id}: ${outcome.detail}`),
      ].join('; '),
      next: isOpen
        ? 'Give the step that met it a fallback (`else`), or something that notices it before.'
        : 'It was made wrong on purpose; nothing to do where the claims hold.',
      blame: 'plan',
      step: broken[0]?.node.id ?? null,
    },
  ];
}

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
