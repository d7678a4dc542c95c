// Plain JavaScript for Node 18 and newer: this file runs before we know which Node the machine has.
import { spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants as osConstants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';

export const NEEDED_NODE_MAJOR = 24;
const EXIT_ENVIRONMENT_NOT_READY = 3;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];
// First descriptor after stdin, stdout and stderr: the fourth entry of `stdio` below.
const PIPE_FD = 3;
// A starting engine that was signalled too has ended, or says that it listens, within this time.
const STARTING_MS = 100;

/**
 * The engine mostly waits for servers and keeps little: without these its garbage and V8's compilers, not its data, decide
 * its size. Code that runs seldom is not worth optimising: it would bring 8 MB of compiler and several more of its work.
 */
const LITTLE_MEMORY = ['--optimize-for-size', '--heap-growing-percent=10', '--no-opt', '--no-maglev'];

/** The limit of the young generation is read only when a process starts, its growth whenever it would grow. */
const MEMORY_FLAGS = {
  atStart: ['--max-semi-space-size=1', ...LITTLE_MEMORY],
  whileRunning: ['--semi-space-growth-factor=1', ...LITTLE_MEMORY],
};

const packageRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** Sources win in a checkout, so that a stale `dist/` is never run there; a packed package has no `src/`. */
export function findEntry(root = packageRoot) {
  const source = join(root, 'src', 'cli', 'main.ts');
  return existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js');
}

export function isNewEnough(version = process.versions.node) {
  return Number(version.split('.')[0]) >= NEEDED_NODE_MAJOR;
}

/** The Node of our platform package. npm need not have linked it: only the package's folder is asked for. */
export function findPlatformNode(from = packageRoot) {
  const name = `node-${process.platform}-${process.arch}`;
  let manifest;
  try {
    manifest = createRequire(join(from, 'package.json')).resolve(`${name}/package.json`);
  } catch {
    return undefined; // not installed: no such package for this platform, or optional packages were left out
  }
  const binary = join(dirname(manifest), 'bin', 'node');
  return existsSync(binary) && makeExecutable(binary) ? binary : undefined;
}

function makeExecutable(binary) {
  try {
    accessSync(binary, constants.X_OK);
    return true;
  } catch {
    try {
      chmodSync(binary, statSync(binary).mode | 0o111);
      return true;
    } catch {
      return false; // somebody else's read-only folder
    }
  }
}

export function findNode() {
  return isNewEnough() ? process.execPath : findPlatformNode();
}

export function noNodeMessage() {
  return [
    `rollproof: needs Node ${NEEDED_NODE_MAJOR} or newer; this is Node ${process.versions.node} on ${process.platform}-${process.arch}`,
    `  install Node ${NEEDED_NODE_MAJOR}, or run "npm ci" without --omit=optional so that npm brings it along`,
  ].join('\n');
}

/**
 * Runs the engine and answers with its exit code. In this process when its Node is new enough; `undefined` then, because
 * the engine itself ends the process.
 */
export async function launch({ entry = findEntry(), args = process.argv.slice(2), node = findNode() } = {}) {
  if (!existsSync(entry)) return refuse(`rollproof: this package is incomplete, ${entry} is missing`);
  if (node === undefined) return refuse(noNodeMessage());
  if (node === process.execPath && isNewEnough()) {
    delete process.env.ROLLPROOF_LAUNCHER_FD;
    process.argv = [process.execPath, entry, ...args];
    for (const flag of MEMORY_FLAGS.whileRunning) setFlagsFromString(flag);
    await import(pathToFileURL(entry).href);
    return undefined;
  }
  return await superviseEngine({ node, entry, args });
}

function refuse(message) {
  console.error(message);
  return EXIT_ENVIRONMENT_NOT_READY;
}

/**
 * Starts the engine as a child and stays until it ends. The extra pipe ties the two together: when this process goes,
 * even by SIGKILL, the kernel closes it and the engine cleans up and ends.
 */
export function superviseEngine({ node, entry, args }) {
  return new Promise((resolve) => {
    const engine = spawn(node, [...MEMORY_FLAGS.atStart, entry, ...args], {
      stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, ROLLPROOF_LAUNCHER_FD: String(PIPE_FD) },
    });
    const stopForwarding = forwardSignals(engine);
    engine.on('error', (error) => {
      stopForwarding();
      resolve(refuse(`rollproof: cannot start ${node}: ${error.message}\n${noNodeMessage()}`));
    });
    engine.on('exit', (code, signal) => {
      stopForwarding();
      resolve(code ?? 128 + osConstants.signals[signal]);
    });
  });
}

/**
 * Ctrl-C in a terminal, and `timeout`, signal both processes; `kill` signals only this one. So the signal goes through
 * the pipe, and the engine drops it when it was hit directly as well. Before the engine listens it gets a plain signal.
 */
function forwardSignals(engine) {
  const pipe = engine.stdio[PIPE_FD];
  let engineListens = false;
  pipe?.on('data', () => {
    engineListens = true;
  });
  pipe?.on('error', () => {}); // the engine is gone: its exit is what counts
  const send = (signal) => {
    if (engineListens && pipe.writable) pipe.write(`${signal}\n`);
    else engine.kill(signal);
  };
  const forward = (signal) => {
    if (engineListens) send(signal);
    else setTimeout(send, STARTING_MS, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.removeListener(signal, forward);
    pipe?.destroy();
  };
}
