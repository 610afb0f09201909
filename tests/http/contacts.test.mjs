// The address book: contacts, groups. Certificates of contacts: care.test.mjs, smime.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { instance, signedIn } from '../lib/instance.mjs';

const V1 = '/api/v1';
const made = [];
const c = await signedIn('carol');
const other = await signedIn('bob');
const make = async (body) => {
  const r = await c.put(`${V1}/contacts/new`, body);
  assert.equal(r.status, 200, r.text);
  made.push(r.json.id);
  return r.json;
};
const names = async (query) => (await c.get(`${V1}/contacts?${query}`)).json.contacts.map((x) => x.name);
after(async () => {
  for (const id of made) await c.delete(`${V1}/contacts/${id}`);
  for (const g of (await c.get(`${V1}/groups`)).json.groups) await c.delete(`${V1}/groups/${g.id}`);
  c.close();
  other.close();
});

test('a contact keeps what was written, and another version of it is not overwritten', async () => {
  const zoe = await make({ name: 'Zoë <b>"K"', addresses: [{ address: 'zoe@book.test', label: 'work' }, 'z@book.test'], phone: '+43 1', notes: 'one\ntwo' });
  assert.deepEqual(zoe, { id: zoe.id, name: 'Zoë <b>"K"', addresses: [{ address: 'zoe@book.test', label: 'work' }, { address: 'z@book.test', label: '' }],
    phone: '+43 1', notes: 'one\ntwo', photo: false, groups: [], certificates: [], version: 1 });
  assert.deepEqual((await c.get(`${V1}/contacts/${zoe.id}`)).json, zoe);
  const url = `${V1}/contacts/${zoe.id}`;
  const changed = await c.put(url, { ...zoe, name: 'Zoë' });
  assert.deepEqual([changed.status, changed.json.version, changed.json.name], [200, 2, 'Zoë']);
  const late = await c.put(url, { ...zoe, name: 'Late' });
  assert.deepEqual([late.status, late.json.code], [409, 'conflict']);
  const racing = await Promise.all(['A', 'B', 'C'].map((name) => c.put(url, { ...changed.json, name })));
  assert.deepEqual(racing.map((r) => r.status).toSorted(), [200, 409, 409]);
  assert.equal((await c.get(url)).json.version, 3);
});

test('the list is by name, in pages, and found by the beginnings of words without case and accents', async () => {
  await make({ name: 'Ärmel Lodz-Müller', addresses: ['a@lake.book.test'] });
  await make({ name: 'berta Łódź', addresses: ['b@book.test', 'second@lake.book.test'] });
  const page = (await c.get(`${V1}/contacts?text=lodz`)).json;
  assert.deepEqual([page.total, page.contacts.map((x) => x.name), 'notes' in page.contacts[0]], [2, ['Ärmel Lodz-Müller', 'berta Łódź'], false]);
  assert.deepEqual(await names('text=LOD&limit=1&offset=1'), ['berta Łódź']);
  assert.deepEqual(await names(`text=${encodeURIComponent('muller LAKE')}`), ['Ärmel Lodz-Müller']);
  assert.deepEqual(await names('text=odz'), []);
  // the same by POST, where what is looked for stands in no address
  const asked = (body) => c.post(`${V1}/contacts/search`, body);
  assert.deepEqual((await asked({ text: 'LOD', limit: 1, offset: 1 })).json, (await c.get(`${V1}/contacts?text=LOD&limit=1&offset=1`)).json);
  assert.deepEqual((await asked({})).json, (await c.get(`${V1}/contacts`)).json);
  for (const bad of [{ limit: 0 }, { limit: 201 }, { offset: 'x' }, { text: 1 }, { group: 5 }]) assert.equal((await asked(bad)).status, 422, JSON.stringify(bad));
  assert.equal((await asked({ group: 'nothere' })).status, 404);
  for (const bad of ['limit=0', 'limit=201', 'offset=x']) assert.equal((await c.get(`${V1}/contacts?${bad}`)).status, 422, bad);
});

test('what another user has is not there', async () => {
  const mine = await make({ name: 'Mine', addresses: ['mine@book.test'] });
  for (const [method, body] of [['GET'], ['PUT', { addresses: ['x@book.test'] }], ['DELETE', {}]]) {
    assert.equal((await other.request(method, `${V1}/contacts/${mine.id}`, body ? { json: body } : {})).status, 404, method);
  }
  const group = (await c.post(`${V1}/groups`, { name: 'Mine', members: [mine.id] })).json;
  assert.equal((await other.put(`${V1}/groups/${group.id}`, { name: 'x', members: [] })).status, 404);
  assert.equal((await other.delete(`${V1}/groups/${group.id}`)).status, 404);
  assert.equal((await other.get(`${V1}/contacts?group=${group.id}`)).status, 404);
  assert.equal((await other.post(`${V1}/groups`, { name: 'x', members: [mine.id] })).status, 422, 'not a contact of his');
  assert.ok(!(await other.get(`${V1}/groups`)).json.groups.some((g) => g.id === group.id));
});

