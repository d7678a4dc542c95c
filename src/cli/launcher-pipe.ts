import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Forwarded = (typeof FORWARDED)[number];

/** A terminal hits engine and launcher at once; their two messages arrive within this time of each other. */
const SAME_SIGNAL_MS = 100;
/** Faster than this nobody presses a key twice on purpose. */
const ECHO_MS = 400;
/** After this long a direct signal no longer explains a forwarded one. */
const REMEMBER_DIRECT_MS = 2_000;

/**
 * Ties this process to the launcher that started it: `onGone` is called once when the launcher ends, however it ends, and
 * must clean up and exit. Without a launcher (Node was new enough to run the engine directly) nothing happens.
 * Signals that reached only the launcher are raised here, through `process.emit`, exactly once.
 */
export function exitWithLauncher(onGone: () => void): void {
  const fd = takeLauncherFd();
  if (fd === undefined) return;
  const pipe = new Socket({ fd, readable: true, writable: true });
  const signals = new SignalMerger();
  pipe.setEncoding('utf8');
  pipe.on('data', (lines: string) => {
    for (const line of lines.split('\n')) if (isForwarded(line)) signals.forwarded(line);
  });
  pipe.on('error', () => {}); // followed by `close`, which says what matters
  pipe.once('close', () => {
    outliveClosedOutput();
    onGone();
  });
  pipe.write('listening\n');
  pipe.unref();
}

/**
 * Calls `handle` for each time that somebody asks us to stop, with how often that was. One Ctrl-C counts once, however
 * often it arrives: npm passes on to its child what the terminal has sent to both.
 */
export function onStopRequest(handle: (signal: NodeJS.Signals, count: number) => void): void {
  let count = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      const isEcho = performance.now() - lastAt < ECHO_MS;
      lastAt = performance.now();
      if (isEcho) return;
      count += 1;
      handle(signal, count);
    });
  }
}

/** Taken out of the environment, so that no child of ours believes that it was started by a launcher. */
function takeLauncherFd(): number | undefined {
  const text = process.env['ROLLPROOF_LAUNCHER_FD'];
  delete process.env['ROLLPROOF_LAUNCHER_FD'];
  if (text === undefined || !/^[3-9]$/.test(text)) return undefined;
  const fd = Number(text);
  try {
    return fstatSync(fd).isSocket() ? fd : undefined;
  } catch {
    return undefined; // a stale variable: no such descriptor here
  }
}

function isForwarded(line: string): line is Forwarded {
  return (FORWARDED as readonly string[]).includes(line);
}

/** Whoever read our output may be gone with the launcher; cleaning up must not fail because nobody listens. */
function outliveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Pairs each forwarded signal with the same one received directly; only a forwarded one without a pair is raised. */
class SignalMerger {
  readonly #directAt: Record<Forwarded, number[]> = { SIGINT: [], SIGTERM: [], SIGHUP: [] };

  constructor() {
    for (const signal of FORWARDED) process.on(signal, () => this.#direct(signal));
  }

  #direct(signal: Forwarded): void {
    if (process.listenerCount(signal) === 1) endBy(signal);
    this.#directAt[signal].push(performance.now());
  }

  forwarded(signal: Forwarded): void {
    setTimeout(() => {
      const oldest = performance.now() - REMEMBER_DIRECT_MS;
      const recent = this.#directAt[signal].filter((at) => at >= oldest);
      const isPaired = recent.shift() !== undefined;
      this.#directAt[signal] = recent;
      if (isPaired) return;
      process.emit(signal, signal);
      // `emit` also called our own listener, which took it for a direct one.
      this.#directAt[signal].pop();
    }, SAME_SIGNAL_MS);
  }
}

/** Nobody else listens, so the signal's ordinary effect is wanted; our own listener has only suppressed it. */
function endBy(signal: Forwarded): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
