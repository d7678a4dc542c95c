import { catalogue, findCatalogueEntry } from '../catalogue/catalogue.ts';
import { expectSystemAt } from './expect-name.ts';
import { entriesOf, mapOf, type PlanNames, type RawMap } from './names.ts';
import { nearestName } from './nearest.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';

type Drafts = Generator<ProblemDraft>;

/** What a check can ask, and the kinds of system that can be asked. */
const PROBES = {
  sql: ['postgres'],
  http: ['service', 'endpoint'],
  run: ['postgres', 'directory', 'service', 'endpoint'],
} as const;

export function* checkProblems(names: PlanNames): Drafts {
  for (const [name, value] of entriesOf(names.raw['checks'])) {
    const path = ['checks', name];
    const check = mapOf(value);
    const probes = Object.keys(PROBES).filter((probe): probe is keyof typeof PROBES => Object.hasOwn(check, probe));
    const [probe] = probes;
    if (probes.length !== 1) yield probeCount(path, probes);
    else if (probe !== undefined) {
      yield* expectSystemAt(names, PROBES[probe], { path, holder: check });
      yield* comparisonProblems(check, probe, path);
    }
    yield* expectCatalogueId({ path: [...path, 'catalogue'], value: check['catalogue'] });
  }
}

function probeCount(path: PlanPath, probes: readonly string[]): ProblemDraft {
  const name = String(path.at(-1));
  const [, second] = probes;
  if (second === undefined)
    return {
      path,
      on: 'key',
      message: `the check \`${name}\` asks nothing`,
      instead: 'add one of `sql`, `http` or `run`',
    };
  return {
    path: [...path, second],
    on: 'key',
    message: `the check \`${name}\` asks in more than one way: ${probes.join(', ')}`,
    found: probes.join(', '),
    instead: 'keep one and make a second check of the other',
  };
}

const COMPARISONS = ['is', 'sameAs', 'atLeast', 'atMost'] as const;

function* comparisonProblems(check: RawMap, probe: keyof typeof PROBES, path: PlanPath): Drafts {
  const name = String(path.at(-1));
  const given = COMPARISONS.filter((key) => Object.hasOwn(check, key));
  // A command answers by its exit status and an address by its HTTP status; a query and a value read out must be compared.
  const mustCompare =
    probe === 'sql' || Object.hasOwn(check, 'read') || (probe === 'http' && !Object.hasOwn(check, 'status'));
  if (given.length === 0 && mustCompare) {
    const status = probe === 'http' && !Object.hasOwn(check, 'read') ? '`status`, ' : '';
    yield {
      path,
      on: 'key',
      message: `the check \`${name}\` compares its answer with nothing, so it could never fail`,
      instead: `add ${status}\`is\`, \`sameAs: before\`, \`atLeast\` or \`atMost\``,
    };
  }
  for (const key of ['status', 'read']) {
    if (probe !== 'http' && Object.hasOwn(check, key))
      yield {
        path: [...path, key],
        on: 'key',
        message: `\`${key}\` belongs to a check with \`http\`, not with \`${probe}\``,
        found: key,
        instead: 'remove it',
      };
  }
  yield* contradictions(check, given, path);
}

function* contradictions(check: RawMap, given: readonly string[], path: PlanPath): Drafts {
  const name = String(path.at(-1));
  const exclusive = given.filter((key) => key === 'is' || key === 'sameAs');
  const [first] = exclusive;
  if (first !== undefined && given.length > 1) {
    yield {
      path: [...path, first],
      on: 'key',
      message: `the check \`${name}\` compares in several ways: ${given.join(', ')}`,
      found: given.join(', '),
      instead: 'keep one; only `atLeast` and `atMost` go together',
    };
  }
  const { atLeast, atMost } = check;
  if (typeof atLeast === 'number' && typeof atMost === 'number' && atLeast > atMost) {
    yield {
      path: [...path, 'atLeast'],
      message: `the check \`${name}\` can never hold: at least ${atLeast} and at most ${atMost}`,
      found: String(atLeast),
      instead: 'write `atLeast` not above `atMost`',
    };
  }
}

export interface CatalogueUse {
  readonly path: PlanPath;
  readonly value: unknown;
  /** Only ids of this family fit here. */
  readonly family?: string;
}

export function* expectCatalogueId({ path, value, family }: CatalogueUse): Drafts {
  if (typeof value !== 'string') return;
  const entry = findCatalogueEntry(value);
  if (entry !== undefined && (family === undefined || entry.family === family)) return;
  const fitting = catalogue.filter((other) => family === undefined || other.family === family);
  const ids = fitting.map((other) => other.id);
  const nearest = nearestName(value, ids);
  const range = `an id from ${ids.at(0)} to ${ids.at(-1)}`;
  const message =
    entry === undefined
      ? `the catalogue has no \`${value}\``
      : `\`${value}\` (${entry.name}) is not of the family ${family}`;
  const instead =
    family === undefined ? 'write an id of the catalogue; `rollproof faults` lists them' : `write ${range}`;
  yield { path, message, found: value, instead, ...(nearest === undefined ? {} : { nearest }) };
}
