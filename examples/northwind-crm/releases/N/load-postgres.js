/**
 * How records of the legacy CRM become ours. A key is made from the legacy key, so a load that is called again makes
 * nothing twice and finds what it made before. `r` is the batch.
 */
const key = (table, column) => `md5('${table}/' || r.${column})::uuid`;
const rows = (columns) => `from jsonb_to_recordset(?::jsonb) as r (${columns}) on conflict (id) do nothing`;

export const ENTITIES = {
  users: {
    into: 'users',
    sql: `insert into users (id, email, name, role, password, active)
      select ${key('users', 'id')}, r.email, r.name, r.role, r.password, r.active
      ${rows('id bigint, email text, name text, role text, password text, active boolean')}`,
  },
  accounts: {
    into: 'organisations',
    sql: `insert into organisations (id, name, sector, city, country, website, owner_id, active, mark, created_at)
      select ${key('accounts', 'id')}, r.name, nullif(r.industry, ''), r.city, r.country, nullif(r.website, ''), ${key('users', 'owner_id')}, r.active, r.mark, r.created_at
      ${rows('id bigint, name text, industry text, city text, country text, website text, owner_id bigint, active boolean, mark text, created_at timestamptz')}`,
  },
  contacts: {
    into: 'people',
    sql: `insert into people (id, organisation_id, first_name, last_name, email, phone, job_title, attributes, source, owner_id, mark, created_at)
      select ${key('contacts', 'id')}, ${key('accounts', 'account_id')}, split_part(n.tidy, ' ', 1), substr(n.tidy, length(split_part(n.tidy, ' ', 1)) + 2),
        nullif(r.email, ''), nullif(r.phone, ''), r.position, r.profile || jsonb_build_object('tags', r.tags, 'birthday', r.birthday), r.source,
        (select o.owner_id from organisations o where o.id = ${key('accounts', 'account_id')}), r.mark, r.created_at
      from jsonb_to_recordset(?::jsonb) as r (id bigint, account_id bigint, name text, email text, phone text, position text, tags jsonb, profile jsonb,
        birthday date, source text, mark text, created_at timestamptz)
      cross join lateral (select regexp_replace(btrim(r.name), '\\s+', ' ', 'g') as tidy) n on conflict (id) do nothing`,
  },
  deals: {
    into: 'opportunities',
    sql: `insert into opportunities (id, organisation_id, person_id, title, amount_cents, currency, stage, close_date, owner_id, mark, created_at)
      select ${key('deals', 'id')}, ${key('accounts', 'account_id')}, ${key('contacts', 'contact_id')}, r.title, (r.amount * 100)::bigint, r.currency,
        case r.stage when 'lead' then 'new' when 'qualify' then 'qualified' else r.stage end, r.close_date, ${key('users', 'owner_id')}, r.mark, r.created_at
      ${rows('id bigint, account_id bigint, contact_id bigint, title text, amount numeric, currency text, stage text, close_date date, owner_id bigint, mark text, created_at timestamptz')}`,
  },
  activities: {
    into: 'interactions',
    sql: `insert into interactions (id, organisation_id, person_id, owner_id, kind, subject, body, happened_at, minutes, done, mark)
      select ${key('activities', 'id')}, ${key('accounts', 'account_id')}, ${key('contacts', 'contact_id')}, ${key('users', 'owner_id')}, r.kind, r.subject,
        nullif(r.body, ''), r.happened_at, r.minutes, r.done, r.mark
      ${rows('id bigint, account_id bigint, contact_id bigint, owner_id bigint, kind text, subject text, body text, happened_at timestamptz, minutes integer, done boolean, mark text')}`,
  },
  documents: {
    into: 'files',
    hasFiles: true,
    sql: `insert into files (id, organisation_id, name, size, sha256, path, uploaded_by, mark, created_at)
      select ${key('documents', 'id')}, ${key('accounts', 'account_id')}, r.name, r.size, r.sha256, r.path, ${key('users', 'uploaded_by')}, r.mark, r.created_at
      ${rows('id bigint, account_id bigint, name text, size bigint, sha256 text, path text, uploaded_by bigint, mark text, created_at timestamptz')}`,
  },
};

export const NEXT_BATCH = (table) =>
  `select to_jsonb(t) as row from (select * from ${table} where id > ? order by id limit ?) t`;

export const CROSSWALK = (table, into) =>
  `insert into crosswalk (legacy_table, legacy_id, new_table, new_id, legacy_version)
   select '${table}', r.id, '${into}', ${key(table, 'id')}, coalesce(r.version, 0)
   from jsonb_to_recordset(?::jsonb) as r (id bigint, version bigint) on conflict do nothing`;
