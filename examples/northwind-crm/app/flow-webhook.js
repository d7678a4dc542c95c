import { randomBytes, timingSafeEqual } from 'node:crypto';
import { signAs } from './engine-postgres.js';
import { statsOf } from './flow-push.js';
import { HttpError } from './http-error.js';
import { tellPartner, waitUntil } from './partner-client.js';

const pathOf = (flow, rest) => `/flows/${flow.name}/${rest}`;

/** Forms that the partner posts to us. We issue the credential, and tell the partner to begin and to end. */
export const webhook = {
  hasRounds: false,

  issue: async () => randomBytes(24).toString('base64url'),

  async afterStart({ flow, around, store }) {
    const { token, every_ms } = await store.first('select token, every_ms from flows where name = ?', [flow.name]);
    const base = around.partnerUrl();
    await tellPartner(base, { method: 'POST', path: pathOf(flow, 'credential'), body: { token } });
    await tellPartner(base, { method: 'POST', path: pathOf(flow, 'arm'), body: { intervalMs: every_ms } });
  },

  /** While we still listen: the partner answers when the form at work has been answered. */
  async beforeStop({ flow, around }) {
    await tellPartner(around.partnerUrl(), { method: 'POST', path: pathOf(flow, 'disarm') });
  },

  isCredentialValid: async (_, { token }) => token !== null,

  async sendCanary({ flow, around, store }, messageId) {
    const { status } = await tellPartner(around.partnerUrl(), {
      method: 'POST',
      path: pathOf(flow, 'send'),
      body: { messageId, canary: true },
    });
    if (status >= 300) throw new Error(`the partner's canary ${messageId} was answered with ${status}`);
    const isHere = () =>
      store.first('select 1 from inbound_events where flow = ? and message_id = ?', [flow.name, messageId]);
    await waitUntil(isHere, { forMs: around.canaryWaitMs, what: `the canary ${messageId} has not arrived` });
  },

  /** What the partner has sent and nobody has acknowledged; null when the partner cannot be asked. */
  async count({ flow, around, store }) {
    const stats = await statsOf({ flow, around });
    const { received } = await store.first('select count(*) as received from inbound_events where flow = ?', [
      flow.name,
    ]);
    return { inFlight: stats ? stats.sent - stats.acknowledged : null, sent: received };
  },
};

/** POST /hooks/<flow>. The message id makes a second delivery harmless. */
export async function answerHook({ release, flowStores }, { path, token, body }) {
  const flow = release.flows.find((each) => `/hooks/${each.name}` === path && each.kind === 'webhook');
  if (flow === undefined) throw new HttpError(404, 'there is no such hook');
  if (typeof body.messageId !== 'string') throw new HttpError(400, 'the field "messageId" is missing');
  const own = await flowStores.of(flow);
  return own.transaction(async (tx) => {
    // The lock lets `stop` wait for what is being received.
    const row = await tx.first('select token, armed from flows where name = ? for no key update', [flow.name]);
    if (!row.armed || !isSame(row.token, token))
      throw new HttpError(401, `${flow.name} is not open to this credential`);
    const seq = Number(body.seq ?? 0);
    const isNew = await tx.change(
      'insert into inbound_events (flow, message_id, seq, payload) values (?, ?, ?, ?) on conflict do nothing',
      [flow.name, body.messageId, seq, JSON.stringify(body)],
    );
    if (isNew === 0) return { status: 200, json: { accepted: true, duplicate: true } };
    const isEcho = String(body.source ?? '').startsWith('crm-');
    if (!isEcho && !body.canary) {
      await signAs(tx, flow.name);
      await flow.receive(tx, body);
    }
    await tx.change('update flows set cursor = greatest(cursor, ?), last_run = current_timestamp where name = ?', [
      seq,
      flow.name,
    ]);
    return { status: 201, json: { accepted: true } };
  });
}

function isSame(expected, given) {
  const [a, b] = [Buffer.from(expected ?? ''), Buffer.from(given ?? '')];
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
