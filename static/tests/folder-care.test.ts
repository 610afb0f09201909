// What becomes of a folder that is moved: what Undo may touch, where it may go, and the page that shows it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import type { Filters } from '../src/api/account.ts';
import type { Folder, Role } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { route } from '../src/core/router.ts';
import * as care from '../src/store/folder-care.ts';
import { filtersAt } from '../src/store/filter-folders.ts';
import { folder, loadFolders } from '../src/store/folders.ts';
import { toasts } from '../src/store/toasts.ts';
import { canUndo, forgetUndo, undoLast } from '../src/store/undo.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);
const idOf = (path: string): string => Buffer.from(path).toString('base64url');
/** The server's folders: path to UIDVALIDITY, which a folder keeps when it is renamed. */
let boxes = new Map<string, number>();
let next = 1;
let down = false;
let filters: Filters | null = null;
const ROLES: Record<string, Role> = { INBOX: 'inbox', Trash: 'trash', Junk: 'junk', Drafts: 'drafts', Sent: 'sent', Archive: 'archive' };
const told = (path: string): Folder => ({ id: idOf(path), path, name: path.split('/').at(-1)!, delimiter: '/', role: ROLES[path] ?? null, selectable: true, subscribed: true, shared: false, total: 0, unread: 0, uidvalidity: boxes.get(path)!, uidnext: 1 });
const make = (path: string): void => { boxes.set(path, next++); };
function renameBox(from: string, to: string): void {
  boxes = new Map([...boxes].map(([p, v]) => [p === from || p.startsWith(`${from}/`) ? to + p.slice(from.length) : p, v]));
}
const json = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
globalThis.fetch = (async (input: string, init: RequestInit = {}) => {
  const [, , , what, id] = new URL(String(input), 'http://x').pathname.split('/');
  await new Promise((r) => setTimeout(r));
  if (what === 'filters') return filters ? json(filters) : json({ code: 'sieve_unavailable', message: 'No.', details: {} }, 502);
  if (down) return json({ code: 'imap_down', message: 'No.', details: {} }, 502);
  if (!id) return json({ folders: [...boxes.keys()].map(told) });
  const path = Buffer.from(id, 'base64url').toString();
  if (!boxes.has(path)) return json({ code: 'not_found', message: 'No.', details: {} }, 404);
  if (init.method === 'DELETE') boxes.delete(path);
  if (init.method !== 'PUT') return json({});
  const to = (JSON.parse(String(init.body)) as { path: string }).path;
  renameBox(path, to);
  return json({ id: idOf(to) });
}) as typeof fetch;
Object.assign(globalThis, { history: { state: null, pushState: () => undefined, replaceState: () => undefined }, location: { pathname: '/mail/' } });

const at = (path: string): Folder => folder(idOf(path))!;
const paths = (): string[] => [...boxes.keys()].filter((p) => !(p in ROLES)).sort();
const said = (): string[] => toasts.value.map((x) => x.text);
const open = (path: string): void => { route.value = { page: 'mail', folder: idOf(path), uid: 5, search: false }; };
const shows = (): string | null => (route.value.page === 'mail' && route.value.folder ? Buffer.from(route.value.folder, 'base64url').toString() : null);

beforeEach(async () => {
  boxes = new Map();
  down = false;
  filters = null;
  for (const path of [...Object.keys(ROLES), 'Trash/Old', 'HA', 'HA/in', 'HA/in/deep', 'HB']) make(path);
  toasts.value = [];
  forgetUndo();
  route.value = { page: 'mail', folder: null, uid: null, search: false };
  await loadFolders();
  await care.moveFolder(at('HA'), at('HB'));
  assert.deepEqual(paths(), ['HB', 'HB/HA', 'HB/HA/in', 'HB/HA/in/deep', 'Trash/Old']);
});

test('a moved folder is put back', async () => {
  await undoLast();
  assert.deepEqual(paths(), ['HA', 'HA/in', 'HA/in/deep', 'HB', 'Trash/Old']);
  assert.ok(said().some((x) => x.startsWith('Undone')));
});

test('renamed, alone or with what is around it, it is not looked for where it was', async () => {
  const after: Record<string, () => Promise<unknown>> = {
    renamed: () => care.rename(at('HB/HA'), 'HB/HC'),
    'the one above renamed': () => care.rename(at('HB'), 'HD'),
  };
  for (const [what, run] of Object.entries(after)) {
    await run();
    assert.equal(canUndo.value, false, what);
    assert.ok(!toasts.value.some((x) => x.action), what);
    const before = paths();
    await undoLast();
    assert.deepEqual(paths(), before, what);
    assert.ok(!said().some((x) => x.startsWith('Undone')), what);
    for (const p of [...boxes.keys()]) if (!(p in ROLES)) boxes.delete(p);
    for (const p of ['HA', 'HB']) make(p);
    await loadFolders();
    await care.moveFolder(at('HA'), at('HB'));
  }
});

