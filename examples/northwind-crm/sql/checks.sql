-- Questions to both databases that a team asks before, during and after the move. Counting questions answer 0 when all is well.
-- The flows of the legacy CRM have the ending -legacy.

-- name: schema-version
select value from meta where key = 'schema';

-- name: user-list
select id, email, name, role from users where active order by email;

-- name: reset-passwords
-- Gives every user the password "rehearsal". On a copy only.
update users set password = 'sha256:copy:' || encode(sha256(convert_to('copy' || 'rehearsal', 'UTF8')), 'hex');

-- name: flow-armed
select armed from flows where name = 'push';

-- name: flow-credential-here
-- For push ask the partner as well; the credential of nightly is a file.
select token is not null from flows where name = 'push';

-- name: flow-in-flight
select count(*) from flow_queue where flow = 'push' and state = 'sending';

-- name: flow-at-work
select count(*) from pg_locks where locktype = 'advisory' and classid = 7302 and granted
  and objid = (hashtext('push')::bigint & 4294967295)::oid and database = (select oid from pg_database where datname = current_database());

-- name: flow-cursor
select cursor from flows where name = 'push';

-- name: flow-sent
select count(*), max(seq) from flow_sent where flow = 'push';

-- name: flow-received
select count(*), max(seq) from inbound_events where flow = 'webhook';

-- name: flow-still-queued
select count(*) from flow_queue where flow = 'push' and state in ('queued', 'sending');

-- name: half-orders
select count(*) from orders o where not exists (select from order_lines l where l.order_number = o.number);

-- name: public-rights
select count(*) from permissions where public;

-- name: changes-by-table (new CRM: since the load)
select table_name, operation, count(*) from changes group by table_name, operation order by table_name, operation;

-- name: records-without-crosswalk (new CRM: made here)
select 'organisations' as made, count(*) from organisations t where not exists (select from crosswalk w where w.new_table = 'organisations' and w.new_id = t.id)
union all select 'people', count(*) from people t where not exists (select from crosswalk w where w.new_table = 'people' and w.new_id = t.id)
union all select 'opportunities', count(*) from opportunities t where not exists (select from crosswalk w where w.new_table = 'opportunities' and w.new_id = t.id)
union all select 'interactions', count(*) from interactions t where not exists (select from crosswalk w where w.new_table = 'interactions' and w.new_id = t.id)
union all select 'files', count(*) from files t where not exists (select from crosswalk w where w.new_table = 'files' and w.new_id = t.id);

-- name: totals-per-currency (legacy CRM)
select currency, count(*), sum(amount) from deals group by currency order by currency;

-- name: totals-per-currency (new CRM)
select currency, count(*), sum(amount_cents) / 100.0 from opportunities group by currency order by currency;

-- name: imported (legacy CRM)
select entity, operation, count(*) from imports group by entity, operation order by entity, operation;
