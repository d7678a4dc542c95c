import { type Injection, type InjectionRequest, truthWithoutRows } from '../../../fault/injector.ts';
import type { FaultStore } from './read-shape.ts';
import { quote } from './statement.ts';

/** GF-09: the role by which the programs of this store sign in may no longer do so. Sessions that it has go on. */
export async function lockRole(store: FaultStore, request: InjectionRequest): Promise<Injection> {
  const role = store.role?.();
  const [us] = await store.query('select current_user as name', { readOnly: true });
  if (role === undefined || role === us?.['name'])
    return { applicable: false, why: 'it needs programs that sign in with a role of their own' };
  const sql = `alter role ${quote(role)} nologin`;
  await store.query(sql);
  return {
    applicable: true,
    truth: truthWithoutRows({
      fault: request.id,
      store: store.name,
      object: { kind: 'role', name: role },
      seed: request.seed,
      description: `the role ${role} may no longer sign in`,
      statements: [sql],
    }),
  };
}
