// Settings: what is being written stays whatever is answered meanwhile.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Rule, Vacation } from '../src/api/account.ts';
import type { Folder, Identity, Label, Settings, SettingsPatch } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { changeSettings, defaults, merge, reloadSettings, settings, settingsHooks } from '../src/store/session.ts';
import { edited, keyOf, without } from '../src/views/settings/identity-list.ts';
import { WxIdentitiesSection } from '../src/views/settings/identities.ts';
import { folderChoices, folderTitle } from '../src/views/settings/rule-folders.ts';
import { WxRuleEditor } from '../src/views/settings/rule-editor.ts';
import { answered, kept, matched, putBack } from '../src/views/settings/rule-list.ts';
import { WxVacation, freshVacation, stateWords } from '../src/views/settings/vacation.ts';

assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);

const rule = (name: string, value = 'x'): Rule => ({ name, enabled: true, match: 'all', conditions: [{ field: 'subject', op: 'contains', value }], actions: [{ type: 'read' }], stop: false });
const away = (subject: string): Vacation => ({ enabled: false, from: null, until: null, zone: null, subject, text: 'away', days: 7, once: true, addresses: [] });

test('a rule keeps its id when others come before it, when it is changed elsewhere, and after it was saved', () => {
  const [a, b, nameless] = [kept(rule('a')), kept(rule('b')), kept(rule('', 'y'))];
  const ids = (list: { id: number }[]): number[] => list.map((k) => k.id);
  const next = matched([rule('new'), rule('', 'y'), rule('b', 'changed'), rule('a')], [a, b, nameless]);
  assert.deepEqual(ids(next).slice(1), [nameless.id, b.id, a.id]);
  assert.ok(![a.id, b.id, nameless.id].includes(next[0]!.id), 'another rule is another one');
  assert.deepEqual(ids(answered([rule('a', 'z'), rule('b')], [a, b])), [a.id, b.id]);
  const twins = matched([rule('t', '1'), rule('t', '2')], [kept(rule('t', '3')), a]);
  assert.equal(new Set(ids(twins)).size, 2, 'of two with one name none is taken for the other');
});

test('a removed rule comes back into the list as it is now', () => {
  const [a, b, c] = [kept(rule('a')), kept(rule('b')), kept(rule('c'))];
  assert.deepEqual(putBack([a, c], b, 1).map((k) => k.rule.name), ['a', 'b', 'c']);
  assert.deepEqual(putBack([c], b, 5).map((k) => k.rule.name), ['c', 'b']);
  assert.deepEqual(putBack([a, b], b, 0).map((k) => k.rule.name), ['a', 'b'], 'once');
});

test('the form of a rule keeps what is written when the rule comes anew', () => {
  const form = new WxRuleEditor();
  form.rule = rule('a');
  form.willUpdate();
  form.draft = { ...form.draft, name: 'half writ' };
  form.rule = rule('a');
  form.willUpdate();
  assert.equal(form.draft.name, 'half writ');
});

test('the open vacation form keeps what is written; a closed one follows the server; a problem opens it', () => {
  const form = new WxVacation();
  const says = (v: Vacation): void => { form.vacation = v; form.willUpdate(new Map([['vacation', null]])); };
  says(away('one'));
  says(away('two'));
  assert.equal(form.draft.subject, 'two');
  form.open = true;
  form.draft = { ...form.draft, subject: 'half writ' };
  says(away('three'));
  assert.equal(form.draft.subject, 'half writ');
  form.open = false;
  form.problem = { field: '', text: 'changed elsewhere' };
  says(away('four'));
  assert.deepEqual([form.open, form.draft.subject], [true, 'half writ']);
});

