-- Questions to this database that a team asks before, during and after an upgrade. Each holds for schema 10 and 11
-- unless it says otherwise. Counting questions answer 0 when all is well.

-- name: schema-version
select value from meta where key = 'schema';

-- name: user-list
select id, email, name, role from users where active order by id;

-- name: reset-passwords
-- Gives every user the password "rehearsal". On a copy only.
update users set password = 'sha256:copy:' || encode(sha256(convert_to('copy' || 'rehearsal', 'UTF8')), 'hex');

-- name: armed-jobs
select name, next_run, last_run from jobs where armed order by name;

-- name: jobs-that-would-fire-now
select count(*) from jobs where armed and next_run <= current_timestamp;

-- name: deal-total-per-currency
-- In whole units on both sides of the migration: schema 11 counts in cents.
select currency, count(*), round(sum(amount)::numeric / (select case value when '10' then 1 else 100 end from meta where key = 'schema'), 2) as total
  from deals group by currency order by currency;

-- name: orphans
-- Rows that point at nothing; the foreign keys forbid them, a restore or a fault may not.
select
  (select count(*) from contacts c where c.account_id is not null and not exists (select from accounts a where a.id = c.account_id))
  + (select count(*) from deals d where d.account_id is not null and not exists (select from accounts a where a.id = d.account_id))
  + (select count(*) from deals d where d.contact_id is not null and not exists (select from contacts c where c.id = d.contact_id))
  + (select count(*) from activities v where v.account_id is not null and not exists (select from accounts a where a.id = v.account_id))
  + (select count(*) from activities v where v.contact_id is not null and not exists (select from contacts c where c.id = v.contact_id))
  + (select count(*) from documents f where f.account_id is not null and not exists (select from accounts a where a.id = f.account_id));

-- name: contacts-without-email-percent
-- Between 9 and 11 in what generate.mjs makes at scale 1 and more.
select round(100.0 * count(*) filter (where email is null or email = '') / greatest(count(*), 1), 2) from contacts;

-- name: duplicate-emails
select count(*) from (select lower(email) from contacts where email <> '' group by lower(email) having count(*) > 1) twice;

-- name: deals-of-unknown-stage
select count(*) from deals d where not exists (select from stages s where s.code = d.stage);

-- name: stage-against-status
select count(*) from deals where (stage = 'won') <> (status = 'won') or (stage = 'lost') <> (status = 'lost');

-- name: public-rights
select count(*) from permissions where public;

-- name: sequences-behind
-- The number of tables whose next id is already taken.
select (select coalesce(max(id), 0) > (select last_value from accounts_id_seq) from accounts)::int
  + (select coalesce(max(id), 0) > (select last_value from contacts_id_seq) from contacts)::int
  + (select coalesce(max(id), 0) > (select last_value from deals_id_seq) from deals)::int
  + (select coalesce(max(id), 0) > (select last_value from activities_id_seq) from activities)::int
  + (select coalesce(max(id), 0) > (select last_value from documents_id_seq) from documents)::int;

-- name: totals-against-deals
-- Accounts whose stored total is not the sum of their open deals; the nightly job makes it 0.
select count(*) from account_totals t full join open_pipeline p using (account_id, currency) where t.open_total is distinct from p.amount;

-- name: unsent-mails
select count(*) from outbox where sent_at is null;

-- name: documents-without-place (schema 11)
select count(*) from documents where stored_as is null;
