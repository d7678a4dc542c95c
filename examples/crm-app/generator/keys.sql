-- Schema 10 of Harbour CRM, second half.
alter table meta add primary key (key);
alter table users add primary key (id), add constraint users_email_key unique (email);
alter table permissions add primary key (role, resource, action);
alter table sessions add primary key (token_hash),
  add constraint sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade;
alter table stages add primary key (code), add constraint stages_label_key unique (label);
alter table accounts add primary key (id), add constraint accounts_number_key unique (number), add constraint accounts_external_ref_key unique (external_ref),
  add constraint accounts_owner_id_fkey foreign key (owner_id) references users (id);
alter table contacts add primary key (id),
  add constraint contacts_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade;
alter table deals add primary key (id),
  add constraint deals_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade,
  add constraint deals_contact_id_fkey foreign key (contact_id) references contacts (id) on delete set null,
  add constraint deals_stage_fkey foreign key (stage) references stages (code),
  add constraint deals_owner_id_fkey foreign key (owner_id) references users (id) on delete set null;
alter table activities add primary key (id),
  add constraint activities_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade,
  add constraint activities_contact_id_fkey foreign key (contact_id) references contacts (id) on delete cascade,
  add constraint activities_owner_id_fkey foreign key (owner_id) references users (id) on delete set null;
alter table documents add primary key (id),
  add constraint documents_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade,
  add constraint documents_uploaded_by_fkey foreign key (uploaded_by) references users (id) on delete set null;
alter table jobs add primary key (name);
alter table outbox add primary key (id);
alter table account_totals add primary key (account_id, currency),
  add constraint account_totals_account_id_fkey foreign key (account_id) references accounts (id) on delete cascade;
alter table audit_log add primary key (id, happened_at);

create index accounts_owner_id_idx on accounts (owner_id);
create index contacts_account_id_idx on contacts (account_id);
create unique index contacts_email_key on contacts (lower(email)) where email <> '';
create index deals_account_id_idx on deals (account_id);
create index deals_contact_id_idx on deals (contact_id);
create index activities_account_id_idx on activities (account_id);
create index activities_contact_id_idx on activities (contact_id);
create index activities_owner_id_idx on activities (owner_id, kind);

create function touch_row() returns trigger language plpgsql as $$
begin
  new.updated_at := current_timestamp;
  return new;
end $$;
create trigger accounts_touch before update on accounts for each row execute function touch_row();
create trigger contacts_touch before update on contacts for each row execute function touch_row();

create function audit_deal() returns trigger language plpgsql as $$
begin
  insert into audit_log (table_name, row_id, before, after)
    values ('deals', old.id, jsonb_build_object('amount', old.amount, 'stage', old.stage), jsonb_build_object('amount', new.amount, 'stage', new.stage));
  return null;
end $$;
create trigger deals_audit after update of amount, stage on deals for each row
  when (old.amount is distinct from new.amount or old.stage is distinct from new.stage) execute function audit_deal();

create view open_pipeline as
  select account_id, currency, count(*) as deals, sum(amount) as amount from deals where status = 'open' group by account_id, currency;

comment on table deals is 'Opportunities; amounts are in whole units of their currency';
comment on column activities.happened_at is 'When it took place, not when it was typed in';
comment on view open_pipeline is 'Open deals per account and currency';

do $$ begin
  if not exists (select from pg_roles where rolname = 'crm_report') then create role crm_report nologin; end if;
exception when insufficient_privilege then raise notice 'the role crm_report was not created: this user may not create roles';
end $$;
do $$ begin
  if exists (select from pg_roles where rolname = 'crm_report') then
    grant select on accounts, stages, open_pipeline to crm_report;
    grant select (id, account_id, position) on contacts to crm_report;
  end if;
end $$;
