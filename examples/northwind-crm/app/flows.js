import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { isFlowLocked, underFlowLock, urlAs } from './engine-postgres.js';
import { nightly } from './flow-nightly.js';
import { push } from './flow-push.js';
import { webhook } from './flow-webhook.js';
import { openStore } from './store.js';

const KINDS = { push, webhook, nightly };

/** Every flow works under a role of its own; a connection is opened when it is first needed. */
export function openFlowStores(around) {
  const stores = new Map();
  return {
    of(flow) {
      if (!stores.has(flow.role)) stores.set(flow.role, openStore(urlAs(around.databaseUrl(), flow.role)));
      return stores.get(flow.role);
    },
    close: () => Promise.all([...stores.values()].map(async (store) => (await store).close())),
  };
}

async function contextOf({ store, release, around, flowStores }, name) {
  const flow = release.flows.find((each) => each.name === name);
  if (flow === undefined)
    throw new Error(`there is no flow "${name}" (known: ${release.flows.map((each) => each.name).join(', ')})`);
  const context = { flow, kind: KINDS[flow.kind], store, own: await flowStores.of(flow), around };
  context.runRound = () => runRound(context, { wait: true, isForced: true });
  return context;
}

const rowOf = ({ store, flow }) => store.first('select * from flows where name = ?', [flow.name]);

/** Undefined when somebody else is at it. */
function runRound(context, { wait, isForced }) {
  const { flow, own, kind } = context;
  return underFlowLock(own, { flow: flow.name, wait }, async () => {
    const sent = await kind.round(context, { isForced });
    await own.change(
      `update flows set last_run = current_timestamp, next_run = current_timestamp + every_ms * interval '1 millisecond'
       where name = ?`,
      [flow.name],
    );
    return sent;
  });
}

export const FLOW_COMMANDS = {
  async start(context) {
    const { flow, kind, store } = context;
    const token = await kind.issue(context);
    await store.change('update flows set token = ?, armed = true, next_run = current_timestamp where name = ?', [
      token,
      flow.name,
    ]);
    await kind.afterStart?.(context);
    return `${flow.name} is started`;
  },

  /**
   * Disarms, waits for the round at work, then takes the credential away. When the partner is silent everything on this
   * side is done all the same, and then the command fails.
   */
  async stop(context) {
    const { flow, kind, store } = context;
    const problems = [];
    const note = (error) => problems.push(error.message);
    await kind.beforeStop?.(context).catch(note);
    await store.change('update flows set armed = false where name = ?', [flow.name]);
    await underFlowLock(store, { flow: flow.name, wait: true }, async () => undefined).catch(() =>
      problems.push('its round has not ended'),
    );
    await kind.revoke?.(context).catch(note);
    await store.change('update flows set token = null where name = ?', [flow.name]);
    if (problems.length > 0) throw new Error(`${flow.name} is stopped here, but ${problems.join('; ')}`);
    return (await rowOf(context)).cursor;
  },

  async status(context) {
    const { flow, kind, store } = context;
    const row = await rowOf(context);
    const { inFlight, sent } = await kind.count(context);
    const isWorking = await isFlowLocked(store, flow.name);
    return JSON.stringify({
      flow: flow.name,
      armed: row.armed,
      credential: await kind.isCredentialValid(context, row),
      cursor: row.cursor,
      inFlight,
      isWorking,
      sent,
      next_run: row.next_run,
    });
  },

  async canary(context) {
    await refuseWithoutCredential(context);
    const messageId = `canary-${context.flow.name}-${randomUUID()}`;
    await context.kind.sendCanary(context, messageId);
    return messageId;
  },

  async once(context) {
    if (!context.kind.hasRounds) throw new Error(`${context.flow.name} has no rounds: the partner begins`);
    await refuseWithoutCredential(context);
    return `${await context.runRound()} sent`;
  },
};

async function refuseWithoutCredential(context) {
  const row = await rowOf(context);
  if (!row.armed) throw new Error(`${context.flow.name} is stopped`);
  if ((await context.kind.isCredentialValid(context, row)) === false)
    throw new Error(`${context.flow.name} has no valid credential`);
}

export async function commandFlow(program, { name, command }) {
  return FLOW_COMMANDS[command](await contextOf(program, name));
}

/** Looks every `flowPollMs` for flows that are armed and due; `stop` returns when the round at work has ended. */
export function startFlowRunner(program, { hold }) {
  const stopping = new AbortController();
  const look = async () => {
    const due = await program.store.rows(
      'select name from flows where armed and next_run <= current_timestamp order by next_run, name',
    );
    if (due.length === 0) return;
    await hold.unlessHeld(async () => {
      for (const { name } of due) {
        const context = await contextOf(program, name);
        if (!context.kind.hasRounds || stopping.signal.aborted) continue;
        await runRound(context, { wait: false, isForced: false }).catch((error) =>
          console.error(`flow ${name}: ${error.message}`),
        );
      }
    });
  };
  const loop = async () => {
    while (!stopping.signal.aborted) {
      await look().catch((error) => console.error(`flows: ${error.message}`));
      await delay(program.around.flowPollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = loop();
  return {
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
