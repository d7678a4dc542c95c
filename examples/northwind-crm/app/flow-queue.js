const QUEUED_AT_ONCE = 1000;

/** Queues what has changed since the last queued change. What the partner itself brought is skipped: it would be an echo. */
export async function queueChanges(own, { flow }) {
  const found = await own.rows(`${flow.changes} limit ${QUEUED_AT_ONCE}`, [await queuedUpTo(own, flow.name)]);
  await own.transaction(async (tx) => {
    for (const { seq, key, operation, echo, data } of found) {
      const payload = { ...data, key, operation, source: flow.source };
      await enqueue(tx, { flow: flow.name, messageId: `${flow.name}-${seq}`, seq, payload, isEcho: echo === true });
    }
  });
  return found.length;
}

export async function queuedUpTo(own, name) {
  const row = await own.first(
    'select greatest(f.cursor, (select max(q.seq) from flow_queue q where q.flow = f.name)) as seq from flows f where f.name = ?',
    [name],
  );
  return row.seq;
}

async function enqueue(tx, { flow, messageId, seq, payload, isEcho = false }) {
  await tx.change(
    'insert into flow_queue (flow, message_id, seq, payload, state) values (?, ?, ?, ?, ?) on conflict do nothing',
    [flow, messageId, seq, JSON.stringify(payload), isEcho ? 'skipped' : 'queued'],
  );
}

/** A canary carries the cursor as its number, so it moves no watermark. */
export async function queueCanary(own, { flow, messageId }) {
  const { cursor } = await own.first('select cursor from flows where name = ?', [flow.name]);
  await enqueue(own, {
    flow: flow.name,
    messageId,
    seq: cursor,
    payload: { kind: 'canary', canary: true, source: flow.source },
  });
}

/**
 * Hands over batch after batch. What was handed over is recorded and the cursor moved in one transaction, after the
 * other side has it; a crash between leaves the batch `sending`, and the next round sends it again under the same ids.
 */
export async function deliverQueue(own, { flow, batch, isForced, send }) {
  let sent = 0;
  for (;;) {
    const row = await own.first('select armed, token from flows where name = ?', [flow.name]);
    if (!row.armed && !isForced) return sent;
    const messages = await own.rows(
      `select message_id, seq, payload from flow_queue where flow = ? and state in ('queued', 'sending')
       order by seq, message_id limit ${batch}`,
      [flow.name],
    );
    if (messages.length === 0) break;
    const ids = messages.map((message) => message.message_id);
    await own.change(
      "update flow_queue set state = 'sending', attempts = attempts + 1 where flow = ? and message_id = any (?)",
      [flow.name, ids],
    );
    try {
      await send(messages, row);
    } catch (error) {
      await own.change("update flow_queue set state = 'queued' where flow = ? and message_id = any (?)", [
        flow.name,
        ids,
      ]);
      throw error;
    }
    await recordSent(own, { flow, ids, seq: messages.at(-1).seq });
    sent += messages.length;
  }
  const done = await queuedUpTo(own, flow.name);
  await own.change('update flows set cursor = ? where name = ? and cursor < ?', [done, flow.name, done]);
  return sent;
}

async function recordSent(own, { flow, ids, seq }) {
  await own.transaction(async (tx) => {
    await tx.change(
      `insert into flow_sent (flow, message_id, seq)
       select flow, message_id, seq from flow_queue where flow = ? and message_id = any (?) on conflict do nothing`,
      [flow.name, ids],
    );
    await tx.change("update flow_queue set state = 'sent' where flow = ? and message_id = any (?)", [flow.name, ids]);
    await tx.change('update flows set cursor = greatest(cursor, ?) where name = ?', [seq, flow.name]);
  });
}

export async function countQueue(store, name) {
  return store.first(
    `select (select count(*) from flow_queue where flow = ? and state = 'sending') as sending,
            (select count(*) from flow_queue where flow = ? and state = 'queued') as queued,
            (select count(*) from flow_sent where flow = ?) as sent`,
    [name, name, name],
  );
}
