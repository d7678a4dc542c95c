import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { optionalText, requireMoney, requireText } from './fields.js';
import { HttpError } from './http-error.js';
import { LOADS, printCrosswalk } from './load.js';
import { migrate } from './migrate.js';
import { placeOf } from './placement.js';
import { choice, editable, yesOrNo } from './records.js';

const OWN_ORGANISATIONS = 'organisation_id in (select id from organisations where owner_id = ?)';

/** The new CRM: two names, money in cents, keys that nobody can guess. */
export const release = {
  version: 'N',
  schema: 'N',
  product: 'Northwind CRM, new',
  accent: '#6a3d8f',
  id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  hasJobs: false,
  documents: { pathOf: (file) => file.path },
  describe,
  storeFile,
  migrate,
  commands: { ...LOADS, crosswalk: printCrosswalk },
  machineRoutes: {},
  flows: [
    {
      name: 'push',
      kind: 'push',
      role: 'push_user',
      source: 'crm-new',
      orderPrefix: 'N-',
      won: `select c.key, min(c.sequence) as sequence, d.title, d.amount_cents / 100.0 as amount, d.currency
        from changes c join opportunities d on c.table_name = 'opportunities' and d.id = c.key::uuid
        where c.sequence > ? and d.stage = 'won'
          and not exists (select 1 from orders o join order_lines l on l.order_number = o.number where o.deal_key = c.key)
        group by c.key, d.title, d.amount_cents, d.currency order by 2`,
      changes: `select c.sequence as seq, c.key, c.operation, coalesce(p.source = 'partner', o.number is null and c.table_name = 'opportunities', false) as echo,
          case when c.table_name = 'opportunities'
            then jsonb_build_object('kind', 'order', 'number', o.number, 'total', o.total, 'currency', o.currency,
              'lines', (select jsonb_agg(jsonb_build_object('text', l.text, 'amount', l.amount) order by l.position) from order_lines l where l.order_number = o.number))
            else jsonb_build_object('kind', 'contact', 'first_name', p.first_name, 'last_name', p.last_name, 'email', p.email, 'phone', p.phone, 'mark', p.mark) end as data
        from changes c
          left join people p on c.table_name = 'people' and p.id = c.key::uuid
          left join orders o on c.table_name = 'opportunities' and o.sequence = c.sequence
        where c.sequence > ? and c.table_name in ('people', 'opportunities') order by c.sequence`,
    },
    { name: 'webhook', kind: 'webhook', role: 'webhook_user', source: 'crm-new', receive },
    {
      name: 'nightly',
      kind: 'nightly',
      role: 'nightly_user',
      source: 'crm-new',
      changes: `select c.sequence as seq, c.key, c.operation, false as echo,
          jsonb_build_object('kind', 'opportunity', 'title', d.title, 'amount', d.amount_cents / 100.0, 'currency', d.currency, 'stage', d.stage, 'mark', d.mark) as data
        from changes c left join opportunities d on d.id = c.key::uuid
        where c.sequence > ? and c.table_name = 'opportunities' order by c.sequence`,
    },
  ],
};

const owned = (user) => ({ owner_id: user?.id ?? null });
const cents = (body, field) => requireMoney(body, field).replace('.', '');

