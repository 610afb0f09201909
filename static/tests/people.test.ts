// The address book's page without a page: forms and what is compared in them, what a merge gives, who stands in a file, the list by
// position.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Contact, KeptCert } from '../src/api/types.ts';
import { parsePath, pathOf } from '../src/core/router.ts';
import * as people from '../src/store/people.ts';
import { nameAt, namesOf } from '../src/views/contacts/card-names.ts';
import { certifiedName, titleOf } from '../src/views/contacts/face.ts';
import { blank, formOf, hasProblem, isChanged, problemsOf, tidy, together } from '../src/views/contacts/form.ts';
import type { Form } from '../src/views/contacts/form.ts';
import { joined } from '../src/views/contacts/joining.ts';
import { canUnmerge } from '../src/views/contacts/unmerge.ts';
import { mailsWith } from '../src/views/contacts/mails.ts';

const line = (address: string, label = ''): { address: string; label: string } => ({ address, label });
const form = (o: Partial<Form> = {}): Form => ({ name: 'Ana', lines: [line('ana@x.test')], phone: '', notes: '', ...o });
const contact = (id: string, o: Partial<Contact> = {}): Contact => ({ id, name: id, addresses: [line(`${id}@x.test`)], phone: '', notes: '', photo: false, groups: [], version: 1, certificates: [], ...o });

test('addresses of the page: a contact, its form, a new one; nothing else is one', () => {
  for (const path of ['/contacts/', '/contacts/new', '/contacts/0123456789abcdef', '/contacts/0123456789abcdef/edit']) assert.equal(pathOf(parsePath(path)), path);
  for (const path of ['/contacts', '/contacts/0123456789ABCDEF', '/contacts/..%2f..%2fapi', '/contacts/0123456789abcdef0', '/contacts/%E0%A4%A']) assert.deepEqual(parsePath(path), { page: 'contacts', id: null });
  assert.deepEqual(parsePath('/contacts/new/edit'), { page: 'contacts', id: 'new' });
});

test('what is sent has no empty lines, no blanks around and each address once; only that counts as a change', () => {
  const f = form({ name: ' Ana ', lines: [line(' ana@x.test ', ' work '), line(''), line('ANA@X.test', 'home'), line('b@x.test')], notes: 'a\r\nb  \n' });
  assert.deepEqual(tidy(f), { name: 'Ana', lines: [line('ana@x.test', 'work'), line('b@x.test')], phone: '', notes: 'a\nb' });
  assert.equal(isChanged(form(), form({ name: 'Ana ', lines: [line('ana@x.test'), line('')] })), false);
  assert.equal(isChanged(form(), form({ lines: [line('ana@x.test', 'work')] })), true);
  assert.equal(isChanged(blank(), blank('', 'new@x.test')), true);
});

test('problems are found before anything is sent, counted as the server counts', () => {
  assert.equal(hasProblem(problemsOf(form())), false);
  assert.deepEqual(problemsOf(form({ lines: [line('no address'), line('b@x.test', 'é'.repeat(21))] })).lines, { 0: 'person-address-wrong', 1: 'person-label-long' });
  assert.equal(problemsOf(form({ lines: [line(' ')] })).none, 'person-address-none');
  assert.deepEqual([problemsOf(form({ name: 'é'.repeat(100) })).name, problemsOf(form({ name: `${'é'.repeat(100)}x` })).name], [undefined, 'person-too-long']);
  assert.equal(problemsOf(form({ notes: 'x'.repeat(8193) })).notes, 'person-too-long');
});

test('changed elsewhere: theirs is taken where only they changed, mine stays where I did, both are told', () => {
  const before = form({ phone: '1', notes: 'n' });
  const mine = form({ name: 'Mine', phone: '1', notes: 'typed' });
  const theirs = form({ name: 'Theirs', phone: '2', notes: 'n', lines: [line('ana@x.test'), line('new@x.test')] });
  const r = together(before, mine, theirs);
  assert.deepEqual([r.taken, r.clashes], [['addresses', 'phone'], ['name']]);
  assert.deepEqual(r.form, { name: 'Mine', phone: '2', notes: 'typed', lines: theirs.lines });
  assert.notEqual(r.form.lines, theirs.lines, 'a copy: typing on does not change what theirs is compared with');
  const same = together(before, form({ name: 'Same', phone: '1', notes: 'n' }), form({ name: 'Same', phone: '1', notes: 'n' }));
  assert.deepEqual([same.taken, same.clashes], [[], []]);
});

