// The first words of messages for the list, and that there are none of encrypted ones.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { eventually, folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { alternative, attachment, entity, html, message, multipart, text } from '../lib/mime.mjs';

let c, imap, uidvalidity;
const box = `Snippets ${randomUUID().slice(0, 8)}`, f = folderId(box);
const ask = (uids, folder = f, v = uidvalidity) => c.post(`/api/v1/folders/${folder}/snippets`, { uidvalidity: v, uids });
const put = (body) => imap.append(box, message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: 'x', date: new Date(), id: `<${randomUUID()}@demo.test>` }, body));
before(async () => { c = await signedIn('alice'); imap = await imapOf('alice'); await imap.create(box); ({ uidvalidity } = await imap.select(box)); });
after(async () => { await imap.command(`DELETE "${box}"`).catch(() => {}); imap.close(); c.close(); });

test('every form of text gives its first words', async () => {
  const want = new Map();
  const add = async (body, words) => want.set(await put(body), words);
  await add(text('Grüße,\n\n> zitiert\n\ndas Angebot ist fertig.\n'), 'Grüße, das Angebot ist fertig.');
  await add(alternative('Plain words\n', '<p>Rich words</p>'), 'Plain words');
  await add(html('<style>p{}</style><div style="display:none">hidden&zwnj;&nbsp;</div><p>Seen &amp; read</p>'), 'Seen & read');
  await add(multipart('mixed', [alternative('In a mixed\n', '<p>x</p>'), attachment('a.pdf', 'application/pdf', Buffer.from('%PDF'))]), 'In a mixed');
  await add(entity([['Content-Type', 'text/plain; charset=iso-2022-jp']], Buffer.from('\x1b$B$3$s$K$A$O\x1b(B\r\n', 'latin1')), 'こんにちは');
  await add(html(`<head><style>${'p { color: red }\n'.repeat(1500)}</style></head><p>Behind much style</p>`), 'Behind much style');
  await add(attachment('only.pdf', 'application/pdf', Buffer.from('%PDF')), '');
  await add(text('x'.repeat(500)), 'x'.repeat(120));
  const r = await ask([...want.keys()]);
  assert.equal(r.status, 200, r.text);
  for (const [uid, words] of want) assert.equal(r.json.snippets[uid], words);
  const again = await ask([...want.keys()]);
  assert.deepEqual(again.json, r.json, 'the same from memory');
  const some = [...want.keys()].slice(0, 2);
  assert.deepEqual(Object.keys((await ask(some.join(','))).json.snippets), some.map(String), 'a set as text');
});

test('nothing of what is encrypted, or may be, whatever it is called', async () => {
  const odd = folderId('Odd and hostile');
  const list = await c.get(`/api/v1/folders/${odd}/messages?offset=0&limit=200`);
  const found = await c.post(`/api/v1/folders/${odd}/search`, { text: '', scope: 'headers', filters: { encrypted: true }, offset: 0, limit: 200 });
  const sealed = new Set(found.json.messages.map((m) => m.uid));
  assert.equal(sealed.size, 10);
  const all = list.json.messages.map((m) => m.uid), snippets = {};
  for (let i = 0; i < all.length; i += 50) Object.assign(snippets, (await ask(all.slice(i, i + 50), odd, list.json.uidvalidity)).json.snippets);
  for (const m of list.json.messages) {
    const s = snippets[m.uid];
    if (sealed.has(m.uid)) assert.ok(!s, `${m.subject}: ${s}`);
    if (m.security === 'encrypted' || m.security === 'opaque') assert.equal(s, undefined, m.subject);
    if (s !== undefined) assert.ok([...s].length <= 120 && !/[\u0000-\u001f\u202e<]{2}/.test(s), m.subject);
  }
  assert.ok(Object.values(snippets).filter((s) => s.length > 0).length > 10, 'the others have some');
  const pgp = await put(text('-----BEGIN PGP MESSAGE-----\n\nhQEMA1\n-----END PGP MESSAGE-----\n'));
  assert.equal((await ask([pgp])).json.snippets[pgp], '');
});

test('what is not there has none; bad requests are refused', async () => {
  const one = await put(text('Still here\n')), gone = await put(text('Soon gone\n'));
  await c.post(`/api/v1/folders/${f}/delete`, { uidvalidity, uids: [gone] });
  assert.deepEqual((await ask([one, gone, 4000000000])).json.snippets, { [one]: 'Still here' });
  assert.equal((await ask([one], f, uidvalidity + 1)).status, 409);
  assert.equal((await ask([one], folderId('No such folder'))).status, 404);
  for (const uids of [[], [0], ['x'], 'x', '0', '1:51', Array.from({ length: 51 }, (_, i) => i + 1), undefined, 7]) {
    const r = await ask(uids);
    assert.equal(r.status, 422, JSON.stringify(uids));
  }
});

test('a folder made anew has other messages', async () => {
  const name = `Anew ${randomUUID().slice(0, 8)}`, id = folderId(name);
  const fill = async (words) => {
    await imap.create(name);
    await imap.append(name, message({ from: 'a@demo.test', to: 'b@demo.test', subject: 'x', date: new Date(), id: `<${randomUUID()}@demo.test>` }, text(words)));
    return (await imap.select(name)).uidvalidity;
  };
  const first = await fill('First life\n');
  assert.equal((await ask([1], id, first)).json.snippets[1], 'First life');
  await imap.select('INBOX');
  await imap.command(`DELETE "${name}"`);
  await new Promise((r) => setTimeout(r, 1100)); // UIDVALIDITY counts seconds
  const second = await fill('Second life\n');
  assert.notEqual(first, second);
  // a held connection may still see the old folder for a request or two (409, 503): never its words
  const anew = await eventually(async () => {
    const r = await ask([1], id, second);
    return r.status === 200 ? r : assert.ok([409, 503].includes(r.status), r.text);
  }, 'the new folder is seen');
  assert.equal(anew.json.snippets[1], 'Second life');
  await eventually(async () => (await ask([1], id, first)).status === 409, 'the old folder is a conflict on every connection');
  await imap.select('INBOX');
  await imap.command(`DELETE "${name}"`).catch(() => {});
});
