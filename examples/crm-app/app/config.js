import { join } from 'node:path';

/** Everything the program takes from its surroundings. Values are read when they are needed, so `version` works without any. */
export function readConfig(env = process.env) {
  return {
    databaseUrl: () => required(env, 'DATABASE_URL'),
    docs: () => required(env, 'DOCS'),
    port: () => portNumber(required(env, 'PORT')),
    // What belongs to the machine and not to the data; kept apart from the release folder, which an upgrade replaces.
    runDir: () => env.RUN_DIR ?? join(process.cwd(), 'run'),
    jobPollMs: () => Number(env.JOB_POLL_MS ?? 1000),
  };
}

function required(env, name) {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`the environment variable ${name} is not set`);
  return value;
}

function portNumber(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`PORT must be a number from 0 to 65535, not "${text}"`);
  return port;
}
