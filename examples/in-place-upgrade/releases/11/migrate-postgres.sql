-- step: consents: a table of their own
create table consents (
  id bigint generated always as identity primary key,
  contact_id bigint not null references contacts (id) on delete cascade,
  kind text not null check (kind in ('newsletter', 'phone')),
  given_at timestamptz,
  unique (contact_id, kind)
);
insert into consents (contact_id, kind, given_at)
  select id, 'newsletter', created_at from contacts where profile ->> 'newsletter' = 'true' order by id;

-- step: contacts: split the name
-- One way: after this nobody can say which spaces a name had, nor that a newsletter was refused.
alter table contacts add column first_name text, add column last_name text;
alter table contacts disable trigger contacts_touch;
update contacts c set
  first_name = split_part(n.tidy, ' ', 1),
  last_name = substr(n.tidy, length(split_part(n.tidy, ' ', 1)) + 2),
  profile = c.profile - 'newsletter'
  from (select id, regexp_replace(btrim(name), '\s+', ' ', 'g') as tidy from contacts offset 0) n where n.id = c.id;
alter table contacts enable trigger contacts_touch;
alter table contacts alter column first_name set not null, alter column last_name set not null, drop column name;

-- step: deals: money in cents
drop view open_pipeline;
drop trigger deals_audit on deals;
alter table deals alter column amount type bigint using (amount * 100)::bigint;
create view open_pipeline as
  select account_id, currency, count(*) as deals, sum(amount) / 100.0 as amount from deals where status = 'open' group by account_id, currency;
comment on view open_pipeline is 'Open deals per account and currency, in whole units';

-- step: stages: rename the first one
insert into stages (code, label, position, closed) select 'qualification', 'Qualification', position, closed from stages where code = 'qualify';
update deals set stage = 'qualification' where stage = 'qualify';
delete from stages where code = 'qualify';
alter table deals alter column stage set default 'qualification';
create trigger deals_audit after update of amount, stage on deals for each row
  when (old.amount is distinct from new.amount or old.stage is distinct from new.stage) execute function audit_deal();

-- step: activities: keep them when a contact is deleted
alter table activities drop constraint activities_contact_id_fkey;
alter table activities add constraint activities_contact_id_fkey foreign key (contact_id) references contacts (id) on delete set null;

-- step: indexes
create index deals_stage_close_date_idx on deals (stage, close_date);
create index contacts_last_name_idx on contacts (last_name, first_name);

-- step: documents: a place for the hashed name
alter table documents add column stored_as text;

-- step: permissions
insert into permissions (role, resource, action, scope, public) values
  ('admin', 'consents', 'read', 'all', false), ('manager', 'consents', 'read', 'all', false), ('sales', 'consents', 'read', 'own', false),
  ('service', 'deals', 'read', 'all', false);
delete from permissions where role = 'viewer' and resource = 'documents';
do $$ begin
  if exists (select from pg_roles where rolname = 'crm_report') then grant select on open_pipeline to crm_report; end if;
end $$;
