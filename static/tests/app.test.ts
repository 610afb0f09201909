import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Folder } from '../src/api/types.ts';
import { shownKeys } from '../src/core/commands.ts';
import { dateTag, fileSize, fullDate, initials, listDate, nameList, nameOf, timeZone, useDates } from '../src/core/format.ts';
import { zoneOffset } from '../src/core/zones.ts';
import { qrPath } from '../src/views/settings/qr.ts';
import { moved, withField } from '../src/views/settings/rule-words.ts';
import { pickLanguage, t, useTexts } from '../src/core/i18n.ts';
import { parsePath, pathOf } from '../src/core/router.ts';
import { allShown, buildTree, shownFolders } from '../src/store/folders.ts';
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
  assert.deepEqual(shape(buildTree([f('\ufffd', { id: 'one' }), f('\ufffd', { id: 'two' })]).own), ['\ufffd', '\ufffd'], 'shown alike, both there');
});

test('hidden folders are left out, but for what is needed, open, or leads to what is shown', () => {
  const hidden = { subscribed: false };
  const list = [f('INBOX', { role: 'inbox', ...hidden }), f('A'), f('B', hidden), f('C', hidden), f('C/D'), f('E', hidden), f('C/D/F', hidden), f('shared/x', { shared: true, ...hidden }), f('shared/y', { shared: true, ...hidden })];
  const names = (of: typeof list, open: string | null = null): string[] => shownFolders(of, open).map((x) => x.path);
  assert.deepEqual(names(list), ['INBOX', 'A', 'C', 'C/D', 'shared/x', 'shared/y']);
  assert.deepEqual(names(list, 'C/D/F').slice(0, 5), ['INBOX', 'A', 'C', 'C/D', 'C/D/F']);
  assert.equal(allShown(list, true), true, 'of others none is kept as shown: all are');
  assert.deepEqual(names(list.map((x) => (x.path === 'shared/y' ? { ...x, subscribed: true } : x))).slice(4), ['shared/y']);
  const none = list.map((x) => ({ ...x, ...hidden }));
  assert.deepEqual(names(none), none.map((x) => x.path));
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
  assert.deepEqual(shownKeys('Escape'), [['Esc']]);
  try {
    assert.deepEqual(useTexts('de', readFileSync('static/i18n/de.ftl', 'utf8')), []);
    assert.deepEqual(['$mod+Enter', 'Shift+u', 'Delete'].map((k) => shownKeys(k)), [[['Strg', 'Eingabe']], [['Umschalt', 'U']], [['Entf']]]);
  } finally { useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')); }
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

test('dates are told in the zone and the style that was chosen', () => {
  const now = new Date('2026-11-22T11:30:00Z');
  try {
    useDates('en-GB', 'Pacific/Auckland', ['en-US']); // 13 hours ahead: it is the 23rd there
    assert.equal(listDate('2026-11-22T11:00:00Z', now), '0:00');
    assert.equal(listDate('2026-11-22T10:59:00Z', now), 'Yesterday');
    assert.equal(fullDate('2026-12-31T23:30:00Z').includes('1 January 2027'), true);
    useDates('en-US', 'America/New_York', []);
    assert.match(listDate('2026-11-22T11:00:00Z', now), /6:00\sAM/);
    assert.equal(listDate('2026-11-22T04:59:00Z', now), 'Yesterday');
    useDates('', 'Mars/Olympus', ['fr-FR', 'en-AU']);
    assert.deepEqual([dateTag.value, timeZone.value], ['en-AU', '']);
    useDates('de-AT', '', ['fr-FR']);
    assert.equal(dateTag.value, '', 'a region of another language is not taken');
  } finally { useDates('', '', []); }
});

test('a day has the offset of its season', () => {
  timeZone.value = 'Europe/Berlin';
  assert.equal(zoneOffset('2026-07-01'), '+0200');
  assert.equal(zoneOffset('2026-12-01'), '+0100');
  timeZone.value = 'Asia/Kolkata';
  assert.equal(zoneOffset('2026-12-01'), '+0530');
  timeZone.value = 'UTC';
  assert.equal(zoneOffset('2026-12-01'), '+0000');
  timeZone.value = '';
});

test('a filter moves to another place, and nothing is lost at the ends', () => {
  assert.deepEqual(moved(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(moved(['a', 'b', 'c'], 2, 0), ['c', 'a', 'b']);
  for (const [from, to] of [[0, -1], [2, 3], [5, 0]] as const) assert.deepEqual(moved(['a', 'b', 'c'], from, to), ['a', 'b', 'c']);
});

test('another field of a condition keeps what still fits', () => {
  assert.deepEqual(withField({ field: 'from', op: 'is_not', value: 'x' }, 'subject'), { field: 'subject', op: 'is_not', value: 'x' });
  assert.deepEqual(withField({ field: 'from', op: 'is', value: 'x' }, 'size'), { field: 'size', op: 'over', value: 1000 });
  assert.deepEqual(withField({ field: 'size', op: 'over', value: 5 }, 'header'), { field: 'header:', op: 'contains', value: '' });
  assert.deepEqual(withField({ field: 'from', op: 'is', value: 'x' }, 'attachment'), { field: 'attachment', op: 'yes' });
});

test('a QR code is a square of unit squares with a quiet border', () => {
  const { path, size } = qrPath('otpauth://totp/Waxseal:a%40b.test?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Waxseal');
  assert.ok(size >= 21 + 8);
  // The finder patterns stand in three corners, four modules inside.
  for (const at of [`M4 4h7v1`, `M${size - 11} 4h7v1`, `M4 ${size - 5}h7v1`]) assert.ok(path.includes(at), at);
  assert.doesNotMatch(path, /M[0-3] |M\d+ [0-3]h/);
});