test('what another client did meanwhile: no other folder is moved, and nothing is said to be undone', async () => {
  const meanwhile: Record<string, () => void> = {
    renamed: () => renameBox('HB/HA', 'HB/HC'),
    deleted: () => { boxes.delete('HB/HA'); },
    'renamed, and another of that name': () => { renameBox('HB/HA', 'HB/HC'); make('HB/HA'); },
  };
  for (const [what, run] of Object.entries(meanwhile)) {
    run();
    const before = paths();
    await undoLast();
    assert.deepEqual(paths(), before, what);
    assert.ok(said().includes('That is no longer there.') && !said().some((x) => x.startsWith('Undone')), `${what}: ${said().join()}`);
    assert.equal(canUndo.value, false, what);
    toasts.value = [];
    for (const p of [...boxes.keys()]) if (!(p in ROLES)) boxes.delete(p);
    for (const p of ['HA', 'HB']) make(p);
    await loadFolders();
    await care.moveFolder(at('HA'), at('HB'));
    toasts.value = [];
  }
});

test('the folder it came from is gone: it is not made anew', async () => {
  await care.moveFolder(at('HB/HA/in'), null);
  renameBox('HB/HA', 'HB/other');
  await undoLast();
  assert.ok(paths().includes('in') && !paths().includes('HB/HA'));
  assert.ok(said().includes('That is no longer there.'));
});

test('a server that does not answer: it can be tried again', async () => {
  down = true;
  await undoLast();
  assert.ok(canUndo.value && !said().some((x) => x.startsWith('Undone')));
  down = false;
  await undoLast();
  assert.deepEqual(paths(), ['HA', 'HA/in', 'HA/in/deep', 'HB', 'Trash/Old']);
});

test('hidden, then renamed: the old name is not shown instead', async () => {
  forgetUndo();
  await care.hide(at('HB/HA'));
  assert.equal(canUndo.value, true);
  await care.rename(at('HB/HA'), 'HB/HC');
  assert.equal(canUndo.value, false);
});

test('the page follows a folder that is moved or renamed, and one inside it', async () => {
  open('HB/HA/in/deep');
  await care.rename(at('HB/HA'), 'HB/HC');
  assert.equal(shows(), 'HB/HC/in/deep');
  await care.moveFolder(at('HB'), at('Archive'));
  assert.equal(shows(), 'Archive/HB/HC/in/deep');
  await undoLast();
  assert.equal(shows(), 'HB/HC/in/deep');
  open('HB/HC');
  await care.rename(at('HB/HC'), 'HC');
  assert.equal(shows(), 'HC');
  open('HB');
  await care.rename(at('HC'), 'HBx');
  assert.equal(shows(), 'HB', 'not for another one');
});

test('no folder is put where mail is thrown away or kept for the program', () => {
  const places = care.placesFor(at('HB/HA')).map((f) => f?.path ?? 'top');
  assert.deepEqual(places, ['top', 'Archive']);
});

const rule = (name: string, value: string, type: 'move' | 'copy' | 'label' = 'move', enabled = true): NonNullable<Filters['rules']>[number] => ({ name, enabled, match: 'all', conditions: [], actions: [{ type, value }], stop: false });
const visual = (...rules: NonNullable<Filters['rules']>): Filters => ({ supported: true, mode: 'visual', active: 'waxseal', rules });
const script = (text: string, name = 'mine', active = 'mine'): Filters => ({ supported: true, mode: 'foreign', active, raw: { name, script: text, version: '1' } });

test('filters that name the folder or one inside it are found, others are not', () => {
  const all = visual(rule('a', 'HB'), rule('b', 'HB/HA', 'copy'), rule('c', 'HBx'), rule('d', 'HB', 'label'), rule('e', 'HB', 'move', false), rule('f', 'Old/HB'));
  assert.deepEqual(filtersAt(all, 'HB', '/'), ['a', 'b']);
  assert.deepEqual(filtersAt(all, 'HB', ''), ['a']);
  assert.deepEqual(filtersAt({ supported: true, mode: 'visual' }, 'HB', '/'), []);
  assert.equal(filtersAt(script('fileinto "HB/HA";'), 'HB', '/'), null);
  assert.equal(filtersAt(script('fileinto "a\\"b";'), 'a"b', '/'), null);
  assert.deepEqual(filtersAt(script('fileinto "HBx";'), 'HB', '/'), []);
  assert.deepEqual(filtersAt(script('fileinto "HB";', 'other'), 'HB', '/'), [], 'not in force');
});

test('the page that moves a folder says which filters still put mail where it was', async () => {
  const told = async (answer: Filters | null): Promise<string | undefined> => {
    filters = answer;
    toasts.value = [];
    const [from, to] = boxes.has('HB') ? ['HB', 'HC'] : ['HC', 'HB'];
    await care.rename(at(from!), to!);
    for (let i = 0; i < 20; i++) await new Promise((r) => setTimeout(r));
    return toasts.value.find((x) => x.action?.label === 'Show filters')?.text;
  };
  assert.match((await told(visual(rule('Bills', 'HB/HA'), rule('Trips', 'HB')))) ?? '', /filters still put .*HB.*Bills, Trips/);
  assert.match((await told(script('fileinto "HC";'))) ?? '', /script .*HC/);
  assert.equal(await told(visual(rule('Bills', 'elsewhere'))), undefined);
  assert.equal(await told(null), undefined, 'a filter server that is away spoils nothing');
});