test('a merge: name, phone, photograph of the first that has one, notes once each, limits told', () => {
  const a = contact('a', { name: '', notes: 'same', groups: ['g'] });
  const b = contact('b', { name: 'Bea', phone: '5', notes: 'same', photo: true, groups: ['g', 'h'] });
  const c = contact('c', { name: 'Cid', notes: 'other', phone: '6', photo: true });
  const j = joined([a, b, c]);
  assert.deepEqual([j.name, j.phone, j.notes, j.photo?.id, j.groups, j.lines.length, j.problem], ['Bea', '5', 'same\n\nother\n\n6', 'b', 2, 3, null]);
  const many = contact('m', { addresses: Array.from({ length: 19 }, (_, i) => line(`m${i}@x.test`)) });
  assert.equal(joined([many, a]).problem, null);
  assert.equal(joined([many, a, b]).problem, 'addresses');
  assert.equal(joined([contact('x', { notes: 'x'.repeat(5000) }), contact('y', { notes: 'y'.repeat(5000) })]).problem, 'notes');
});

test('mail with somebody: every address in every place, as many as a search holds', () => {
  assert.equal(mailsWith(['a@x.test']), 'from:a@x.test OR to:a@x.test OR cc:a@x.test');
  assert.equal(mailsWith(['a@x.test', 'b@x.test']), 'from:(a@x.test OR b@x.test) OR to:(a@x.test OR b@x.test) OR cc:(a@x.test OR b@x.test)');
  const long = mailsWith(Array.from({ length: 20 }, (_, i) => `somebody.number${i}@a-rather-long-domain.test`));
  assert.ok(long.length <= 380 && long.includes('number0@') && long.includes('number1@'));
});

test('a line of a file of vCards is of the card it stands in', () => {
  const names = namesOf(['BEGIN:VCARD', 'FN;CHARSET=UTF-8:Ana\\, the First', 'EMAIL:a@x.test', 'END:VCARD', '', 'begin:vcard', 'item1.EMAIL;TYPE=work:b@x.test', 'NOTE:x', 'end:vcard', 'BEGIN:VCARD', 'END:VCARD'].join('\r\n'));
  assert.deepEqual(names, [{ line: 1, name: 'Ana, the First' }, { line: 6, name: 'b@x.test' }, { line: 10, name: '' }]);
  assert.deepEqual([0, 1, 4, 6, 8, 10, 99].map((n) => nameAt(names, n)), ['', 'Ana, the First', 'Ana, the First', 'b@x.test', 'b@x.test', '', '']);
});

// ---- the list by position, over a server in memory ----

const server = { n: 400, asked: [] as string[], hold: null as Promise<void> | null, broken: false };
globalThis.fetch = (async (_: string, init: { body: string }) => {
  const q = JSON.parse(init.body) as { offset: number; limit: number; text?: string };
  server.asked.push(`${q.offset}+${q.limit}`);
  if (server.hold) await server.hold;
  if (server.broken) return new Response('{"code":"internal","message":""}', { status: 500 });
  const every = Array.from({ length: server.n }, (_x, i) => contact(`p${String(i).padStart(4, '0')}`)).filter((c) => c.name.includes(q.text ?? ''));
  return new Response(JSON.stringify({ total: every.length, contacts: every.slice(q.offset, q.offset + q.limit) }));
}) as unknown as typeof fetch;
const settled = (): Promise<void> => new Promise((r) => { setTimeout(r, 5); });
beforeEach(async () => { Object.assign(server, { n: 400, asked: [], hold: null, broken: false }); await people.narrow('', null); server.asked = []; });

test('pages near the window are asked for once, far ones are forgotten', async () => {
  assert.deepEqual([people.total.value, people.rowAt(0)?.id, people.rowAt(50)], [400, 'p0000', undefined]);
  people.want(40, 60);
  people.want(45, 65);
  await settled();
  assert.deepEqual(server.asked, ['50+50']);
  assert.equal(people.rowAt(59)?.id, 'p0059');
  server.n = 2000;
  await people.refresh();
  for (let at = 0; at < 1900; at += 100) { people.want(at, at + 60); await settled(); }
  assert.equal(people.rowAt(0), undefined);
  assert.equal(people.rowAt(1801)?.id, 'p1801');
});

