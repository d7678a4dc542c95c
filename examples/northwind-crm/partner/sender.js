import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;

/** Sends forms to the CRMs: one at a time per flow, and the same one again until it is acknowledged. */
export function createSender({ ledger, env }) {
  const loops = new Map();

  /** WEBHOOK_URL for the flow `webhook`, WEBHOOK_LEGACY_URL for `webhook-legacy`. */
  function addressOf(flow) {
    const name = `${flow.name.toUpperCase().replaceAll('-', '_')}_URL`;
    const base = env[name] ?? env.WEBHOOK_URL;
    if (!base) throw new Error(`the environment variable ${name} is not set`);
    return `${base.replace(/\/$/, '')}/hooks/${flow.name}`;
  }

  async function send(flow, form) {
    await ledger.record({ type: 'sent', flow: flow.name, messageId: form.messageId, seq: form.seq });
    const response = await fetch(addressOf(flow), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${flow.token ?? ''}` },
      body: JSON.stringify(form),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    if (response.ok) await ledger.record({ type: 'acknowledged', flow: flow.name, messageId: form.messageId });
    return response.status;
  }

  function nextForm(flow) {
    const open = `${flow.name}-in-${flow.sentSeq}`;
    const seq = flow.sentSeq > 0 && !flow.acknowledged.has(open) ? flow.sentSeq : flow.sentSeq + 1;
    return {
      messageId: `${flow.name}-in-${seq}`,
      seq,
      email: `visitor${seq}@web.example`,
      text: `Please call me back (${seq})`,
    };
  }

  function start(flow) {
    if (loops.has(flow.name)) return;
    const stopping = new AbortController();
    const loop = async () => {
      while (!stopping.signal.aborted) {
        await send(flow, nextForm(flow)).catch((error) =>
          console.error(`${flow.name}: ${error.cause?.message ?? error.message}`),
        );
        await delay(flow.intervalMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    };
    loops.set(flow.name, { stopping, ended: loop() });
  }

  /** Returns when the form at work has been answered. */
  async function stop(flow) {
    const loop = loops.get(flow.name);
    loops.delete(flow.name);
    loop?.stopping.abort();
    await loop?.ended;
  }

  for (const flow of ledger.flows.values()) if (flow.armed) start(flow);
  return {
    async arm(flow, { intervalMs }) {
      addressOf(flow);
      await ledger.record({ type: 'arm', flow: flow.name, armed: true, intervalMs });
      start(flow);
    },
    async disarm(flow) {
      await ledger.record({ type: 'arm', flow: flow.name, armed: false });
      await stop(flow);
    },
    /** One form now, armed or not; a number only when it is given one. The same id twice is a redelivery. */
    sendNow: (flow, form) => send(flow, { seq: 0, ...form }),
    close: () => Promise.all([...ledger.flows.values()].map(stop)),
  };
}
