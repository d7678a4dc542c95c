import { once } from 'node:events';
import { readConfig } from './config.js';
import { describeDocuments } from './documents.js';
import { createApp } from './http.js';
import { listJobs, openHold, startJobRunner } from './jobs.js';
import { release } from './release.js';
import { describeResources } from './resources.js';
import { openStore } from './store.js';

const USAGE = `usage: node app.js [command]
  (none)                    serve on 127.0.0.1:$PORT
  version                   print the release
  migrate up                lead the database and the documents to this release
  jobs pause|resume|list    hold the stored jobs, let them go, show them`;

const COMMANDS = {
  '': serve,
  version: async () => console.log(release.version),
  'migrate up': migrateUp,
  'jobs pause': pauseJobs,
  'jobs resume': resumeJobs,
  'jobs list': showJobs,
};

const command = COMMANDS[process.argv.slice(2).join(' ')];
try {
  if (command === undefined) throw new Error(USAGE);
  await command(readConfig());
} catch (error) {
  console.error(error.message || String(error));
  process.exitCode = 1;
}

async function serve(config) {
  const port = config.port();
  const docs = config.docs();
  const store = await openStore(config.databaseUrl());
  const resources = { ...describeResources(release), documents: describeDocuments(release) };
  const server = createApp({ store, docs, release, resources });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  console.log(`release ${release.version} listens on http://127.0.0.1:${server.address().port}`);
  const runner = startJobRunner({ store, release, hold: openHold(config.runDir()), pollMs: config.jobPollMs() });
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => shutDown({ server, runner, store }));
}

/** Requests and a job at work are finished first; then the process ends by itself. */
async function shutDown({ server, runner, store }) {
  server.close();
  server.closeIdleConnections?.();
  await Promise.all([once(server, 'close'), runner.stop()]);
  await store.close();
}

async function migrateUp(config) {
  await withStore(config, async (store) => {
    if (release.migrate) return release.migrate({ store, docs: config.docs(), log: console.log });
    const { value } = await store.first("select value from meta where key = 'schema'");
    console.log(`release ${release.version} brings no migration; the schema is ${value}`);
  });
}

async function pauseJobs(config) {
  await openHold(config.runDir()).hold();
  console.log('jobs are held');
}

async function resumeJobs(config) {
  await openHold(config.runDir()).release();
  console.log('jobs may run');
}

async function showJobs(config) {
  await withStore(config, async (store) => {
    console.log((await openHold(config.runDir()).isHeld()) ? 'jobs are held' : 'jobs may run');
    for (const job of await listJobs(store)) {
      const last = job.last_run?.toISOString() ?? 'never';
      console.log(`${job.name}  ${job.armed ? 'armed' : 'disarmed'}  next ${job.next_run.toISOString()}  last ${last}`);
    }
  });
}

async function withStore(config, work) {
  const store = await openStore(config.databaseUrl());
  try {
    await work(store);
  } finally {
    await store.close();
  }
}
