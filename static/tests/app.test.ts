import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Folder } from '../src/api/types.ts';
import { shownKeys } from '../src/core/commands.ts';
import { fileSize, initials, listDate, nameList, nameOf } from '../src/core/format.ts';
import { pickLanguage, t, useTexts } from '../src/core/i18n.ts';
import { parsePath, pathOf } from '../src/core/router.ts';
import { buildTree } from '../src/store/folders.ts';
import type { Node } from '../src/store/folders.ts';
import { folded, matches } from '../src/core/fold.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);

test('every page has an address and reads it back', () => {
  for (const path of ['/mail/', '/mail/SU5CT1g', '/mail/SU5CT1g/17', '/mail/SU5CT1g/search', '/mail/SU5CT1g/search/17', '/settings/security']) assert.equal(pathOf(parsePath(path)), path);
  assert.deepEqual(parsePath('/mail/SU5CT1g/0'), { page: 'mail', folder: 'SU5CT1g', uid: null, search: false });
  assert.deepEqual(parsePath('/mail/..%2f..%2fapi/5'), { page: 'mail', folder: null, uid: 5, search: false });
  assert.deepEqual(parsePath('/mail/%E0%A4%A'), { page: 'mail', folder: null, uid: null, search: false });
});

const f = (path: string, o: Partial<Folder> = {}): Folder => ({ id: path, name: path.split('/').at(-1)!, path, delimiter: '/', role: null, selectable: true, subscribed: true, shared: false, total: 0, unread: 0, ...o });
const shape = (list: Node[]): unknown[] => list.map((n) => (n.children.length ? [n.folder.name, shape(n.children)] : n.folder.name));

test('folders: roles first, then names; levels that lead nowhere are left out', () => {
  const { own, shared } = buildTree([f('Zeta'), f('INBOX', { role: 'inbox' }), f('Work/2026'), f('Work'), f('Trash', { role: 'trash' }), f('INBOX/Sub'), f('Empty', { selectable: false }),
    f('shared', { selectable: false }), f('shared/bob@x', { selectable: false, shared: true }), f('shared/bob@x/Projects/Aurora', { shared: true })]);
  assert.deepEqual(shape(own), ['INBOX', 'Trash', 'Sub', ['Work', ['2026']], 'Zeta']);
  assert.deepEqual(shape(shared), [['bob@x', ['Aurora']]]);
});

test('names: a display name that looks like another address is not believed', () => {
  assert.equal(nameOf({ name: 'ceo@bank.test', address: 'evil@x.org' }), 'evil@x.org');
  assert.equal(nameOf({ name: 'Ana', address: 'ana@x.org' }), 'Ana');
  assert.equal(nameOf({ name: '', address: 'ana@x.org' }), 'ana@x.org');
  assert.equal(initials({ name: 'Ana María López', address: '' }), 'AL');
  assert.equal(initials({ name: '', address: 'tom.weaver@x.org' }), 'TW');
  assert.equal(nameList([{ name: 'A', address: 'a' }, { name: 'B', address: 'b' }, { name: 'C', address: 'c' }, { name: 'D', address: 'd' }]).replace(/[\u2066-\u2069]/g, ''), 'A, B, C, 1 more');
});

test('dates and sizes', () => {
  const now = new Date(2026, 10, 22, 12, 0);
  const at = (...x: [number, number, number, number, number]): string => new Date(...x).toISOString();
  assert.match(listDate(at(2026, 10, 22, 9, 5), now), /9:05/);
  assert.equal(listDate(at(2026, 10, 21, 23, 0), now), 'Yesterday');
  assert.equal(listDate(at(2026, 10, 18, 9, 0), now), 'Wed');
  assert.equal(listDate(at(2026, 0, 3, 9, 0), now), 'Jan 3');
  assert.match(listDate(at(2024, 0, 3, 9, 0), now), /2024/);
  assert.equal(listDate('nonsense', now), '');
  assert.equal(listDate(null, now), '');
  assert.equal(fileSize(1_500_000), '1.5 MB');
  assert.equal(fileSize(60_000_000), '60 MB');
  assert.equal(fileSize(14), '14 bytes');
});

test('shortcuts are shown as keys', () => {
  assert.deepEqual(shownKeys('$mod+k'), [['Ctrl', 'K']]);
  assert.deepEqual(shownKeys('$mod+k', true), [['⌘', 'K']]);
  assert.deepEqual(shownKeys('g i'), [['g'], ['i']]);
  assert.deepEqual(shownKeys('#|Shift+#'), [['#']]);
  assert.deepEqual(shownKeys(undefined), []);
});

test('choosers find without case and accents', () => {
  assert.equal(folded('Grüße'), 'große'.replace('o', 'u'));
  assert.ok(matches('Projects › München', 'mun proj'));
  assert.ok(!matches('Inbox', 'sent'));
});

test('the language follows the wish, then the browser, then English', () => {
  assert.equal(pickLanguage('de-AT', ['en']), 'de');
  assert.equal(pickLanguage(undefined, ['fr', 'de-DE']), 'de');
  assert.equal(pickLanguage('xx', []), 'en');
  assert.equal(t('no-such-key'), 'no-such-key');
});
