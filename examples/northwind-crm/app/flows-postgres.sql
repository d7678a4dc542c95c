-- What both CRMs have: the log of changes, and the flows to and from the partner.
create table changes (
  sequence bigint generated always as identity primary key,
  table_name text not null,
  key text not null,
  operation text not null check (operation in ('insert', 'update', 'delete')),
  at timestamptz not null default clock_timestamp(),
  by text not null
);
create index changes_table_name_idx on changes (table_name, sequence);

-- Runs as the owner: a flow's role may write records without a right to write the log.
-- The lock makes sequences become visible in their order, so that a reader with a cursor misses none.
create function note_change() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare row_key text;
begin
  if current_setting('crm.quiet', true) = 'on' then return null; end if;
  if tg_op = 'DELETE' then row_key := old.id::text; else row_key := new.id::text; end if;
  perform pg_advisory_xact_lock(7301);
  insert into changes (table_name, key, operation, by)
    values (tg_table_name, row_key, lower(tg_op), coalesce(nullif(current_setting('crm.user', true), ''), session_user));
  return null;
end $$;

create table flows (
  name text primary key,
  armed boolean not null default false,
  every_ms integer not null check (every_ms > 0),
  next_run timestamptz,
  last_run timestamptz,
  cursor bigint not null default 0,
  token text
);

create table flow_queue (
  flow text not null references flows (name),
  message_id text not null,
  seq bigint not null,
  payload jsonb not null,
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'skipped')),
  attempts integer not null default 0,
  primary key (flow, message_id)
);
create index flow_queue_open_idx on flow_queue (flow, seq) where state in ('queued', 'sending');
create index flow_queue_seq_idx on flow_queue (flow, seq);

create table flow_sent (
  flow text not null references flows (name),
  message_id text not null,
  seq bigint not null,
  sent_at timestamptz not null default clock_timestamp(),
  primary key (flow, message_id)
);

create sequence flow_files;

create table inbound_events (
  flow text not null references flows (name),
  message_id text not null,
  seq bigint not null,
  payload jsonb not null,
  received_at timestamptz not null default clock_timestamp(),
  primary key (flow, message_id)
);

create table orders (
  number text primary key,
  deal_key text not null unique,
  sequence bigint not null,
  currency char(3) not null,
  total numeric(14,2) not null,
  created_at timestamptz not null default clock_timestamp()
);
create table order_lines (
  order_number text not null references orders (number),
  position smallint not null,
  text text not null,
  amount numeric(14,2) not null,
  primary key (order_number, position)
);
