import type { Allowance, Rules } from '../../subject/allowance.ts';
import type { World } from '../world.ts';

/** What changed on the twin by itself may have changed up to three times as often in the drill, which runs longer. */
const SELF_CHANGE_FACTOR = 3;

const DECLARED = 'declared: ';

export function isDeclared({ why }: Allowance): boolean {
  return why.startsWith(DECLARED);
}

/** What is so by definition, and nothing else. */
function definitionRules(world: World, storeName: string): Rules {
  const system = world.plan.systems[storeName];
  const baseline = world.reading(storeName, 'baseline');
  return {
    allowances: [],
    exact: system?.kind === 'postgres' ? (system.exact ?? []) : [],
    gapless: system?.kind === 'postgres' ? (system.gapless ?? []) : [],
    volatile: baseline.parts.filter((part) => part.volatile).map((part) => part.name),
  };
}

/** And what we wrote ourselves into a store that is not restored. */
export function atRestRules(world: World, storeName: string): Rules {
  return { ...definitionRules(world, storeName), allowances: ledgerAllowances(world, storeName) };
}

/** After everything: as in the control run, as the plan declares, and what was acknowledged. */
export function secondReadingRules(world: World, storeName: string): Rules {
  const allowances = [
    ...selfAllowances(world, storeName),
    ...declaredAllowances(world, storeName),
    ...ledgerAllowances(world, storeName),
  ];
  return { ...definitionRules(world, storeName), allowances };
}

function selfAllowances(world: World, storeName: string): readonly Allowance[] {
  return world.selfChanges
    .filter((change) => change.store === storeName)
    .map((change) => ({
      part: change.part,
      operation: change.operation,
      columns: change.columns,
      max: change.rows * SELF_CHANGE_FACTOR,
      why: 'changes by itself, as in the control run',
    }));
}

function declaredAllowances(world: World, storeName: string): readonly Allowance[] {
  return world.plan.differences
    .filter((declared) => declared.in === undefined || declared.in === storeName)
    .flatMap((declared) =>
      declared.operations.map((operation) => ({
        part: declared.table,
        operation,
        columns: declared.columns ?? null,
        max: declared.max,
        why: `${DECLARED}${declared.why}`,
      })),
    );
}

function ledgerAllowances(world: World, storeName: string): readonly Allowance[] {
  return world.ledger
    .filter((entry) => entry.store === storeName)
    .map(({ part, operation, key, why }) => ({
      part,
      operation,
      columns: null,
      max: 1,
      why,
      ...(key === null ? {} : { key }),
    }));
}
