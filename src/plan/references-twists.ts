import { findCatalogueEntry } from '../catalogue/catalogue.ts';
import { expectDeclared, expectOneOf, expectSystem, STORES } from './expect-name.ts';
import { faultPlaceOf } from './fault-places.ts';
import { memberOf } from './json-schema.ts';
import { entriesOf, listOf, mapOf, type PlanNames, type RawMap, textOf } from './names.ts';
import type { PlanPath, ProblemDraft } from './problem.ts';
import { expectCatalogueId } from './references-checks.ts';

type Drafts = Generator<ProblemDraft>;

interface TwistUse {
  readonly names: PlanNames;
  readonly raw: RawMap;
  readonly path: PlanPath;
  /** Raw procedure that the scenario goes back by. */
  readonly rollback: string | undefined;
  readonly goLive: string | undefined;
}

interface TwistKind {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly problems: (use: TwistUse) => Drafts;
}

/** Twists that a drill can do, with the keys that each takes. */
const KINDS: Readonly<Record<string, TwistKind>> = {
  'GF-10': { required: ['in', 'defect'], optional: [], problems: badBackup },
  'GF-11': { required: [], optional: ['step'], problems: markedStep },
  'GF-12': { required: ['in', 'users'], optional: ['count'], problems: ownAddress },
  'GF-13': { required: [], optional: ['role'], problems: absentRole },
  'GF-14': { required: ['in', 'users', 'http', 'count', 'trigger'], optional: ['within'], problems: flood },
  'GF-17': { required: ['channel'], optional: [], problems: deafChannel },
  'GF-18': { required: ['in', 'users'], optional: [], problems: ownAddress },
  'GF-20': { required: ['step', 'instead'], optional: [], problems: wrongHost },
};

export function isTwist(id: string): boolean {
  return id in KINDS;
}

export function* twistProblems(names: PlanNames, scenario: RawMap, path: PlanPath): Drafts {
  for (const [index, value] of listOf(scenario['twists']).entries()) {
    const raw = mapOf(value);
    const at = [...path, 'twists', index];
    const id = textOf(raw['id']);
    if (id === undefined) continue;
    yield* expectCatalogueId({ path: [...at, 'id'], value: id, family: 'GF' });
    const kind = KINDS[id];
    if (kind !== undefined) {
      yield* keyProblems(kind, raw, at);
      yield* kind.problems({
        names,
        raw,
        path: at,
        rollback: textOf(scenario['rollback']),
        goLive: goLiveIn(names, scenario),
      });
    } else if (findCatalogueEntry(id) !== undefined)
      yield {
        path: [...at, 'id'],
        message: `${id} (${findCatalogueEntry(id)?.name ?? ''}) is no twist that this release can do`,
        found: id,
        instead: `write one of ${Object.keys(KINDS).join(', ')}${faultPlaceOf(id) === undefined ? '' : ', or this one under `faults`'}`,
      };
  }
}

function goLiveIn(names: PlanNames, scenario: RawMap): string | undefined {
  const { at } = scenario;
  const during = textOf(memberOf(at, 'during')) ?? textOf(scenario['goLive']);
  return during ?? entriesOf(names.raw['procedures']).find(([, value]) => memberOf(value, 'to') === at)?.[0];
}

function* keyProblems({ required, optional }: TwistKind, raw: RawMap, path: PlanPath): Drafts {
  for (const key of required)
    if (raw[key] === undefined)
      yield {
        path: [...path, key],
        on: 'key',
        message: `the twist ${String(raw['id'])} has no \`${key}\``,
        instead: `add \`${key}:\``,
      };
  const known = ['id', 'seed', ...required, ...optional];
  for (const key of Object.keys(raw))
    if (!known.includes(key) && Object.values(KINDS).some((kind) => [...kind.required, ...kind.optional].includes(key)))
      yield {
        path: [...path, key],
        on: 'key',
        message: `\`${key}\` does not belong to the twist ${String(raw['id'])}`,
        found: key,
        instead: 'remove it',
      };
}

