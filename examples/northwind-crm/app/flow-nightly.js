import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { countQueue, deliverQueue, queueCanary, queueChanges } from './flow-queue.js';
import { untilPartnerHas } from './flow-push.js';

const ROWS_PER_FILE = 10_000;
const COLUMNS = ['title', 'amount', 'currency', 'stage', 'mark', 'operation', 'kind'];

const markerOf = ({ flow, around }) => join(around.drop(), `.${flow.name}.may-write`);

/** Changed deals, written into a folder that the partner reads. The right to write is a marker in that folder. */
export const nightly = {
  hasRounds: true,

  async issue(context) {
    await mkdir(context.around.drop(), { recursive: true });
    await writeFile(markerOf(context), '');
    return null;
  },

  revoke: (context) => rm(markerOf(context), { force: true }),

  isCredentialValid: (context) => mayWrite(context),

  async round(context, { isForced }) {
    const { flow, own } = context;
    await queueChanges(own, { flow });
    return deliverQueue(own, {
      flow,
      batch: ROWS_PER_FILE,
      isForced,
      send: (messages) => writeDropFile(context, messages),
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

function mayWrite(context) {
  return access(markerOf(context)).then(
    () => true,
    () => false,
  );
}

/** A reader never sees half a file: the name that it looks for is given last, and the trailer says how many rows there are. */
async function writeDropFile(context, messages) {
  const { flow, own, around } = context;
  if (!(await mayWrite(context))) throw new Error(`${flow.name} may not write: its marker is not in ${around.drop()}`);
  const { number } = await own.first("select nextval('flow_files') as number");
  const name = `${flow.name}-${number}.csv`;
  const rows = messages.map(({ message_id, seq, payload }) =>
    [message_id, seq, payload.key ?? '', ...COLUMNS.map((column) => payload[column] ?? '')].map(cell).join(','),
  );
  const lines = [`message_id,seq,key,${COLUMNS.join(',')}`, ...rows, `#rows,${rows.length}`];
  const temporary = join(around.drop(), `.${name}.part`);
  await writeFile(temporary, `${lines.join('\n')}\n`);
  await rename(temporary, join(around.drop(), name));
}

function cell(value) {
  const text = String(value).replaceAll(/[\r\n]+/g, ' ');
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
