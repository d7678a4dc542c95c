/** A small database with one of everything that readings must not get wrong. */
export const ORIGIN = `
  do $$ begin
    if not exists (select from pg_roles where rolname = 'clerk') then create role clerk; create role reader login; end if;
  end $$;
  create type mood as enum ('ok', 'sad');
  create type place as (x int, y text);
  create function blind(place) returns text language sql immutable as 'select ''always the same''';
  create cast (place as text) with function blind(place);
  create domain positive as numeric check (value > 0);
  create table cells (id bigint primary key, n numeric, j jsonb, b bigint, f float8, i interval, a int[], t text, c bpchar, m mood,
    d positive, p place, ts timestamptz, y bytea, r numrange, ma mood[], "Mixed Name" text, g bigint generated always as (id * 2) stored);
  insert into cells (id, n, j, b, f, i, a, t, c, m, d, p, ts, y, r, ma) values
    (1, 100, '{"a": 1}', 0, 0, '1 day', '{1,2,3,4}', 'one', 'ab', 'ok', 1, (1, 'x'), '2026-01-01T00:00Z', '\\x00', '[1,2)', '{ok,sad}'),
    (2, 1.00, '{"a": 2}', 1, 0.3, '2 days', '{}', 'two', 'a', 'sad', 2, (2, null), 'infinity', '', 'empty', '{}'),
    (3, 'NaN', 'null', null, 'NaN', null, null, null, null, null, null, null, null, null, null, null),
    (-5, 0, '[]', -1, 1, '0', '{5}', '', '', 'ok', 5, (5, ''), '1999-12-31T23:59:59.999999Z', '\\xff', '(,)', '{ok}');
  create table by_uuid (id uuid primary key, v text);
  insert into by_uuid select ('00000000-0000-0000-0000-0000000000' || lpad(k::text, 2, '0'))::uuid, 'v' || k from generate_series(1, 20) k;
  create table by_text ("Key" text not null unique, v text);
  insert into by_text values ('ä,"1"', 'a'), ('\\x', 'b'), ('', 'c'), ('𝄞', 'd'), (U&'\\FFFD', 'e');
  create table by_pair (left_id int, right_id text, v text, primary key (left_id, right_id));
  insert into by_pair select k, l, 'v' from generate_series(1, 5) k, unnest('{a,b,c}'::text[]) l;
  create table log (t text, k int);
  insert into log values ('twice', 1), ('twice', 1), ('once', 2), (null, null);
  create table parent (id serial primary key, v varchar(20) default 'new' check (v in ('new', 'old', 'a,b')), amount bigint check (amount in (1, 2)));
  create index parent_v on parent (v);
  insert into parent (v) select 'old' from generate_series(1, 5);
  create table child (id int primary key, parent int constraint child_parent_fkey references parent on delete cascade);
  insert into child select k, k from generate_series(1, 5) k;
  create function stamp_row() returns trigger language plpgsql as 'begin return new; end';
  create trigger stamp before update on parent for each row execute function stamp_row();
  create view v_parent as select id, v from parent where id > 1;
  comment on column parent.v is 'state';
  grant select on parent to clerk;
  create table guarded (id int primary key);
  alter table guarded enable row level security;
  create policy only_mine on guarded using (id > 0);
  create sequence down increment -1 start 100 minvalue 1 maxvalue 100;
  select nextval('down');
  create publication feed for table parent, child;
  create table events (id int, at date, v text) partition by range (at);
  create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');
  create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
  insert into events select k, date '2025-06-01' + k, 'e' from generate_series(1, 400) k;
  create table elder (id int); create table heir (extra int) inherits (elder);
  insert into elder values (1); insert into heir values (2, 3);
  create unlogged table scratch (id int); insert into scratch values (1);
  create materialized view filled as select count(*) from child;
  create materialized view not_filled as select count(*) from child with no data;
  create statistics pairs on id, parent from child;
  create table dropped_column (gone int, first int, second text); alter table dropped_column drop column gone;
  insert into dropped_column values (1, 'x');
  create table no_columns (); insert into no_columns default values;
  select lo_from_bytea(4242, 'hello large object');
  select lo_put(4242, 5000, 'after a hole');
  create table big (id int primary key, v text);
  insert into big select k, 'v' || k from generate_series(-5000, 15000) k;
`;
