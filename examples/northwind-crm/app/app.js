import { once } from 'node:events';
import { join } from 'node:path';
import { commandFlow, FLOW_COMMANDS, openFlowStores, startFlowRunner } from './flows.js';
import { answerHook } from './flow-webhook.js';
import { createApp } from './http.js';
import { listJobs, openHold, startJobRunner } from './jobs.js';
import { addMachineRoutes } from './machine.js';
import { release } from './release.js';
import { openStore } from './store.js';
import { readSurroundings } from './surroundings.js';

const USAGE = `usage: node app.js [command]
  (none)                                        serve on 127.0.0.1:$PORT
  version                                       print the release
  migrate up                                    bring the database to this release
  flow NAME ${Object.keys(FLOW_COMMANDS).join('|')}      (${release.flows.map((flow) => flow.name).join(', ')})
  jobs pause|resume|list                        hold stored jobs and flows, let them go, show them
${Object.keys(release.commands)
  .map((words) => `  ${words}\n`)
  .join('')}`;

const COMMANDS = {
  '': serve,
  version: async () => console.log(release.version),
  'migrate up': migrateUp,
  'jobs pause': pauseJobs,
  'jobs resume': resumeJobs,
  'jobs list': showJobs,
};

const words = process.argv.slice(2);
try {
  await chooseCommand()(readSurroundings());
} catch (error) {
  console.error(error.message || String(error));
  process.exitCode = 1;
}

function chooseCommand() {
  const own = COMMANDS[words.join(' ')];
  if (own !== undefined) return own;
  const special = release.commands[words.join(' ')];
  if (special !== undefined) return (around) => withProgram(around, (program) => special(program));
  const [what, name, command] = words;
  if (what === 'flow' && words.length === 3 && Object.hasOwn(FLOW_COMMANDS, command))
    return (around) =>
      withProgram(around, async (program) => console.log(String(await commandFlow(program, { name, command }))));
  throw new Error(USAGE);
}

async function openProgram(around) {
  const store = await openStore(around.databaseUrl());
  const flowStores = openFlowStores(around);
  return {
    store,
    flowStores,
    release,
    around,
    close: () => Promise.all([store.close(), flowStores.close()]),
  };
}

async function withProgram(around, work) {
  const program = await openProgram(around);
  try {
    await work(program);
  } finally {
    await program.close();
  }
}

async function serve(around) {
  const port = around.port();
  const docs = around.docs();
  const program = await openProgram(around);
  const context = { ...program, docs, resources: release.describe() };
  const server = createApp(context);
  addMachineRoutes(server, context, { '/hooks/': answerHook, ...release.machineRoutes });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  console.log(`release ${release.version} listens on http://127.0.0.1:${server.address().port}`);
  const { jobs, flows } = openHolds(around);
  const runners = [startFlowRunner(program, { hold: flows })];
  if (release.hasJobs)
    runners.push(startJobRunner({ store: program.store, release, hold: jobs, pollMs: around.jobPollMs() }));
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => shutDown({ server, runners, program }));
}

/** Requests, a job and a round at work are finished first; then the process ends by itself. */
async function shutDown({ server, runners, program }) {
  server.close();
  server.closeIdleConnections?.();
  await Promise.all([once(server, 'close'), ...runners.map((runner) => runner.stop())]);
  await program.close();
}

async function migrateUp(around) {
  await withProgram(around, async (program) => {
    if (release.migrate) return release.migrate(program);
    const { value } = await program.store.first("select value from meta where key = 'schema'");
    console.log(`release ${release.version} brings no migration; the schema is ${value}`);
  });
}

/** Two marks of what runs, because jobs and flows run side by side. */
function openHolds(around) {
  return { jobs: openHold(around.runDir()), flows: openHold(join(around.runDir(), 'flows')) };
}

async function pauseJobs(around) {
  const { jobs, flows } = openHolds(around);
  await Promise.all([jobs.hold(), flows.hold()]);
  console.log('jobs and flows are held');
}

async function resumeJobs(around) {
  const { jobs, flows } = openHolds(around);
  await Promise.all([jobs.release(), flows.release()]);
  console.log('jobs and flows may run');
}

async function showJobs(around) {
  await withProgram(around, async ({ store }) => {
    console.log((await openHolds(around).jobs.isHeld()) ? 'jobs and flows are held' : 'jobs and flows may run');
    const flows = await store.rows('select name, armed, next_run, last_run from flows order by name');
    for (const { name, armed, next_run, last_run } of [...(release.hasJobs ? await listJobs(store) : []), ...flows]) {
      const at = (time) => time?.toISOString() ?? 'never';
      console.log(`${name}  ${armed ? 'armed' : 'disarmed'}  next ${at(next_run)}  last ${at(last_run)}`);
    }
  });
}
