import { execFile } from 'node:child_process';

const MAX_OUTPUT_BYTES = 2 ** 20;

/** A command of the plan on this machine, outside of any environment, with nothing of ours in its variables. */
export async function runLive(
  argv: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly timeoutMs: number },
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const [program, ...words] = argv;
  const { PATH = '', HOME = '', LANG = 'C.UTF-8' } = process.env;
  return new Promise((resolve, reject) => {
    execFile(
      program,
      words,
      { cwd: options.cwd, timeout: options.timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, env: { PATH, HOME, LANG } },
      (error, output) => {
        if (error === null) resolve({ exitCode: 0, output });
        else if (typeof error.code === 'number') resolve({ exitCode: error.code, output });
        else if (error.killed === true) resolve({ exitCode: null, output });
        else reject(error);
      },
    );
  });
}
