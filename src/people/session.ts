/** Cookies of one signed-in user at one service. Domain and Secure are of no account: there is one service, reached by a socket. */
export interface Session {
  readonly cookies: readonly Cookie[];
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

export const NO_SESSION: Session = { cookies: [] };

/** The session after an answer with these Set-Cookie headers. */
export function afterCookies(session: Session, headers: readonly string[], nowMs: number): Session {
  let { cookies } = session;
  for (const header of headers) {
    const parsed = parseCookie(header, nowMs);
    if (parsed === undefined) continue;
    cookies = cookies.filter((cookie) => cookie.name !== parsed.cookie.name || cookie.path !== parsed.cookie.path);
    if (!parsed.expired) cookies = [...cookies, parsed.cookie];
  }
  return { cookies };
}

/** Value of the Cookie header, undefined when no cookie belongs to this path. Longer paths first, as browsers send them. */
export function cookieHeader(session: Session, path: string): string | undefined {
  const own = session.cookies.filter((cookie) => isBelow(path.replace(/[?#].*$/, ''), cookie.path));
  if (own.length === 0) return undefined;
  const sorted = [...own].sort((left, right) => right.path.length - left.path.length);
  return sorted.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ');
}

function parseCookie(
  header: string,
  nowMs: number,
): { readonly cookie: Cookie; readonly expired: boolean } | undefined {
  const [pair = '', ...attributes] = header.split(';');
  const at = pair.indexOf('=');
  if (at < 1) return undefined;
  const named = new Map(attributes.map((attribute) => splitAttribute(attribute)));
  const path = named.get('path');
  return {
    cookie: {
      name: pair.slice(0, at).trim(),
      value: pair.slice(at + 1).trim(),
      path: path?.startsWith('/') === true ? path : '/',
    },
    expired: isExpired(named, nowMs),
  };
}

function splitAttribute(attribute: string): readonly [string, string] {
  const at = attribute.indexOf('=');
  if (at < 0) return [attribute.trim().toLowerCase(), ''];
  return [attribute.slice(0, at).trim().toLowerCase(), attribute.slice(at + 1).trim()];
}

function isExpired(attributes: ReadonlyMap<string, string>, nowMs: number): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expires = Date.parse(attributes.get('expires') ?? '');
  return Number.isFinite(expires) && expires <= nowMs;
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
