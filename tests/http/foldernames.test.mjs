// Folder names as odd as there are: made, listed as they are, moved into and out of, renamed, gone again.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { quote } from '../lib/imap.mjs';
import { message, text } from '../lib/mime.mjs';
import { FOREIGN, ODD, utf7 } from '../lib/oddnames.mjs';

let c, imap, start;
const base = `Odd ${randomUUID().slice(0, 8)}`;
before(async () => {
  [c, imap] = [await signedIn('bob'), await imapOf('bob')];
  await imap.create(base);
  await imap.append(base, message({ from: 'tester@demo.test', to: 'bob@demo.test', subject: 'Goes round', date: new Date(), id: `<${randomUUID()}@demo.test>` }, text('x')));
  start = await imap.select(base);
  await imap.select('INBOX');
});
after(async () => {
  for (const r of (await imap.command(`LIST "" ${quote(`${base}*`)}`)).reverse()) {
    const name = r.literals[0]?.toString() ?? /"((?:[^"\\]|\\.)*)"$/.exec(r.text)?.[1].replace(/\\(.)/g, '$1');
    if (name) await imap.command(`DELETE ${quote(name)}`).catch(() => undefined);
  }
  imap.close();
  c.close();
});
const all = async () => (await c.get('/api/v1/folders')).json.folders.filter((f) => f.path.startsWith(`${base}/`));
const named = async (path) => (await all()).find((f) => f.path === `${base}/${path}`);
const move = (from, uidvalidity, uids, to) => c.post(`/api/v1/folders/${from}/move`, { uidvalidity, uids, to });

/** The message goes from the base folder into this one and back. */
async function round(id, what) {
  const box = await c.get(`/api/v1/folders/${folderId(base)}/messages?offset=0&limit=5`);
  const there = await move(folderId(base), start.uidvalidity, [box.json.messages[0].uid], id);
  assert.deepEqual([there.status, there.json.count], [200, 1], `${JSON.stringify(what)} ${there.text}`);
  const list = await c.get(`/api/v1/folders/${id}/messages?offset=0&limit=5`);
  assert.deepEqual(list.json.messages.map((m) => m.subject), ['Goes round'], JSON.stringify(what));
  assert.equal((await move(id, list.json.uidvalidity, [list.json.messages[0].uid], folderId(base))).status, 200);
}

test('every odd name is made, listed as it is, holds messages and can be changed', async () => {
  for (const name of ODD) {
    const made = await c.post('/api/v1/folders', { path: `${base}/${name}` });
    assert.equal(made.status, 200, `${JSON.stringify(name)} ${made.text}`);
    assert.equal(Buffer.from(made.json.id, 'base64url').toString(), `${base}/${utf7(name)}`);
  }
  const list = await all();
  assert.deepEqual(list.map((f) => f.name).sort(), [...ODD].sort());
  assert.ok(list.every((f) => f.role === null), 'none is taken for the inbox');
  for (const f of list) await round(f.id, f.name);
  for (const f of list) {
    const renamed = await c.put(`/api/v1/folders/${f.id}`, { path: `${f.path} 2` });
    assert.equal(renamed.status, 200, `${JSON.stringify(f.path)} ${renamed.text}`);
    assert.equal((await named(`${f.name} 2`))?.id, renamed.json.id);
    assert.equal((await c.post(`/api/v1/folders/${renamed.json.id}/subscribe`, { subscribed: false })).status, 200);
    assert.equal((await c.delete(`/api/v1/folders/${renamed.json.id}`)).status, 200);
  }
  assert.deepEqual(await all(), []);
});

test('names that would deceive or do harm are refused, and nothing is made', async () => {
  const bad = ['a\r\nX LOGOUT', 'a\nb', 'a\rb', '\u0007', 'x\u202efdp', '\u2066x\u2069', '\u200b', 'a\u2028b', '\u0085', '\ufeffx', 'soft\u00adhyphen', '\u3164', '*', '%', 'x'.repeat(300)];
  for (const name of bad) {
    const r = await c.post('/api/v1/folders', { path: `${base}/${name}` });
    assert.deepEqual([r.status, r.json.details.field], [422, 'path'], JSON.stringify(name));
  }
  for (const path of ['INBOX', 'inbox', 'iNbOx']) assert.notEqual((await c.post('/api/v1/folders', { path })).status, 200, path);
  // no JSON of ours holds these at all
  for (const name of ['nul\u0000', 'half \ud800']) assert.equal((await c.post('/api/v1/folders', { path: `${base}/${name}` })).status, 400, JSON.stringify(name));
  assert.deepEqual(await all(), []);
  assert.equal((await c.get('/api/v1/folders')).json.folders.filter((f) => f.role === 'inbox').length, 1);
});

test('such a name that another program made is shown without its tricks, moved into, a parent, and renamed to a better one', async () => {
  for (const name of FOREIGN) {
    await imap.command(`CREATE ${quote(`${base}/${name}`)}`);
    const f = await named(name);
    assert.equal(f?.id, folderId(`${base}/${name}`), name);
    await round(f.id, name);
    const inside = await c.post('/api/v1/folders', { path: `${f.path}/In & side` });
    assert.equal(inside.status, 200, inside.text);
    assert.equal(Buffer.from(inside.json.id, 'base64url').toString(), `${base}/${name}/In &- side`, 'inside it, not inside another one that looks the same');
    const better = await c.put(`/api/v1/folders/${inside.json.id}`, { path: `${f.path}/Better` });
    assert.equal(Buffer.from(better.json.id, 'base64url').toString(), `${base}/${name}/Better`, better.text);
    assert.equal((await c.delete(`/api/v1/folders/${better.json.id}`)).status, 200);
    const renamed = await c.put(`/api/v1/folders/${f.id}`, { path: `${base}/Healed` });
    assert.equal(renamed.status, 200, renamed.text);
    assert.equal((await c.delete(`/api/v1/folders/${renamed.json.id}`)).status, 200);
  }
  assert.deepEqual(await all(), []);
});
