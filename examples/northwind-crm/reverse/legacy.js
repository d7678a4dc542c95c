const TIMEOUT_MS = 30_000;

/** The import interface of the legacy CRM. A refusal is an answer; silence is an error. */
export function openLegacy({ url, token }) {
  const call = async (method, path, { key, body } = {}) => {
    const response = await fetch(`${url.replace(/\/$/, '')}/api/import/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(key && { 'idempotency-key': key }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error) => {
      throw new Error(`the legacy CRM at ${url} does not answer: ${error.cause?.message ?? error.message}`);
    });
    const json = await response.json().catch(() => ({}));
    if (response.status === 403) throw new Error(`the legacy CRM takes no imports: ${json.error}`);
    if (response.status >= 500) throw new Error(`the legacy CRM answered ${response.status}: ${json.error}`);
    return { status: response.status, json };
  };
  let emails;
  return {
    write: call,
    async findImported(table, newId) {
      const { status, json } = await call('GET', `${table}?from=${newId}`);
      return status === 200 ? { table, id: json.id } : undefined;
    },
    async ownerOf(table, id) {
      const { status, json } = await call('GET', `${table}/${id}`);
      return status === 200 ? json.owner_id : null;
    },
    async emailOf(userId) {
      emails ??= call('GET', 'users').then(
        ({ json }) => new Map(json.items.map((user) => [Number(user.id), user.email])),
      );
      return (await emails).get(Number(userId)) ?? null;
    },
  };
}
