/** Who is told, and under which address. */
export interface Recipient {
  readonly address: string;
  readonly name: string | null;
}

const ADDRESS = /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/;

/** One entry for each address: whoever is listed twice must not be told twice. */
export function recipientsOf(
  rows: readonly { readonly address: string; readonly name: string | null }[],
): readonly Recipient[] {
  const byAddress = new Map<string, Recipient>();
  for (const { address, name } of rows) {
    const key = address.trim().toLowerCase();
    if (!byAddress.has(key)) byAddress.set(key, { address: address.trim(), name });
  }
  return [...byAddress.values()];
}

/** What is no address is not handed to a server: a line end in it would become a header. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}
