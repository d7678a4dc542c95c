import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_WAIT_MS = 30_000;

/**
 * The hold is a file and not a row: pausing must leave the database exactly as it was, and must also work while the
 * database is away. The running mark lets `pause` return only when no job is at work any more.
 */
export function openHold(runDir) {
  const holdFile = join(runDir, 'jobs.hold');
  const runningFile = join(runDir, 'jobs.running');
  const exists = (file) =>
    readFile(file, 'utf8').then(
      (text) => text || true,
      () => false,
    );
  return {
    isHeld: async () => (await exists(holdFile)) !== false,
    async hold() {
      await mkdir(runDir, { recursive: true });
      await writeFile(holdFile, 'held\n');
      await waitForJobs(() => exists(runningFile));
    },
    release: () => rm(holdFile, { force: true }),
    /** Marks first and looks at the hold afterwards; the other order would let a job slip in behind `pause`. */
    async unlessHeld(work) {
      await mkdir(runDir, { recursive: true });
      await writeFile(runningFile, String(process.pid));
      try {
        if ((await exists(holdFile)) === false) await work();
      } finally {
        await rm(runningFile, { force: true });
      }
    },
  };
}

async function waitForJobs(readMark) {
  const end = Date.now() + PAUSE_WAIT_MS;
  for (let mark = await readMark(); mark !== false && isAlive(Number(mark)); mark = await readMark()) {
    if (Date.now() > end) throw new Error(`a job is still running after ${PAUSE_WAIT_MS / 1000} s`);
    await delay(50);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

export function listJobs(store) {
  return store.rows('select name, armed, every_minutes, next_run, last_run from jobs order by name');
}

/** Fires what is armed and due, then plans the next run. Returns the names that ran. */
export async function fireDueJobs({ store, release, hold }) {
  const due = await store.rows(
    'select name, every_minutes, payload from jobs where armed and next_run <= current_timestamp order by next_run, name',
  );
  const fired = [];
  if (due.length === 0) return fired;
  await hold.unlessHeld(async () => {
    for (const job of due) {
      if (await fire({ store, release, job })) fired.push(job.name);
    }
  });
  return fired;
}

async function fire({ store, release, job }) {
  const work = JOBS[job.name];
  if (work === undefined) return false;
  return store.transaction(async (tx) => {
    const next = new Date(Date.now() + job.every_minutes * 60_000);
    // Two programs on one database must not both fire: the second one finds the row already moved on.
    const claimed = await tx.change(
      'update jobs set last_run = current_timestamp, next_run = ? where name = ? and armed and next_run <= current_timestamp',
      [next, job.name],
    );
    if (claimed === 0) return false;
    await work(tx, { release, payload: job.payload });
    return true;
  });
}

const JOBS = {
  async 'recalculate-totals'(tx, { release }) {
    await tx.change('delete from account_totals');
    await tx.change(`insert into account_totals (account_id, currency, open_total, calculated_at)
      select account_id, currency, ${release.deals.total}, current_timestamp from deals
      where status = 'open' and account_id is not null group by account_id, currency`);
  },
  async 'send-digest'(tx, { payload }) {
    await tx.change(
      `insert into outbox (recipient, subject, body)
      select email, ?, 'Your open deals are waiting.' from users where role = 'manager' and active order by id`,
      [payload.subject],
    );
  },
  async 'expire-sessions'(tx) {
    await tx.change('delete from sessions where expires_at <= current_timestamp');
  },
  async 'purge-activities'(tx, { payload }) {
    const oldest = new Date();
    oldest.setFullYear(oldest.getFullYear() - payload.years);
    await tx.change('delete from activities where happened_at < ?', [oldest]);
  },
};

/** Looks every `pollMs`; `stop` returns when the job at work has ended. */
export function startJobRunner({ store, release, hold, pollMs }) {
  const stopping = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      try {
        for (const name of await fireDueJobs({ store, release, hold })) console.log(`job ${name} ran`);
      } catch (error) {
        console.error(`jobs: ${error.message}`);
      }
      await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
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
