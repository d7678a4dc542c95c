import { expect, test } from 'vitest';
import type { PlanInput } from '../../src/plan/schema.ts';
import { rehearse } from '../support/rehearse.ts';
import { insertAfter } from '../support/variants.ts';
import { claimOf, comparisonOf, expectVerdict, findingsAbout, objectsOf, rowsOf } from '../support/verdicts.ts';

/** Behind the restore and before any program starts, as a careless script would do it; triggers see nothing of it. */
function tampering(sql: string): (plan: PlanInput) => void {
  return (plan) =>
    insertAfter(
      plan,
      { procedure: 'go-back', step: 'analyze' },
      {
        id: 'careless',
        in: 'db',
        sql: `begin; set local session_replication_role = replica; ${sql}; commit`,
        repeat: 'safe',
      },
    );
}

test('values that no count and no user sees are named by row and column, and so are constraints and sequences', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: tampering(`
    update contacts c set phone = o.phone from contacts o where (c.id, o.id) in ((2, 4), (4, 2));
    update accounts set revenue = -revenue where id = 3;
    update contacts set email = '' where id = 5;
    select setval('accounts_id_seq', 1);
    alter table activities drop constraint activities_account_id_fkey;
    alter table activities add constraint activities_account_id_fkey foreign key (account_id) references accounts (id)`),
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', files: 'proven', function: 'proven', access: 'proven' },
  });
  const found = comparisonOf(record, 'db', 'at rest');
  expect([...rowsOf(found)].sort()).toEqual([
    'public.accounts update id=3 revenue',
    'public.contacts update id=2 phone',
    'public.contacts update id=4 phone',
    'public.contacts update id=5 email',
  ]);
  expect(objectsOf(found)).toEqual(['constraint activities_account_id_fkey on public.activities update']);
  expect(found.difference.counters).toMatchObject([{ name: 'public.accounts_id_seq', direction: 'behind' }]);
  expect(claimOf(record, 'data').because.join(' ')).toMatch(
    /activities_account_id_fkey on public\.activities is different|and \d+ more/,
  );
});

test('one disabled user, a right gained, and a table opened to strangers', async () => {
  const rehearsed = await rehearse({
    scenario: 'clean-return',
    edit: tampering(`
    update users set active = false where id = 7;
    insert into permissions (role, resource, action, scope) values ('viewer', 'notes', 'create', 'all'), ('viewer', 'notes', 'read', 'all'), ('viewer', 'notes', 'delete', 'all');
    update permissions set public = true where role = 'viewer' and resource = 'contacts' and action = 'read'`),
  });
  const { record } = rehearsed;
  expectVerdict(rehearsed, {
    exit: 10,
    whole: 'failed',
    claims: { data: 'failed', function: 'proven', access: 'failed' },
  });
  const [sweep] = record.access;
  const changed = Object.fromEntries(
    (sweep?.users ?? [])
      .filter((user) => user.changes.length > 0)
      .map((user) => [user.user.split('@')[0], user.changes.join('; ')]),
  );
  expect(changed['user7']).toMatch(/missing/);
  for (const viewer of ['user37', 'user38', 'user39', 'user40']) expect(changed[viewer]).toMatch(/^add-note gained/);
  // A right that is open to everybody is also open to those who saw only their own contacts.
  expect(changed['user9']).toMatch(/^see-contacts counts 750, /);
  expect(changed).not.toHaveProperty('user1');
  expect(sweep?.anonymous.filter((probe) => probe.changed).map((probe) => probe.path)).toEqual(['/api/contacts']);
  expect(findingsAbout(record, /^\/api\/contacts answers differently without login/)).toMatchObject([
    { severity: 'critical' },
  ]);
  expect(findingsAbout(record, /user7@harbour\.example/)).toHaveLength(1);
  expect(rowsOf(comparisonOf(record, 'db', 'at rest'))).toContain('public.users update id=7 active');
});
