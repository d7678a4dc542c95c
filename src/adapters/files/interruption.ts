import { RollproofError } from '../../kernel/errors.ts';

/** Whatever work throws because it was called off becomes one kind of error. */
export async function interruptible<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new RollproofError('interrupted', 'the work was called off', { cause: error });
  }
}

/** For options in which an absent signal may not be named. */
export function signalOf(options: { readonly signal?: AbortSignal | undefined }): { signal?: AbortSignal } {
  return options.signal === undefined ? {} : { signal: options.signal };
}