function* badBackup({ names, raw, path, rollback }: TwistUse): Drafts {
  yield* expectSystem(names, STORES, { path: [...path, 'in'], value: raw['in'] });
  const defect = textOf(raw['defect']);
  yield* expectCatalogueId({ path: [...path, 'defect'], value: defect, family: 'BK' });
  const entry = findCatalogueEntry(defect ?? '');
  if (entry !== undefined && entry.availability !== 'available')
    yield {
      path: [...path, 'defect'],
      message: `the defect ${entry.id} (${entry.name}) is planned; this release cannot make it`,
      found: entry.id,
      instead: '`rollproof faults` lists the ones that are available',
    };
  const steps = names.procedures.get(rollback ?? '');
  const store = textOf(raw['in']);
  if (steps === undefined || store === undefined || !names.systems.has(store)) return;
  if (steps.some((step) => listOf(step.raw['restore']).includes(store))) return;
  yield {
    path: [...path, 'in'],
    message: `no step of \`${rollback ?? ''}\` restores \`${store}\`, so nothing would meet its bad backup`,
    found: store,
    instead: 'name a store that the rollback restores',
  };
}

function* ownAddress({ names, raw, path }: TwistUse): Drafts {
  yield* expectSystem(names, ['service'], { path: [...path, 'in'], value: raw['in'] });
  yield* expectDeclared(names, 'user group', { path: [...path, 'users'], value: raw['users'] });
}

function* absentRole({ names, raw, path }: TwistUse): Drafts {
  yield* expectDeclared(names, 'role', { path: [...path, 'role'], value: raw['role'] });
}

function* flood({ names, raw, path }: TwistUse): Drafts {
  yield* expectSystem(names, ['service', 'route'], { path: [...path, 'in'], value: raw['in'] });
  yield* expectDeclared(names, 'user group', { path: [...path, 'users'], value: raw['users'] });
  const triggers = entriesOf(names.raw['triggers']).map(([name]) => name);
  yield* expectOneOf(triggers, {
    path: [...path, 'trigger'],
    value: raw['trigger'],
    kind: 'trigger',
    where: 'under `triggers`',
  });
}

function* markedStep({ names, raw, path, rollback, goLive }: TwistUse): Drafts {
  const marked = [goLive, rollback]
    .flatMap((name) => names.procedures.get(name ?? '') ?? [])
    .filter((step) => step.raw['pointOfNoReturn'] !== undefined)
    .flatMap((step) => step.id ?? []);
  if (marked.length === 0)
    yield {
      path: [...path, 'id'],
      message: 'no step of this scenario is marked as a point of no return, so none can be crossed early',
      found: 'GF-11',
      instead: 'mark one with `pointOfNoReturn:`',
    };
  else
    yield* expectOneOf(marked, {
      path: [...path, 'step'],
      value: raw['step'],
      kind: 'step',
      where: 'among those marked with `pointOfNoReturn`',
    });
}

function* deafChannel({ names, raw, path }: TwistUse): Drafts {
  yield* expectDeclared(names, 'channel', { path: [...path, 'channel'], value: raw['channel'] });
}

const POINTABLE = ['run', 'sql', 'restore'] as const;

function* wrongHost({ names, raw, path, rollback }: TwistUse): Drafts {
  yield* expectSystem(names, STORES, { path: [...path, 'instead'], value: raw['instead'] });
  const steps = (names.procedures.get(rollback ?? '') ?? []).filter(({ kinds: [kind] }) =>
    POINTABLE.some((one) => one === kind),
  );
  yield* expectOneOf(
    steps.flatMap((step) => step.id ?? []),
    {
      path: [...path, 'step'],
      value: raw['step'],
      kind: 'step',
      where: `among those of \`${rollback ?? ''}\` that act on a store (${POINTABLE.join(', ')})`,
    },
  );
}
