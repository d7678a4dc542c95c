/** A stop command that leaves a process nobody remembers: it writes as the principal of `push` so long afterwards. */
export function zombieAfter(delayMs: number): string {
  return `
const { spawn } = require('node:child_process');
const code = \`
  const pg = require(require.resolve('pg', { paths: [process.env.APP_MODULES] }));
  const url = process.env.DATABASE_URL.replace(/\\\\/\\\\/[^@/]*@/, '//push_user@');
  setTimeout(async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("insert into flow_sent (flow, message_id, seq) values ('push', 'from-the-zombie', 0)");
    await client.end();
  }, ${delayMs});
\`;
spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' }).unref();
`;
}