test('a first vacation message is on once it is saved, and the card says what is so on the server, not what is in the form', () => {
  assert.equal(freshVacation().enabled, true);
  const form = new WxVacation();
  form.willUpdate(new Map());
  assert.equal(form.draft.enabled, true);
  assert.equal(form.vacation?.enabled ?? false, false);
  const words = (v: Partial<Vacation> | null): string => stateWords(v && { ...away('x'), ...v }, '2026-07-05').replace(/[\u2066-\u2069]/g, '');
  assert.equal(words(null), 'Off: nobody is answered.');
  assert.equal(words({ enabled: false, from: '2026-07-01' }), 'Off: nobody is answered.');
  assert.equal(words({ enabled: true }), 'On until you switch it off.');
  assert.equal(words({ enabled: true, from: '2026-07-06' }), 'On from July 6, 2026 until you switch it off.');
  assert.equal(words({ enabled: true, from: '2026-07-05' }), 'On until you switch it off.');
  assert.equal(words({ enabled: true, from: '2026-07-06', until: '2026-07-20' }), 'On from July 6, 2026 to July 20, 2026.');
  assert.equal(words({ enabled: true, from: '2026-07-01', until: '2026-07-05' }), 'On, up to and including July 5, 2026.');
  assert.equal(words({ enabled: true, until: '2026-07-04' }), 'The last day, July 4, 2026, is over: nobody is answered.');
});

test('folders of a filter: named and ordered as in the sidebar, kept by their path', () => {
  const f = (path: string, more: Partial<Folder> = {}): Folder => ({ id: path, name: path.split('.').at(-1)!, path, delimiter: '.', role: null, selectable: true, subscribed: true, shared: false, total: 0, unread: 0, ...more });
  const list = [f('INBOX.Zoo'), f('INBOX', { role: 'inbox' }), f('INBOX.Trash', { role: 'trash' }), f('INBOX.Work'), f('INBOX.Work.Plans'), f('INBOX.Old', { selectable: false }), f('INBOX.Old.2020'),
    f('user.bob@x.test.Plans', { name: 'Plans', shared: true, owner: 'bob@x.test' })];
  assert.deepEqual(folderChoices(list), [
    { value: 'INBOX', title: 'Inbox' }, { value: 'INBOX.Trash', title: 'Trash' }, { value: 'INBOX.Old.2020', title: 'Old › 2020' }, { value: 'INBOX.Work', title: 'Work' },
    { value: 'INBOX.Work.Plans', title: 'Work › Plans' }, { value: 'INBOX.Zoo', title: 'Zoo' }, { value: 'user.bob@x.test.Plans', title: 'bob@x.test › Plans' }]);
  assert.equal(folderTitle('INBOX.Work.Plans', list), 'Work › Plans');
  assert.equal(folderTitle('gone', list), 'gone');
  const twins = folderChoices([f('A', { name: 'Same' }), f('B', { name: 'Same' })]);
  assert.deepEqual(twins.map((c) => c.title), ['Same (A)', 'Same (B)']);
});

// ---- lists that others change, too ----

const label = (keyword: string): Label => ({ keyword, name: keyword, colour: 'red' });
const one = (name: string, address: string, first = false): Identity => ({ name, address, reply_to: '', signature: '', default: first });
let stored: Settings;
let refused: (patch: SettingsPatch) => number;
let hold: Promise<void>;
function begin(s: Partial<Settings>): void {
  stored = { ...defaults(), ...s, version: '1' };
  settings.value = structuredClone(stored);
  refused = () => 0;
  hold = Promise.resolve();
}
function elsewhere(patch: SettingsPatch): void { stored = { ...merge(stored, patch), version: `${Number(stored.version) + 1}` }; }
globalThis.fetch = (async (_: string, init: RequestInit = {}) => {
  const answer = (body: unknown, status = 200): Response => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });
  if ((init.method ?? 'GET') === 'GET') return answer(stored);
  const { version, ...patch } = JSON.parse(String(init.body)) as Settings;
  await hold;
  const status = refused(patch) || (version !== undefined && version !== stored.version ? 409 : 0);
  if (status) return answer({ code: status === 409 ? 'conflict' : 'invalid', message: 'No.', details: {} }, status);
  elsewhere(patch);
  return answer(stored);
}) as typeof fetch;
const add = (l: Label): Promise<void> => changeSettings((s) => ({ labels: [...s.labels, l] }));
const words = (s: Settings): string[] => s.labels.map((l) => l.keyword);

