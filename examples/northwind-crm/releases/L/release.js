import { describeDocuments, storeDocument } from './documents.js';
import { optionalId, optionalText, requireId, requireMoney, requireText } from './fields.js';
import { answerImport, statusOf } from './imports.js';
import { choice, editable, yesOrNo } from './records.js';
import { describeResources } from './resources.js';

const fileName = ({ id, name }) => `${id}-${name}`;

/** The legacy CRM: whole names, money in units, numbers as keys. */
export const release = {
  version: 'L',
  schema: 'L',
  product: 'Northwind CRM',
  accent: '#1f5f8b',
  id: /^\d{1,15}$/,
  hasJobs: true,
  contacts: { columns: ['name'], toRow: (name) => ({ name }), fromRow: (row) => row },
  deals: {
    firstStage: 'qualify',
    total: 'sum(amount)',
    toStored: (amount) => amount,
    fromStored: (amount) => amount,
  },
  documents: { columns: [], place: (document) => ({ path: fileName(document), columns: {} }), pathOf: fileName },
  resources: {},
  describe,
  storeFile,
  commands: {},
  machineRoutes: { '/api/import/': answerImport },
  flows: [
    {
      name: 'push-legacy',
      kind: 'push',
      role: 'push_user_legacy',
      source: 'crm-legacy',
      orderPrefix: 'L-',
      won: `select c.key, min(c.sequence) as sequence, d.title, d.amount, d.currency
        from changes c join deals d on c.table_name = 'deals' and d.id = c.key::bigint
        where c.sequence > ? and d.stage = 'won'
          and not exists (select 1 from orders o join order_lines l on l.order_number = o.number where o.deal_key = c.key)
        group by c.key, d.title, d.amount, d.currency order by 2`,
      changes: `select c.sequence as seq, c.key, c.operation, coalesce(p.source = 'partner', o.number is null and c.table_name = 'deals', false) as echo,
          case when c.table_name = 'deals'
            then jsonb_build_object('kind', 'order', 'number', o.number, 'total', o.total, 'currency', o.currency,
              'lines', (select jsonb_agg(jsonb_build_object('text', l.text, 'amount', l.amount) order by l.position) from order_lines l where l.order_number = o.number))
            else jsonb_build_object('kind', 'contact', 'name', p.name, 'email', p.email, 'phone', p.phone, 'mark', p.mark) end as data
        from changes c
          left join contacts p on c.table_name = 'contacts' and p.id = c.key::bigint
          left join orders o on c.table_name = 'deals' and o.sequence = c.sequence
        where c.sequence > ? and c.table_name in ('contacts', 'deals') order by c.sequence`,
    },
    { name: 'webhook-legacy', kind: 'webhook', role: 'webhook_user_legacy', source: 'crm-legacy', receive },
    {
      name: 'nightly-legacy',
      kind: 'nightly',
      role: 'nightly_user_legacy',
      source: 'crm-legacy',
      changes: `select c.sequence as seq, c.key, c.operation, false as echo,
          jsonb_build_object('kind', 'deal', 'title', d.title, 'amount', d.amount, 'currency', d.currency, 'stage', d.stage, 'mark', d.mark) as data
        from changes c left join deals d on d.id = c.key::bigint
        where c.sequence > ? and c.table_name = 'deals' order by c.sequence`,
    },
  ],
};

function describe() {
  const { accounts, contacts, deals, activities, notes } = describeResources(release);
  return {
    accounts: editable(accounts, {
      fields: {
        name: requireText,
        industry: choice,
        city: requireText,
        country: requireText,
        website: choice,
        active: yesOrNo,
      },
      defaults: (user) => ({ owner_id: user?.id ?? null }),
    }),
    contacts: editable(contacts, {
      fields: { account_id: requireId, name: requireText, email: choice, phone: choice, position: choice },
    }),
    deals: withStatus(
      editable(deals, {
        fields: {
          account_id: id,
          contact_id: id,
          title: requireText,
          amount: requireMoney,
          currency: choice,
          stage: choice,
          close_date: choice,
        },
        defaults: (user) => ({ owner_id: user?.id ?? null, currency: 'EUR', stage: release.deals.firstStage }),
      }),
    ),
    activities: editable(activities, {
      fields: { account_id: id, contact_id: id, kind: requireText, subject: requireText, body: choice, done: yesOrNo },
      defaults: (user) => ({ owner_id: user?.id ?? null, happened_at: new Date() }),
    }),
    notes: { ...notes, toRow: (body, user) => ({ ...notes.toRow(body, user), mark: optionalText(body.mark) }) },
    documents: { ...marked(describeDocuments(release)), isFile: true },
  };
}

/** The status of a deal follows from its stage. */
function withStatus(deals) {
  const follow = (row) => ('stage' in row ? { ...row, status: statusOf(row.stage) } : row);
  return {
    ...deals,
    toRow: (body, user) => follow(deals.toRow(body, user)),
    toChanges: (body) => follow(deals.toChanges(body)),
  };
}

const id = (body, field) => optionalId(body[field]);
const marked = (resource) => ({ ...resource, columns: [...resource.columns, 'mark'] });

/** The shared module stores the document in a transaction of its own; here it takes part in the caller's. */
async function storeFile(context, { tx, user, request }) {
  const { query, content } = request;
  const documentId = await storeDocument(
    { ...context, store: { transaction: (work) => work(tx) } },
    { user, name: query.get('name'), accountId: optionalId(query.get('account_id')), content },
  );
  const mark = optionalText(query.get('mark'));
  if (mark !== null) await tx.change('update documents set mark = ? where id = ?', [mark, documentId]);
  return documentId;
}

/** A form from the web becomes a ticket. Who gives a name and is unknown becomes a contact that came from the partner. */
async function receive(tx, form) {
  const email = optionalText(form.email);
  const known = email && (await tx.first('select id, account_id from contacts where lower(email) = lower(?)', [email]));
  const name = optionalText(form.name);
  const contactId =
    known?.id ?? (name === null ? null : await tx.insert('contacts', { name, email, source: 'partner' }));
  await tx.insert('activities', {
    account_id: known?.account_id ?? null,
    contact_id: contactId,
    kind: 'ticket',
    subject: `Web form ${form.messageId}`,
    body: optionalText(form.text),
    happened_at: new Date(),
    mark: optionalText(form.mark),
  });
}
