import { RollproofError } from '../kernel/errors.ts';

export type Options = Readonly<Record<string, unknown>>;

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** Of an option that may be repeated. */
export function textsOption(options: Options, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

export function flag(options: Options, name: string): boolean {
  return options[name] === true;
}

/** A whole number of at least `least`; `otherwise` where the option is absent. */
export function countOption(
  options: Options,
  name: string,
  { least, otherwise }: { least: number; otherwise: number },
): number {
  const text = textOption(options, name);
  if (text === undefined) return otherwise;
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new RollproofError('usage-invalid', `--${name} ${text} is no whole number of at least ${least}`, {
    hint: `Write for example --${name} ${otherwise}.`,
  });
}

/** The one argument that a command cannot do without. */
export function demanded(args: readonly string[], index: number, what: string): string {
  const value = args[index];
  if (value !== undefined && value !== '') return value;
  throw new RollproofError('usage-invalid', `${what} is missing`, {
    hint: 'Add --help to see how the command is used.',
  });
}