test('a list that was changed elsewhere meanwhile keeps both changes', async () => {
  begin({ labels: [label('a')] });
  elsewhere({ labels: [label('a'), label('theirs')], ui: { theme: 'dark' } });
  await add(label('mine'));
  assert.deepEqual(words(stored), ['a', 'theirs', 'mine']);
  assert.deepEqual(words(settings.value), ['a', 'theirs', 'mine']);
  assert.equal(settings.value.ui.theme, 'dark', 'what the server answers is taken');
});

test('of two changes on their way the refused one alone is taken back', async () => {
  begin({ labels: [] });
  refused = (p) => (p.labels?.some((l) => l.keyword === 'bad') ? 422 : 0);
  const all = [add(label('bad')), changeSettings({ ui: { theme: 'dark' } }), add(label('good'))];
  assert.deepEqual(words(settings.value), ['bad', 'good'], 'shown at once');
  const done = await Promise.allSettled(all);
  assert.deepEqual(done.map((d) => d.status), ['rejected', 'fulfilled', 'fulfilled']);
  assert.deepEqual([words(settings.value), settings.value.ui.theme], [['good'], 'dark']);
  assert.deepEqual(words(stored), ['good']);
});

test('what another tab did is read; a change of ours is told', async () => {
  begin({});
  let told = 0;
  settingsHooks.push(() => { told++; });
  elsewhere({ remote_images: ['ana@x.test'] });
  await reloadSettings();
  assert.deepEqual([settings.value.remote_images, told], [['ana@x.test'], 0]);
  await changeSettings({ shortcuts: false });
  assert.equal(told, 1);
  refused = () => 422;
  await assert.rejects(changeSettings({ shortcuts: true }));
  assert.deepEqual([told, settings.value.shortcuts], [1, false]);
});

test('a change whose thing is gone is a conflict, and nothing is written', async () => {
  begin({ identities: [one('A', 'a@x.test', true)] });
  const before = structuredClone(stored);
  await assert.rejects(changeSettings(() => null), { code: 'conflict' });
  assert.deepEqual(stored, before);
});

test('an identity is found again by its address wherever it stands', () => {
  const [a, b, b2] = [one('A', 'a@x.test', true), one('B', 'b@x.test'), one('B2', 'b@x.test')];
  const key = keyOf([a, b, b2], 2);
  assert.deepEqual(edited([b, b2, a], key, { name: 'new' })?.map((i) => i.name), ['B', 'new', 'A']);
  assert.equal(edited([a, b], key, { name: 'new' }), null);
  assert.deepEqual(without([a, b, b2], keyOf([a, b, b2], 0)).map((i) => [i.name, i.default]), [['B', true], ['B2', false]]);
  assert.deepEqual(edited([a, b], keyOf([a, b], 1), { default: true })?.map((i) => i.default), [false, true]);
});

test('what is typed into an identity while a save is on its way stands in the field still', async () => {
  begin({ identities: [one('Ana', 'a@x.test', true)] });
  const section = new WxIdentitiesSection();
  section.typed = { 'a@x.test#0 reply_to': 'half@' };
  assert.ok(holds(section.render(), 'half@'), 'drawn from what was typed');
  await changeSettings({ identities: [one('Bea', 'a@x.test', true)] });
  assert.ok(holds(section.render(), 'half@') && holds(section.render(), 'Bea'));
});
/** Is the value anywhere in what would be drawn? */
function holds(part: unknown, value: string): boolean {
  if (part === value) return true;
  if (Array.isArray(part)) return part.some((x) => holds(x, value));
  if (part === null || typeof part !== 'object' || !('values' in part)) return false;
  const [items, , draw] = part.values as unknown[];
  // What repeat() was given is drawn here as Lit would.
  if (Array.isArray(items) && typeof draw === 'function') return items.some((x, at) => holds((draw as (x: unknown, at: number) => unknown)(x, at), value));
  return (part.values as unknown[]).some((x) => holds(x, value));
}
