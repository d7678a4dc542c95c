import { readConfig } from './config.js';

/** What the program takes from its surroundings, together with what the flows need. */
export function readSurroundings(env = process.env) {
  const config = readConfig(env);
  const required = (...names) => {
    const name = names.find((each) => env[each]);
    if (name === undefined) throw new Error(`the environment variable ${names.join(' or ')} is not set`);
    return env[name];
  };
  return {
    ...config,
    legacyDatabaseUrl: () => required('LEGACY_DATABASE_URL'),
    legacyDocs: () => required('LEGACY_DOCS'),
    loadDelayMs: Number(env.LOAD_DELAY_MS ?? 0),
    loadBatch: Number(env.LOAD_BATCH ?? 1000),
    /** PUSH_URL for the flow `push`, PUSH_LEGACY_URL for `push-legacy`; the partner's common address otherwise. */
    deliveryUrl: (flow) => required(`${flow.toUpperCase().replaceAll('-', '_')}_URL`, 'PARTNER_URL'),
    partnerUrl: () => required('PARTNER_URL'),
    drop: () => required('DROP'),
    importToken: env.IMPORT_TOKEN ?? '',
    orderDelayMs: Number(env.ORDER_DELAY_MS ?? 0),
    canaryWaitMs: Number(env.CANARY_WAIT_MS ?? 10_000),
    flowPollMs: Number(env.FLOW_POLL_MS ?? config.jobPollMs()),
  };
}
