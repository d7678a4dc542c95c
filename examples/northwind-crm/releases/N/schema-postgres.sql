create table meta (key text primary key, value text not null);

create table users (
  id uuid primary key default gen_random_uuid(),
  email text not null unique,
  name text not null,
  role text not null check (role in ('admin', 'manager', 'sales', 'service', 'viewer')),
  password text not null,
  active boolean not null default true,
  last_login timestamptz
);
create table sessions (
  token_hash text primary key,
  user_id uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default current_timestamp,
  expires_at timestamptz not null
);
create table permissions (
  role text not null,
  resource text not null,
  action text not null check (action in ('read', 'create', 'update', 'delete')),
  scope text not null check (scope in ('all', 'own')),
  public boolean not null default false,
  primary key (role, resource, action)
);

create table organisations (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  sector text,
  city text not null,
  country char(2) not null,
  website text,
  owner_id uuid references users (id) on delete set null,
  active boolean not null default true,
  mark text,
  created_at timestamptz not null default current_timestamp
);
create table people (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid references organisations (id) on delete restrict,
  first_name text not null,
  last_name text not null default '',
  email text,
  phone text,
  job_title text,
  attributes jsonb not null default '{}',
  source text,
  owner_id uuid references users (id) on delete set null,
  mark text,
  created_at timestamptz not null default current_timestamp
);
create table opportunity_stages (code text primary key, label text not null unique, position smallint not null, closed boolean not null);
insert into opportunity_stages values
  ('new', 'New', 1, false), ('qualified', 'Qualified', 2, false), ('proposal', 'Proposal', 3, false), ('negotiation', 'Negotiation', 4, false),
  ('on_hold', 'On hold', 5, false), ('won', 'Won', 6, true), ('lost', 'Lost', 7, true);
create table opportunities (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid references organisations (id) on delete restrict,
  person_id uuid references people (id) on delete set null,
  title text not null,
  amount_cents bigint not null,
  currency char(3) not null default 'EUR' check (currency ~ '^[A-Z]{3}$'),
  stage text not null default 'new' references opportunity_stages (code),
  close_date date,
  owner_id uuid references users (id) on delete set null,
  mark text,
  created_at timestamptz not null default current_timestamp
);
create table interactions (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid references organisations (id) on delete restrict,
  person_id uuid references people (id) on delete set null,
  owner_id uuid references users (id) on delete set null,
  kind text not null check (kind in ('call', 'mail', 'meeting', 'ticket', 'note')),
  subject text not null,
  body text,
  happened_at timestamptz not null default current_timestamp,
  minutes integer,
  done boolean not null default false,
  mark text
);
create table files (
  id uuid primary key default gen_random_uuid(),
  organisation_id uuid references organisations (id) on delete restrict,
  name text not null,
  size bigint not null,
  sha256 char(64) not null,
  path text not null,
  uploaded_by uuid references users (id) on delete set null,
  mark text,
  created_at timestamptz not null default current_timestamp
);
create index people_organisation_id_idx on people (organisation_id);
create index people_email_idx on people (lower(email));
create index opportunities_organisation_id_idx on opportunities (organisation_id);
create index opportunities_person_id_idx on opportunities (person_id);
create index interactions_organisation_id_idx on interactions (organisation_id);
create index interactions_person_id_idx on interactions (person_id);
create index files_organisation_id_idx on files (organisation_id);

-- Which record of the legacy CRM a record was made from, and how often that had been changed.
create table crosswalk (
  legacy_table text not null,
  legacy_id bigint not null,
  new_table text not null,
  new_id uuid not null,
  legacy_version bigint not null default 0,
  loaded_at timestamptz not null default current_timestamp,
  primary key (legacy_table, legacy_id),
  unique (new_table, new_id)
);

do $$ declare t text; begin
  foreach t in array array['organisations', 'people', 'opportunities', 'interactions', 'files'] loop
    execute format('create trigger %1$s_change after insert or update or delete on %1$s for each row execute function note_change()', t);
  end loop;
end $$;

insert into permissions (role, resource, action, scope)
  select r.role, s.resource, a.action,
    case when r.role = 'sales' or (r.role = 'service' and a.action in ('update', 'delete')) then 'own' else 'all' end
  from unnest(array['admin', 'manager', 'sales', 'service', 'viewer']) r (role),
    unnest(array['organisations', 'people', 'opportunities', 'interactions', 'notes', 'files']) s (resource),
    unnest(array['read', 'create', 'update', 'delete']) a (action)
  where not (s.resource in ('notes', 'files') and a.action = 'update')
    and case r.role
      when 'sales' then not (a.action = 'delete' and s.resource in ('organisations', 'people', 'files'))
      when 'service' then s.resource <> 'opportunities' and (a.action = 'read' or s.resource in ('interactions', 'notes') or (s.resource = 'files' and a.action = 'create'))
      when 'viewer' then a.action = 'read' and s.resource <> 'notes'
      else true end;

insert into flows (name, every_ms) values ('push', 1000), ('webhook', 1000), ('nightly', 86400000);
insert into meta (key, value) values ('schema', 'N');

do $$ declare r text; begin
  foreach r in array array['push_user', 'webhook_user', 'nightly_user'] loop
    if not exists (select from pg_roles where rolname = r) then execute format('create role %I login', r); end if;
  end loop;
end $$;
grant select on flows to push_user, webhook_user, nightly_user;
grant update (cursor, last_run, next_run) on flows to push_user, webhook_user, nightly_user;
grant select, insert, update on flow_queue to push_user, nightly_user;
grant select, insert on flow_sent to push_user, nightly_user;
grant select on changes, opportunities to push_user, nightly_user;
grant select on people to push_user;
grant select, insert on orders, order_lines to push_user;
grant usage on sequence flow_files to nightly_user;
grant select, insert on inbound_events, people, interactions to webhook_user;
