import { HttpError } from './http-error.js';
import { readableResources, requireRight } from './permissions.js';
import { countRows, listRows } from './resources.js';

const PAGE_ROWS = 50;

/** The few pages a person needs; everything else speaks JSON below /api. */
export async function answerPage(context, request) {
  if (request.method !== 'GET') throw new HttpError(404, 'there is nothing here');
  if (request.path === '/login') return loginPage(context);
  if (request.user === undefined) return { status: 303, headers: { location: '/login' } };
  if (request.path === '/')
    return page(context, { title: 'Today', user: request.user, body: await overview(context, request.user) });
  const name = request.path.slice(1);
  if (context.resources[name] === undefined) throw new HttpError(404, 'there is no such page');
  return page(context, { title: capital(name), user: request.user, body: await tablePage(context, request, name) });
}

/** The same form again, with a word why, answers a log-in that failed. */
export function loginPage(context, { failed = false } = {}) {
  return { ...page(context, { title: 'Log in', body: loginForm(failed) }), status: failed ? 401 : 200 };
}

function loginForm(failed) {
  return `<form class="card narrow" method="post" action="/login">
    ${failed ? '<p class="alert" role="alert">Unknown user or wrong password.</p>' : ''}
    <label>E-mail <input name="email" type="email" autocomplete="username" required autofocus></label>
    <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
    <button>Log in</button></form>`;
}

async function overview({ store, resources }, user) {
  const names = (await readableResources(store, user)).filter((name) => resources[name]);
  const cards = await Promise.all(
    names.map(async (name) => {
      const scope = await requireRight(store, { user, resource: name, action: 'read' });
      const count = await countRows(store, { resource: resources[name], scope, user });
      return `<a class="card" href="/${name}"><b>${count.toLocaleString('en')}</b> ${name}</a>`;
    }),
  );
  return `<div class="cards">${cards.join('')}</div>
    <form class="card" method="post" action="/api/notes"><label>New note <textarea name="text" rows="3" required></textarea></label><button>Save note</button></form>`;
}

async function tablePage({ store, resources }, { user, query }, name) {
  const scope = await requireRight(store, { user, resource: name, action: 'read' });
  const offset = Math.max(0, Number.parseInt(query.get('offset') ?? '0', 10) || 0);
  const rows = await listRows(store, { resource: resources[name], scope, user, limit: PAGE_ROWS, offset });
  const columns = Object.keys(rows[0] ?? {});
  const head = columns.map((column) => `<th>${escape(column.replaceAll('_', ' '))}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${columns.map((column) => `<td>${cell(row[column])}</td>`).join('')}</tr>`)
    .join('');
  const next = rows.length === PAGE_ROWS ? `<a href="?offset=${offset + PAGE_ROWS}">Next page</a>` : '';
  return rows.length === 0
    ? '<p>No records.</p>'
    : `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>${next}`;
}

function cell(value) {
  if (value === null || value === undefined) return '';
  return escape(value instanceof Date ? value.toISOString().slice(0, 16).replace('T', ' ') : String(value));
}

function page({ release }, { title, user, body }) {
  const account = user
    ? `<span>${escape(user.name)} (${escape(user.role)})</span><form method="post" action="/logout"><button class="quiet">Log out</button></form>`
    : '';
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)} · ${escape(release.product)}</title><style>${style(release.accent)}</style></head>
<body><header><a href="/"><strong>${escape(release.product)}</strong> ${release.version}</a>${account}</header><main><h1>${escape(title)}</h1>${body}</main></body></html>`;
  return { status: 200, html };
}

function style(accent) {
  return `:root{--accent:${accent}}*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:#1d2730;background:#f5f6f7}
header{display:flex;gap:1rem;align-items:center;padding:.75rem 1.5rem;background:var(--accent);color:#fff}header a{color:#fff;text-decoration:none;margin-right:auto}
main{max-width:72rem;margin:0 auto;padding:1rem 1.5rem}.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:1rem;margin-bottom:1rem}
.card{display:block;background:#fff;border:1px solid #dde2e6;border-radius:8px;padding:1rem;color:inherit;text-decoration:none}.card b{display:block;font-size:1.6rem}
.narrow{max-width:22rem}label{display:block;margin-bottom:.75rem}input,textarea{display:block;width:100%;font:inherit;padding:.4rem;border:1px solid #9aa5ad;border-radius:4px}
button{font:inherit;padding:.4rem 1rem;border:0;border-radius:4px;background:var(--accent);color:#fff;cursor:pointer}.quiet{background:#fff3}
.alert{color:#a11212}.scroll{overflow-x:auto}table{border-collapse:collapse;background:#fff;font-size:.9rem}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #e5e9ec;white-space:nowrap}`;
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

function escape(text) {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
