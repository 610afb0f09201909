// What the built client weighs, and what of that is too much. Used by budget.mjs and static/tests/budget.test.ts.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const dist = path.join(root, 'static/dist');
export const GROWTH = 1.02;
/** What the contract allows the first page in all, page and answers of the server included (about 10 KB). */
export const FIRST_LOAD = 80 * 1024;
const FIRST = ['app.js', 'shared.js', 'app.css', 'en.ftl', 'icons.svg'];

/** Whole files of their own; every other script is one of the parts that are loaded when they are needed. */
const OWN = ['editor.js', 'worker.js', 'signin.js', 'signin.css', 'de.ftl', 'de-rest.ftl', 'en-rest.ftl'];

/** The admin page: what its first picture loads, and the chart, which is loaded when one is shown; its places are `admin-lazy`. */
const ADMIN_FIRST = ['admin.js', 'admin-shared.js', 'admin.css', 'admin-en.ftl', 'admin-icons.svg'];
/** What the contract allows the admin page's first picture (gzip). */
export const ADMIN_LOAD = 60 * 1024;
/** `admin-en-rest.ftl` and the like are loaded with a place. */
const ADMIN_OWN = ['admin-de.ftl', 'admin-de-rest.ftl', 'admin-en-rest.ftl'];
function adminPart(name, manifest) {
  if (ADMIN_FIRST.some((n) => manifest[n] === name)) return 'admin-first';
  return ADMIN_OWN.find((n) => manifest[n] === name) ?? (name.startsWith('admin-plot.') ? 'admin-plot' : name.endsWith('.js') ? 'admin-lazy' : null);
}
/** The first picture of the admin page in gzip, which the contract counts in. */
export function adminLoad(dir = dist) {
  const manifest = JSON.parse(readFileSync(path.join(dir, 'manifest.json'), 'utf8'));
  return ADMIN_FIRST.reduce((sum, n) => sum + statSync(path.join(dir, `${manifest[n]}.gz`)).size, 0);
}

/** Bytes on the wire (brotli). */
export function weigh(dir = dist) {
  const manifest = JSON.parse(readFileSync(path.join(dir, 'manifest.json'), 'utf8'));
  const first = new Map(FIRST.map((name) => [manifest[name], name]));
  const sizes = { first: 0, lazy: 0 };
  for (const file of readdirSync(dir).filter((f) => f.endsWith('.br'))) {
    const name = file.slice(0, -3);
    const bytes = statSync(path.join(dir, file)).size;
    if (name.startsWith('admin')) {
      const part = adminPart(name, manifest);
      if (part) sizes[part] = (sizes[part] ?? 0) + bytes;
      continue;
    }
    const known = first.get(name);
    const own = OWN.find((n) => manifest[n] === name);
    if (known) sizes.first += bytes;
    const part = known ?? own ?? (name.endsWith('.js') ? 'lazy' : null);
    if (part) sizes[part] = (sizes[part] ?? 0) + bytes;
  }
  return sizes;
}

/** What is over: sentences. Small parts may grow by 200 bytes. */
export function over(now, allowed) {
  const out = [];
  for (const [part, bytes] of Object.entries(now)) {
    const most = allowed[part];
    if (most === undefined) out.push(`${part}: ${bytes} bytes, not in the budget`);
    else if (bytes > Math.max(most * GROWTH, most + 200)) out.push(`${part}: ${bytes} bytes, ${most} in the budget (+${((bytes / most - 1) * 100).toFixed(1)} %)`);
  }
  if (now.first > FIRST_LOAD) out.push(`first load: ${now.first} bytes, at most ${FIRST_LOAD}`);
  return out;
}
