import { setTimeout as delay } from 'node:timers/promises';
import { countQueue, deliverQueue, queueCanary, queueChanges, queuedUpTo } from './flow-queue.js';
import { callPartner, deliverToPartner, tellPartner, waitUntil } from './partner-client.js';

const BATCH = 50;
const pathOf = (flow, rest) => `/flows/${flow.name}/${rest}`;

/** Changed contacts and new orders, sent to the partner over HTTP. Its credential is issued by the partner, not on the way of the messages. */
export const push = {
  hasRounds: true,

  async issue({ flow, around }) {
    const path = pathOf(flow, 'credential');
    return (await tellPartner(around.partnerUrl(), { method: 'POST', path })).token;
  },

  async revoke({ flow, around }) {
    await tellPartner(around.partnerUrl(), { method: 'DELETE', path: pathOf(flow, 'credential') });
  },

  /** null: nobody could be asked. */
  async isCredentialValid({ flow, around }, { token }) {
    if (token === null) return false;
    const stats = await statsOf({ flow, around });
    return stats?.credential ?? null;
  },

  async round({ flow, own, around }, { isForced }) {
    await makeOrders({ flow, own, around });
    await queueChanges(own, { flow });
    return deliverQueue(own, {
      flow,
      batch: BATCH,
      isForced,
      send: (messages, { token }) =>
        deliverToPartner(around.deliveryUrl(flow.name), {
          path: pathOf(flow, 'messages'),
          token,
          body: messages.map(({ message_id, seq, payload }) => ({ ...payload, messageId: message_id, seq })),
        }),
    });
  },

  async sendCanary(context, messageId) {
    await queueCanary(context.own, { flow: context.flow, messageId });
    await context.runRound();
    await untilPartnerHas(context, messageId);
  },

  async count({ flow, store }) {
    const { sending, sent } = await countQueue(store, flow.name);
    return { inFlight: sending, sent };
  },
};

/**
 * The header of an order and its lines are two statements, as in many programs: what ends between them leaves an order
 * without lines, and the next round completes it.
 */
async function makeOrders({ flow, own, around }) {
  for (const deal of await own.rows(flow.won, [await queuedUpTo(own, flow.name)])) {
    const number = `${flow.orderPrefix}${deal.sequence}`;
    await own.change(
      'insert into orders (number, deal_key, sequence, currency, total) values (?, ?, ?, ?, ?) on conflict do nothing',
      [number, deal.key, deal.sequence, deal.currency, deal.amount],
    );
    await delay(around.orderDelayMs);
    await own.change(
      `insert into order_lines (order_number, position, text, amount)
       select number, 1, ?, total from orders where deal_key = ? on conflict do nothing`,
      [deal.title, deal.key],
    );
  }
}

export async function statsOf({ flow, around }) {
  try {
    const { status, json } = await callPartner(around.partnerUrl(), { path: pathOf(flow, 'stats') });
    return status === 200 ? json : undefined;
  } catch {
    return undefined;
  }
}

export function untilPartnerHas({ flow, around }, messageId) {
  const path = pathOf(flow, `messages/${messageId}`);
  return waitUntil(async () => (await callPartner(around.partnerUrl(), { path })).status === 200, {
    forMs: around.canaryWaitMs,
    what: `the partner has not received the canary ${messageId}`,
  });
}