test('groups hold contacts and addresses; who is removed is in none', async () => {
  const anna = await make({ name: 'Anna', addresses: ['anna@book.test'] });
  const group = (await c.post(`${V1}/groups`, { name: 'Team', members: [anna.id, 'guest@book.test'] })).json;
  assert.deepEqual(await names(`group=${group.id}`), ['Anna']);
  assert.deepEqual((await c.get(`${V1}/contacts/${anna.id}`)).json.groups, [group.id]);
  const renamed = await c.put(`${V1}/groups/${group.id}`, { ...group, name: 'Crew' });
  assert.deepEqual(renamed.json, { ...group, name: 'Crew', version: 2 });
  const late = await c.put(`${V1}/groups/${group.id}`, { ...group, name: 'Late' });
  assert.deepEqual([late.status, late.json.code], [409, 'conflict']);
  assert.equal((await c.delete(`${V1}/contacts/${anna.id}`)).status, 200);
  assert.deepEqual((await c.get(`${V1}/groups`)).json.groups.find((g) => g.id === group.id).members, ['guest@book.test']);
  for (const bad of [{}, { name: '', members: [] }, { name: 'x', members: ['nobody'] }, { name: 'x', members: [anna.id] }]) {
    assert.equal((await c.post(`${V1}/groups`, bad)).status, 422, JSON.stringify(bad));
  }
  assert.equal((await c.post(`${V1}/groups`, { name: 'x', members: Array(501).fill('a@b.test') })).status, 413);
  assert.equal((await c.delete(`${V1}/groups/${group.id}`)).status, 200);
});

test('addresses are completed: contacts and groups first, then whom one has written to', async () => {
  const found = async (text, who = c) => (await who.post(`${V1}/contacts/complete`, { text })).json.found;
  const kim = await make({ name: 'Kim Ørsted', addresses: ['kim@complete.test', 'k2@complete.test'] });
  const row = { name: 'Kim Ørsted', source: 'contact', id: kim.id, ready: null };
  assert.deepEqual(await found('ors'), [{ ...row, address: 'k2@complete.test' }, { ...row, address: 'kim@complete.test' }]);
  assert.deepEqual(await found('kim@com'), [{ ...row, address: 'kim@complete.test' }]);
  const group = (await c.post(`${V1}/groups`, { name: 'Ørsted fans', members: [kim.id] })).json;
  assert.deepEqual((await found('fans')), [{ name: 'Ørsted fans', address: null, source: 'group', id: group.id, members: 1, ready: null }]);
  assert.deepEqual(await found('ors', other), []);
  assert.deepEqual(await found(''), []);
  for (const bad of [{}, { text: 1 }, { text: 'a', limit: 0 }, { text: 'a', limit: 13 }]) assert.equal((await c.post(`${V1}/contacts/complete`, bad)).status, 422);
});

test('contacts become one in one step', async () => {
  const a = await make({ name: 'Twin', addresses: ['twin@merge.test'] });
  const b = await make({ name: 'Twin B', addresses: [{ address: 'b@merge.test', label: 'home' }] });
  const theirs = (await other.put(`${V1}/contacts/new`, { name: 'Theirs', addresses: ['t@merge.test'] })).json;
  assert.equal((await c.post(`${V1}/contacts/merge`, { ids: [a.id, theirs.id] })).status, 404);
  assert.equal((await other.delete(`${V1}/contacts/${theirs.id}`)).status, 200);
  for (const ids of [[], [a.id], [a.id, a.id], [a.id, 'x'], [a.id, 5], 'x']) assert.equal((await c.post(`${V1}/contacts/merge`, { ids })).status, 422, JSON.stringify(ids));
  const r = await c.post(`${V1}/contacts/merge`, { ids: [a.id, b.id] });
  assert.deepEqual([r.status, r.json.id, r.json.name, r.json.addresses.map((x) => x.address)], [200, a.id, 'Twin', ['twin@merge.test', 'b@merge.test']]);
  assert.equal((await c.get(`${V1}/contacts/${b.id}`)).status, 404);
  assert.deepEqual(await names('text=merge'), ['Twin']);
});

