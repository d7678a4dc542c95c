import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { UsersAtWork, UsersEnd } from '../../flow/users-at-work.ts';
import { readLedger } from './ledger-file.ts';

export interface StartUsers {
  /** Of the simulated users: they are a process of their own. */
  readonly program: string;
  readonly file: string;
  readonly work: UsersAtWork;
  readonly signal: AbortSignal;
}

/** First and only line on the standard input of the simulated users: passwords stay out of the list of processes. */
export interface UsersSettings {
  readonly file: string;
  readonly work: UsersAtWork;
}

const COMPLAINT_CHARACTERS = 2_000;

/** Ends when their work is done or they are; whatever happens to them, the ledger stands in its file. */
export async function startUsers(request: StartUsers): Promise<UsersEnd> {
  const { program, file, work, signal } = request;
  signal.throwIfAborted();
  const child = spawn(process.execPath, [program, work.workload], { stdio: ['pipe', 'ignore', 'pipe'] });
  const end = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', end, { once: true });
  try {
    const complaint = complaintOf(child);
    child.stdin.on('error', () => undefined); // ended already: its exit tells
    const settings: UsersSettings = { file, work };
    // Its standard input stays open: when we are gone it ends, and they with it.
    child.stdin.write(`${JSON.stringify(settings)}\n`);
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    signal.throwIfAborted();
    const how = killedBy === null ? `exit code ${code ?? 'unknown'}` : `signal ${killedBy}`;
    return { ledger: readLedger(file), broken: code === 0 ? null : `they ended with ${how}${said(complaint())}` };
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

function complaintOf(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-COMPLAINT_CHARACTERS);
  });
  return () => text;
}

function said(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${line}`;
}