test('what comes late for other words is not shown; what is shown stays until the answer', async () => {
  let go = (): void => undefined;
  server.hold = new Promise((r) => { go = r; });
  const first = people.narrow('p000', null);
  assert.equal(people.rowAt(0)?.id, 'p0000', 'still there');
  const second = people.narrow('p01', null);
  go();
  await Promise.all([first, second]);
  assert.deepEqual([people.total.value, people.rowAt(0)?.id, people.text.value], [100, 'p0100', 'p01']);
});

test('somebody who came meanwhile makes the list ask anew; a failure keeps what is there', async () => {
  server.n = 401;
  people.want(50, 60);
  await settled();
  assert.equal(people.total.value, 401);
  server.broken = true;
  people.want(200, 210);
  await settled();
  assert.ok(people.failure.value);
  assert.equal(people.rowAt(50)?.id, 'p0050');
  server.asked = [];
  people.want(200, 210);
  people.want(300, 310);
  await settled();
  assert.deepEqual(server.asked, [], 'not again and again by itself');
  server.broken = false;
  await people.refresh();
  assert.equal(people.failure.value, null);
  people.want(200, 210);
  await settled();
  assert.equal(people.rowAt(200)?.id, 'p0200');
});

test('an unnamed contact that came with mail is called as its certificate says, and never by what looks like an address', () => {
  const kept = (subject: string, o: Partial<KeptCert> = {}): KeptCert => ({ subject, source: 'harvested', state: 'valid', status: 'ready', ...o }) as KeptCert;
  const unnamed = (...certificates: KeptCert[]): Contact => contact('u', { name: '', certificates });
  assert.equal(titleOf(unnamed(kept('CN=Ana Berg,O=X'))), 'Ana Berg');
  assert.equal(titleOf(contact('u', { name: 'Annie', certificates: [kept('CN=Ana Berg')] })), 'Annie', 'a name that was given stays');
  for (const subject of ['CN=boss@bank.test', 'CN=Boss boss＠bank.test', 'CN=Ana Berg <ana@bank.test>', 'CN=www.bank.test the bank', 'CN=Ana Berg bank.test', 'CN=https://bank.test x', 'CN=ana', 'O=Only Organisation', 'CN=', 'CN=12345 67890'])
    assert.equal(certifiedName(unnamed(kept(subject))), '', subject);
  for (const o of [{ source: 'contact' }, { source: 'imported' }, { state: 'pending' }, { state: 'rejected' }, { state: 'superseded' }, { status: 'untrusted' }, { status: 'expired' }, { status: 'revoked' }, { status: null }] as Partial<KeptCert>[])
    assert.equal(certifiedName(unnamed(kept('CN=Ana Berg', o))), '', JSON.stringify(o));
  assert.equal(certifiedName(unnamed(kept('CN=Ana Berg'), kept('CN=Eve Berg'))), '', 'two names are none');
  assert.equal(certifiedName(unnamed(kept('CN=Ana Berg'), kept('CN=Eve Berg', { state: 'superseded' }))), 'Ana Berg');
  assert.equal(titleOf(unnamed(kept('CN=Ana \u202eBerg'))), 'Ana Berg');
});

test('addresses of the form: a domain in another script is kept in ASCII and shown in its letters', () => {
  assert.equal(hasProblem(problemsOf(form({ lines: [line('ana@bücher.example')] }))), false);
  assert.deepEqual(tidy(form({ lines: [line('ana@BÜCHER.example'), line('ana@xn--bcher-kva.example')] })).lines, [line('ana@xn--bcher-kva.example')]);
  assert.deepEqual(formOf(contact('a', { addresses: [line('ana@xn--bcher-kva.example')] })).lines, [line('ana@bücher.example')]);
});

test('a merge is taken back only where no certificate changes hands', () => {
  const kept = (...addresses: string[]): KeptCert => ({ addresses }) as KeptCert;
  const a = contact('a'), b = contact('b');
  assert.equal(canUnmerge([a, b], true), true);
  assert.equal(canUnmerge([a, b], false), false, 'nobody knows');
  assert.equal(canUnmerge([contact('a', { certificates: [kept('a@x.test')] }), b], true), true, 'it stays with its contact');
  assert.equal(canUnmerge([a, contact('b', { certificates: [kept('b@x.test')] })], true), false);
  assert.equal(canUnmerge([contact('a', { certificates: [kept('a@x.test', 'B@x.test')] }), b], true), false, 'it would wait for a decision');
});