test('a photograph is what its bytes say, and is given so that it can do nothing', async () => {
  const ann = await make({ name: 'Ann', addresses: ['ann@photo.test'] });
  const url = `${V1}/contacts/${ann.id}/photo`;
  const put = (body, type, options = {}) => c.request('PUT', url, { body, headers: { 'Content-Type': type }, ...options });
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(1000)]);
  assert.equal((await c.get(url)).status, 404);
  for (const [body, type] of [['<svg xmlns="http://www.w3.org/2000/svg"/>', 'image/svg+xml'], ['<html>', 'image/png'], [png, 'image/jpeg'], [png, 'text/html'], ['', 'image/png']]) {
    assert.equal((await put(body, type)).status, 422, type);
  }
  assert.equal((await put(Buffer.concat([png, Buffer.alloc(256 << 10)]), 'image/png')).status, 413);
  assert.equal((await put(png, 'image/png', { csrf: false })).status, 403);
  const r = await put(png, 'image/png');
  assert.deepEqual([r.status, r.json.photo, r.json.version], [200, true, 2]);
  const given = await c.get(url);
  assert.deepEqual([given.status, given.headers['content-type'], given.headers['x-content-type-options']], [200, 'image/png', 'nosniff']);
  assert.match(given.headers['content-security-policy'], /^sandbox;/);
  assert.ok(given.bytes.equals(png));
  assert.equal((await other.get(url)).status, 404);
  assert.equal((await other.request('PUT', url, { body: png, headers: { 'Content-Type': 'image/png' } })).status, 404);
  assert.equal((await c.delete(url)).json.photo, false);
  assert.equal((await c.get(url)).status, 404);
});

test('vCards go out and come in; nothing in a value becomes a card', async () => {
  const bad = 'x\nEND:VCARD\nBEGIN:VCARD\nFN:evil\nEMAIL:evil@y.test';
  const vic = await make({ name: 'Vic; "of", the\\Card', addresses: [{ address: 'vic@card.test', label: 'work' }, 'v2@card.test'], phone: '+43 1', notes: bad });
  for (const version of [3, 4]) {
    const out = await c.get(`${V1}/contacts/export?version=${version}`);
    assert.equal(out.status, 200);
    assert.match(out.headers['content-type'], /^text\/vcard/);
    assert.match(out.headers['content-disposition'], /^attachment; filename="?contacts\.vcf/);
    const cards = out.text.split('BEGIN:VCARD\r\n').filter((x) => x.includes('vic@card.test'));
    assert.equal(cards.length, 1);
    assert.ok(cards[0].includes(`VERSION:${version}.0\r\n`) && !/^(FN:evil|EMAIL.*evil)/m.test(cards[0]), cards[0]);
    assert.equal((await c.delete(`${V1}/contacts/${made.pop()}`)).status, 200);
    const body = `BEGIN:VCARD\r\n${cards[0]}`;
    const add = (text, type = 'text/vcard', who = c) => who.request('POST', `${V1}/contacts/import`, { body: text, headers: { 'Content-Type': type } });
    assert.deepEqual((await add(body)).json, { added: 1, changed: 0, skipped: [] });
    assert.deepEqual((await add(body)).json, { added: 0, changed: 0, skipped: [] }, 'once more changes nothing');
    const back = (await c.get(`${V1}/contacts?text=vic%40card`)).json.contacts;
    assert.equal(back.length, 1);
    made.push(back[0].id);
    const whole = (await c.get(`${V1}/contacts/${back[0].id}`)).json;
    assert.deepEqual([whole.name, whole.addresses, whole.phone, whole.notes], [vic.name, vic.addresses, vic.phone, bad]);
  }
  assert.equal((await c.get(`${V1}/contacts/export?version=2`)).status, 422);
  assert.ok(!(await other.get(`${V1}/contacts/export`)).text.includes('vic@card.test'));
});

test('an export has its length while it is small, is whole when it is not, and no body for HEAD', async () => {
  const url = `${V1}/contacts/export`;
  const card = (i) => `BEGIN:VCARD\nFN:Large ${i}\nEMAIL:large${i}@export.test\nNOTE:${'x'.repeat(8000)}\nEND:VCARD\n`;
  const add = async (from, n) => {
    const body = Array.from({ length: n }, (_, i) => card(from + i)).join('');
    const r = await c.request('POST', `${V1}/contacts/import`, { body, headers: { 'Content-Type': 'text/vcard' } });
    assert.deepEqual(r.json, { added: n, changed: 0, skipped: [] });
    made.push(...(await c.get(`${V1}/contacts?text=export.test`)).json.contacts.map((x) => x.id).filter((id) => !made.includes(id)));
  };
  await add(0, 1);
  const small = await c.get(url);
  assert.deepEqual([small.status, Number(small.headers['content-length'])], [200, small.bytes.length]);
  await add(1, 149);
  const large = await c.get(url);
  assert.equal(large.headers['content-length'], undefined);
  assert.ok(large.bytes.length > 1 << 20 && large.text.endsWith('END:VCARD\r\n'));
  assert.equal(large.text.match(/^EMAIL.*@export\.test/gm).length, 150);
  const head = await c.request('HEAD', url);
  assert.deepEqual([head.status, head.bytes.length], [200, 0]);
  assert.match(head.headers['content-type'], /^text\/vcard/);
});

test('what cannot be imported is told by line, the rest comes in', async () => {
  const add = (text, type = 'text/vcard', options = {}) => c.request('POST', `${V1}/contacts/import`, { body: text, headers: { 'Content-Type': type }, ...options });
  await make({ name: 'One', addresses: ['one@in.test'] });
  await make({ name: 'Two', addresses: ['two@in.test'] });
  const text = ['BEGIN:VCARD', 'FN:Nobody', 'END:VCARD',
    'BEGIN:VCARD', 'FN:Both', 'EMAIL:one@in.test', 'EMAIL:two@in.test', 'END:VCARD',
    'BEGIN:VCARD', 'VERSION:2.1', 'N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg', 'EMAIL;INTERNET;HOME:joerg@in.test', 'END:VCARD',
    'BEGIN:VCARD', 'FN:With key', 'EMAIL:key@in.test', 'KEY;ENCODING=b;TYPE=X509:AAAA', 'END:VCARD', ''].join('\n');
  const r = await add(text);
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json, { added: 2, changed: 0, skipped: [{ line: 1, why: 'no_address' }, { line: 4, why: 'address_taken' }, { line: 14, why: 'key_feature' }] });
  const { contacts } = (await c.get(`${V1}/contacts?text=in.test`)).json;
  made.push(...contacts.filter((x) => ['Jörg Müller', 'With key'].includes(x.name)).map((x) => x.id));
  assert.deepEqual(contacts.map((x) => x.name), ['Jörg Müller', 'One', 'Two', 'With key']);
  assert.equal(contacts[0].addresses[0].label, 'home');
  const more = await add('BEGIN:VCARD\nFN:Other name\nEMAIL:ONE@in.test\nEMAIL:uno@in.test\nTEL:5\nEND:VCARD\n');
  assert.deepEqual(more.json, { added: 0, changed: 1, skipped: [] });
  const one = (await c.get(`${V1}/contacts?text=uno`)).json.contacts[0];
  assert.deepEqual([one.name, one.phone, one.addresses.length, one.version], ['One', '5', 2, 2]);
  for (const [body, status] of [['', 422], ['no card', 422], ['x'.repeat((10 << 20) + 1), 413]]) assert.equal((await add(body)).status, status);
  assert.equal((await add(text, 'text/plain')).status, 400);
  assert.equal((await add(text, 'text/vcard', { csrf: false })).status, 403);
});

