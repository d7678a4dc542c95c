import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What the partner knows survives its end: every event is a line of $RUN_DIR/partner.jsonl, on the disk before anybody
 * is told about it. The state is those lines, applied one after the other.
 */
export async function openLedger(runDir) {
  await mkdir(runDir, { recursive: true });
  const path = join(runDir, 'partner.jsonl');
  const flows = new Map();
  const notices = [];
  const flowOf = (name) => {
    if (!flows.has(name)) flows.set(name, newFlow(name));
    return flows.get(name);
  };
  const apply = (event) => {
    if (event.type === 'notice') notices.push(event.notice);
    else APPLY[event.type](flowOf(event.flow), event);
  };
  for (const event of await readEvents(path)) apply(event);
  const file = await open(path, 'a');
  let last = Promise.resolve();
  const write = async (events) => {
    if (events.length === 0) return;
    await file.appendFile(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await file.datasync();
    for (const event of events) apply(event);
  };
  return {
    flowOf,
    notices,
    flows,
    record(...events) {
      const done = last.then(() => write(events));
      last = done.catch(() => undefined);
      return done;
    },
    async close() {
      await last;
      await file.close();
    },
  };
}

function newFlow(name) {
  return {
    name,
    messages: new Map(),
    received: 0,
    watermark: 0,
    files: new Set(),
    sentSeq: 0,
    sent: new Set(),
    acknowledged: new Set(),
    armed: false,
    intervalMs: 1000,
    token: null,
  };
}

const APPLY = {
  message(flow, { item }) {
    flow.received += 1;
    const before = flow.messages.get(item.messageId);
    flow.messages.set(item.messageId, before ? { ...before, count: before.count + 1 } : { item, count: 1 });
    flow.watermark = Math.max(flow.watermark, Number(item.seq) || 0);
  },
  credential(flow, { token }) {
    flow.token = token;
  },
  arm(flow, { armed, intervalMs }) {
    flow.armed = armed;
    flow.intervalMs = intervalMs ?? flow.intervalMs;
  },
  sent(flow, { messageId, seq }) {
    flow.sent.add(messageId);
    flow.sentSeq = Math.max(flow.sentSeq, seq);
  },
  acknowledged: (flow, { messageId }) => flow.acknowledged.add(messageId),
  file: (flow, { name }) => flow.files.add(name),
};

/** A line that was being written when the power went was told to nobody: it is cut off. */
async function readEvents(path) {
  const text = await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** The watermark is the highest number that came in, for a flow that we send the highest that went out. */
export function statsOf(flow) {
  return {
    received: flow.received,
    distinct: flow.messages.size,
    duplicates: flow.received - flow.messages.size,
    watermark: Math.max(flow.watermark, flow.sentSeq),
    sent: flow.sent.size,
    acknowledged: flow.acknowledged.size,
    armed: flow.armed,
    credential: flow.token !== null,
  };
}
