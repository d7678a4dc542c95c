import type { Clock } from '../kernel/clock.ts';
import { parseDuration } from '../kernel/duration.ts';
import type { GoodPlan } from '../plan/load.ts';
import { KIND_WORD } from '../proof/report/words.ts';
import type { Heading } from './view/header.ts';
import { jsonView } from './view/json.ts';
import { liveView } from './view/live.ts';
import { painter } from './view/paint.ts';
import { plainView } from './view/plain.ts';
import { abilitiesOf } from './view/abilities.ts';
import type { View } from './view/view.ts';

export interface ViewRequest {
  readonly scenarioName: string;
  readonly loaded: GoodPlan;
  readonly json: boolean;
  readonly clock: Clock;
}

export function viewFor(request: ViewRequest): View {
  return viewOn(headingOf(request), request);
}

/** Drawn in its place on a terminal; plain lines in a build, a pipe, a file; NDJSON for machines. */
export function viewOn(heading: Heading, { json, clock }: Pick<ViewRequest, 'json' | 'clock'>): View {
  const { stdout, stderr } = process;
  if (json) return jsonView((line) => void stdout.write(line));
  const abilities = abilitiesOf(stdout, process.env);
  const paint = painter(abilities.colour);
  if (abilities.canRedraw) return liveView({ heading, clock, paint, stdout, stderr });
  return plainView({ heading, clock, paint, width: PLAIN_WIDTH });
}

const PLAIN_WIDTH = 80;

function headingOf({ loaded, scenarioName }: ViewRequest): Heading {
  const { plan } = loaded;
  const kind = plan.scenarios[scenarioName]?.kind;
  return {
    plan: plan.name,
    scenario: scenarioName,
    kind: kind === undefined ? '' : KIND_WORD[kind],
    expected: {
      decideWithinMs: parseDuration(plan.decision?.within ?? '') ?? null,
      rtoMs: parseDuration(plan.objectives.rto?.limit ?? '') ?? null,
    },
  };
}
