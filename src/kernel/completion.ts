/** How a process ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** True when the kernel ended it, or one of its children under its memory limit, for lack of memory. */
  readonly outOfMemory: boolean;
  /** True when it was alive and we asked it to end. A SIGKILL with neither came from a stranger. */
  readonly byUs: boolean;
}

export interface Completion extends Ended {
  readonly tookMs: number;
  readonly timedOut: boolean;
  /** Last 64 KiB each; the whole is in `logFile` and `errorLogFile`, behind that of earlier runs of this name. */
  readonly stdout: string;
  readonly stderr: string;
  readonly logFile: string;
  readonly errorLogFile: string;
}