test('a KEY is a certificate the user brought: only for its own address, and told where it is not', async () => {
  const dave = await signedIn('dave');
  const key = readFileSync(path.join(instance.keys, 'bob.pem'), 'utf8').split('-----')[2].replace(/\s/g, '');
  const add = async (...lines) => {
    const r = await dave.request('POST', `${V1}/contacts/import`, { body: ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n'), headers: { 'Content-Type': 'text/vcard' } });
    return r.json;
  };
  const bob = `bob@${instance.domain}`;
  try {
    assert.deepEqual(await add('FN:Eve', 'EMAIL:eve@key.test', `KEY;ENCODING=b;TYPE=X509:${key}`), { added: 1, changed: 0, skipped: [{ line: 1, why: 'key_address' }] });
    assert.deepEqual(await add('FN:Eve', 'EMAIL:eve@key.test', 'KEY;ENCODING=b;TYPE=X509:AAAA'), { added: 0, changed: 0, skipped: [{ line: 1, why: 'key_damaged' }] });
    assert.deepEqual((await dave.get(`${V1}/contacts?text=eve`)).json.contacts[0].certificates, []);
    assert.deepEqual(await add('FN:Bob', `EMAIL:${bob}`, `KEY:data:application/pkix-cert;base64,${key}`), { added: 1, changed: 0, skipped: [] });
    const kept = (await dave.get(`${V1}/contacts?text=bob`)).json.contacts[0];
    assert.deepEqual([kept.certificates.length, kept.certificates[0].source, kept.certificates[0].state, kept.certificates[0].der], [1, 'imported', 'valid', key]);
    const { found } = (await dave.post(`${V1}/contacts/complete`, { text: bob })).json;
    assert.deepEqual(found.map((x) => [x.address, x.ready]), [[bob, true]]);
    for (const version of [3, 4]) {
      const text = (await dave.get(`${V1}/contacts/export?version=${version}`)).text;
      assert.ok(text.split('\r\n').every((l) => Buffer.byteLength(l) <= 75));
      assert.ok(text.replace(/\r\n /g, '').includes(key));
    }
  } finally {
    for (const x of (await dave.get(`${V1}/contacts`)).json.contacts) await dave.delete(`${V1}/contacts/${x.id}`);
    dave.close();
  }
});
