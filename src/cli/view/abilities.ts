export interface Abilities {
  /** Lines may be drawn again in their place. */
  readonly canRedraw: boolean;
  readonly colour: boolean;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A build log and a dumb terminal get plain lines even where a terminal is attached. */
export function abilitiesOf(stream: { readonly isTTY?: boolean }, env: Variables): Abilities {
  const isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const isBuild = isSet(env['CI']) && env['CI'] !== 'false';
  return { canRedraw: isTerminal && !isBuild, colour: isTerminal && !isSet(env['NO_COLOR']) };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
