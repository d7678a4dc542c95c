import { mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const NAME = /^([a-z][a-z-]*)-\d+\.csv$/;

/** Reads every complete file of the drop folder once. A file whose trailer is missing or wrong stays where it is. */
export function readDropFolder({ folder, ledger }) {
  const stopping = new AbortController();
  const complained = new Set();
  const look = async () => {
    await mkdir(join(folder, 'done'), { recursive: true });
    for (const name of (await readdir(folder)).sort()) {
      const flow = NAME.exec(name)?.[1];
      if (flow !== undefined) await take({ flow, name });
    }
  };
  const take = async ({ flow, name }) => {
    const items = readRows(await readFile(join(folder, name), 'utf8'));
    if (items === undefined) {
      if (!complained.has(name)) console.error(`${name} is not complete`);
      complained.add(name);
      return;
    }
    // Known, but not moved: the power went between the two.
    if (!ledger.flowOf(flow).files.has(name))
      await ledger.record(...items.map((item) => ({ type: 'message', flow, item })), { type: 'file', flow, name });
    await rename(join(folder, name), join(folder, 'done', name));
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error) => console.error(`drop folder: ${error.message}`));
      await delay(POLL_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = loop();
  return {
    close() {
      stopping.abort();
      return ended;
    },
  };
}

function readRows(text) {
  const lines = text.trimEnd().split('\n');
  const trailer = /^#rows,(\d+)$/.exec(lines.at(-1));
  const rows = lines.slice(1, -1);
  if (trailer === null || Number(trailer[1]) !== rows.length) return undefined;
  return rows.map((line) => {
    const [messageId, seq, key] = line.split(',', 3);
    return { messageId, seq: Number(seq), key, line };
  });
}