function describe() {
  return {
    organisations: editable(
      {
        table: 'organisations',
        columns: ['id', 'name', 'sector', 'city', 'country', 'website', 'owner_id', 'active', 'created_at'],
        own: 'owner_id = ?',
      },
      {
        fields: {
          name: requireText,
          sector: choice,
          city: requireText,
          country: requireText,
          website: choice,
          active: yesOrNo,
        },
        defaults: owned,
      },
    ),
    people: editable(
      {
        table: 'people',
        columns: [
          'id',
          'organisation_id',
          'first_name',
          'last_name',
          'email',
          'phone',
          'job_title',
          'owner_id',
          'created_at',
        ],
        own: `(owner_id = ? or ${OWN_ORGANISATIONS})`,
      },
      {
        fields: {
          organisation_id: key,
          first_name: requireText,
          last_name: choice,
          email: choice,
          phone: choice,
          job_title: choice,
        },
        defaults: owned,
      },
    ),
    opportunities: describeOpportunities(),
    interactions: editable(
      {
        table: 'interactions',
        columns: ['id', 'organisation_id', 'person_id', 'owner_id', 'kind', 'subject', 'body', 'happened_at', 'done'],
        own: 'owner_id = ?',
      },
      {
        fields: {
          organisation_id: key,
          person_id: key,
          kind: requireText,
          subject: requireText,
          body: choice,
          done: yesOrNo,
        },
        defaults: owned,
      },
    ),
    notes: describeNotes(),
    files: {
      table: 'files',
      columns: ['id', 'organisation_id', 'name', 'size', 'sha256', 'path', 'uploaded_by', 'mark', 'created_at'],
      own: `(uploaded_by = ? or ${OWN_ORGANISATIONS})`,
      isFile: true,
    },
  };
}

function describeOpportunities() {
  return editable(
    {
      table: 'opportunities',
      columns: [
        'id',
        'organisation_id',
        'person_id',
        'title',
        'amount_cents',
        'currency',
        'stage',
        'close_date',
        'owner_id',
        'created_at',
      ],
      own: 'owner_id = ?',
      fromRow: ({ amount_cents, ...row }) => ({ ...row, amount: (amount_cents / 100).toFixed(2) }),
    },
    {
      fields: {
        organisation_id: key,
        person_id: key,
        title: requireText,
        amount_cents: cents,
        currency: choice,
        stage: choice,
        close_date: choice,
      },
      names: { amount_cents: 'amount' },
      defaults: owned,
    },
  );
}

function describeNotes() {
  return {
    table: 'interactions',
    columns: ['id', 'organisation_id', 'owner_id', 'body', 'happened_at', 'mark'],
    only: "kind = 'note'",
    own: 'owner_id = ?',
    toRow: (body, user) => {
      const text = requireText(body, 'text');
      return {
        organisation_id: key(body, 'organisation_id'),
        ...owned(user),
        kind: 'note',
        subject: text.slice(0, 80),
        body: text,
        done: true,
        mark: optionalText(body.mark),
      };
    },
    fromRow: ({ body, ...row }) => ({ ...row, text: body }),
  };
}

function key(body, field) {
  const text = optionalText(body[field]);
  if (text !== null && !release.id.test(text)) throw new HttpError(400, `"${text}" is not an id`);
  return text;
}

/** The row is committed last, so that no row stands without its file. */
async function storeFile({ docs }, { tx, user, request }) {
  const { query, content } = request;
  const name = basename(query.get('name') ?? '');
  if (name === '' || name.startsWith('.')) throw new HttpError(400, 'the parameter "name" must be a file name');
  const id = randomUUID();
  const path = placeOf({ id, name });
  await tx.insert('files', {
    id,
    organisation_id: key({ id: query.get('organisation_id') }, 'id'),
    name,
    size: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    path,
    uploaded_by: user?.id ?? null,
    mark: optionalText(query.get('mark')),
  });
  await mkdir(dirname(join(docs, path)), { recursive: true });
  await writeFile(join(docs, path), content);
  return id;
}

/** A form from the web becomes a ticket. Who gives a name and is unknown becomes a person that came from the partner. */
async function receive(tx, form) {
  const email = optionalText(form.email);
  const known =
    email && (await tx.first('select id, organisation_id from people where lower(email) = lower(?)', [email]));
  const [first_name, ...rest] = (optionalText(form.name) ?? '').split(/\s+/);
  const personId =
    known?.id ??
    (first_name === ''
      ? null
      : await tx.insert('people', { first_name, last_name: rest.join(' '), email, source: 'partner' }));
  await tx.insert('interactions', {
    organisation_id: known?.organisation_id ?? null,
    person_id: personId,
    kind: 'ticket',
    subject: `Web form ${form.messageId}`,
    body: optionalText(form.text),
    mark: optionalText(form.mark),
  });
}
