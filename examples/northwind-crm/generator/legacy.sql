-- What the legacy CRM has beyond schema 10: marks, versions, imports, changes that may be repaired by hand, and its flows.
alter table contacts add column source text;
alter table accounts add column mark text, add column version bigint not null default 0, add column imported_from uuid;
alter table contacts add column mark text, add column version bigint not null default 0, add column imported_from uuid;
alter table deals add column mark text, add column version bigint not null default 0, add column imported_from uuid;
alter table activities add column mark text, add column version bigint not null default 0, add column imported_from uuid;
alter table documents add column mark text, add column version bigint not null default 0, add column imported_from uuid;

create table imports (
  idempotency_key text primary key,
  entity text not null,
  operation text not null,
  legacy_id bigint not null,
  at timestamptz not null default current_timestamp
);

create sequence account_numbers;
select setval('account_numbers', (select max(id) from accounts));
alter table accounts alter column number set default 'A-' || lpad(nextval('account_numbers')::text, 7, '0');
alter sequence account_numbers owned by accounts.number;

-- Every change by a person or a flow counts; an import does not.
create function count_version() returns trigger language plpgsql as $$
begin
  if current_setting('crm.quiet', true) is distinct from 'on' then new.version := old.version + 1; end if;
  return new;
end $$;

do $$ declare entity text; begin
  foreach entity in array array['accounts', 'contacts', 'deals', 'activities', 'documents'] loop
    execute format('create unique index %1$s_imported_from_key on %1$s (imported_from) where imported_from is not null', entity);
    execute format('create trigger %1$s_version before update on %1$s for each row execute function count_version()', entity);
  end loop;
  foreach entity in array array['contacts', 'deals'] loop
    execute format('create trigger %1$s_change after insert or update or delete on %1$s for each row execute function note_change()', entity);
  end loop;
end $$;

alter table permissions drop constraint permissions_action_check,
  add constraint permissions_action_check check (action in ('read', 'create', 'update', 'delete'));
insert into permissions (role, resource, action, scope) values
  ('admin', 'accounts', 'create', 'all'), ('manager', 'accounts', 'create', 'all'), ('sales', 'accounts', 'create', 'own'),
  ('admin', 'accounts', 'delete', 'all'), ('manager', 'accounts', 'delete', 'all'),
  ('admin', 'activities', 'create', 'all'), ('manager', 'activities', 'create', 'all'), ('sales', 'activities', 'create', 'own'),
  ('service', 'activities', 'create', 'all'),
  ('admin', 'activities', 'delete', 'all'), ('manager', 'activities', 'delete', 'all'), ('sales', 'activities', 'delete', 'own');
insert into permissions (role, resource, action, scope)
  select role, resource, 'update', scope from permissions where action = 'create' and resource in ('accounts', 'contacts', 'deals', 'activities');

insert into flows (name, every_ms) values ('push-legacy', 1000), ('webhook-legacy', 1000), ('nightly-legacy', 86400000);
update meta set value = 'L' where key = 'schema';

-- An account of the application alone, for plans that let it sign in with one (`user: crm` of the system).
do $$ begin
  if not exists (select from pg_roles where rolname = 'crm') then create role crm login superuser; end if;
end $$;
do $$ declare r text; begin
  foreach r in array array['push_user_legacy', 'webhook_user_legacy', 'nightly_user_legacy'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
  end loop;
end $$;
grant select on flows to push_user_legacy, webhook_user_legacy, nightly_user_legacy;
grant update (cursor, last_run, next_run) on flows to push_user_legacy, webhook_user_legacy, nightly_user_legacy;
grant select, insert, update on flow_queue to push_user_legacy, nightly_user_legacy;
grant select, insert on flow_sent to push_user_legacy, nightly_user_legacy;
grant select on changes, deals to push_user_legacy, nightly_user_legacy;
grant select on contacts to push_user_legacy;
grant select, insert on orders, order_lines to push_user_legacy;
grant usage on sequence flow_files to nightly_user_legacy;
grant select, insert on inbound_events, contacts, activities to webhook_user_legacy;
