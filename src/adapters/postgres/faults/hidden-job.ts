/** A forgotten job has a name that nobody looks for. */
export const HIDDEN_JOB = 'nightly-import';
