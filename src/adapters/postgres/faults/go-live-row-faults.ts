import type { InjectionRequest } from '../../../fault/injector.ts';
import type { Target } from '../../../fault/targets.ts';
import type { RowFault } from './row-faults.ts';
import { columnOf, deleteOf, type Mutation, selectionOf, updateOf } from './statement.ts';

/** Failures of a go-live that are rows of a store. The plan names table and column: nothing is guessed. */
export const GO_LIVE_ROW_FAULTS: Readonly<Record<string, RowFault>> = {
  'GF-03': {
    kind: 'named',
    needs: 'a column that says who may sign in',
    build: async (target, request) => revoke(target, request),
  },
  'GF-05': {
    kind: 'named',
    needs: 'a column that is true or false',
    build: async (target, request) => widen(target, request),
  },
  'GF-08': {
    kind: 'named',
    needs: 'a column that says how new a row is',
    build: async (target, request) => dropNewest(target, request),
  },
};

/** A flag goes down; anything else is emptied, which the store may refuse. */
function revoke(target: Target, request: InjectionRequest): Mutation | undefined {
  const [column] = target.columns;
  if (column === undefined) return undefined;
  const value = columnOf(column.name);
  const isFlag = column.family === 'boolean';
  const none = column.notNull ? "''" : 'null';
  return updateOf({
    ...selectionOf(target, request, isFlag ? value : `${value} is not null`),
    set: { [column.name]: isFlag ? 'false' : none },
    description: `accounts have ${column.name} revoked`,
  });
}

function widen(target: Target, request: InjectionRequest): Mutation | undefined {
  const [column] = target.columns;
  if (column?.family !== 'boolean') return undefined;
  return updateOf({
    ...selectionOf(target, request, `not ${columnOf(column.name)}`),
    set: { [column.name]: 'true' },
    description: `permissions have ${column.name} set`,
  });
}

/** What an extract of an earlier day does not hold yet. */
function dropNewest(target: Target, request: InjectionRequest): Mutation | undefined {
  const [column] = target.columns;
  if (column === undefined) return undefined;
  const newest = columnOf(column.name);
  return deleteOf(
    { ...selectionOf(target, request, `${newest} is not null`), first: `${newest} desc` },
    `newest rows by ${column.name} are not in it`,
  );
}
