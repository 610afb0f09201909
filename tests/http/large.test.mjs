// Large attachments of plain mail are passed through; what comes is the same as of small ones. What the mail server is
// asked for: tests/unit/mail/imap_pour_test.c.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { folderId, imapOf, signedIn } from '../lib/instance.mjs';
import { attachment, entity, message, multipart, text } from '../lib/mime.mjs';

const raw = (headers, body) => entity([['Content-Disposition', 'attachment; filename="odd.bin"'], ...headers], body);
let c, imap, uidvalidity;
const box = `Large ${randomUUID().slice(0, 8)}`, f = folderId(box);
const sha = (b) => createHash('sha256').update(b).digest('hex');
const put = (body) => imap.append(box, message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: 'x', date: new Date(), id: `<${randomUUID()}@demo.test>` }, body));
const part = (uid, id, v = uidvalidity, size) => c.get(`/api/v1/folders/${f}/messages/${uid}/parts/${id}?uidvalidity=${v}${size === undefined ? '' : `&size=${size}`}`);
const attachments = async (uid) => (await c.get(`/api/v1/folders/${f}/messages/${uid}?uidvalidity=${uidvalidity}`)).json.attachments;
before(async () => { c = await signedIn('alice'); imap = await imapOf('alice'); await imap.create(box); ({ uidvalidity } = await imap.select(box)); });
after(async () => { await imap.select('INBOX'); await imap.command(`DELETE "${box}"`).catch(() => {}); imap.close(); c.close(); });

test('bytes, name and headers are those of the reader, large or small', async () => {
  for (const size of [1000, 5 << 20]) {
    const bytes = randomBytes(size);
    const uid = await put(multipart('mixed', [text('See below\n'), attachment('Grundriss Südflügel.pdf', 'application/pdf', bytes), attachment('page.html', 'text/html', bytes)]));
    const list = await attachments(uid);
    assert.deepEqual(list.map((a) => a.size), [size, size]);
    for (const [a, told] of list.flatMap((a) => [[a, undefined], [a, a.size]])) {
      const r = await part(uid, a.id, uidvalidity, told);
      assert.equal(r.status, 200, r.text.slice(0, 200));
      assert.equal(sha(r.bytes), sha(bytes), `${a.name} of ${size}`);
      assert.equal(r.headers['content-type'], a.name === 'page.html' ? 'application/octet-stream' : 'application/pdf');
      assert.match(r.headers['content-disposition'], a.name === 'page.html' ? /^attachment; filename="page\.html"/ : /^attachment; filename=.*filename\*=UTF-8''Grundriss%20S%C3%BCdfl%C3%BCgel\.pdf$/);
      assert.match(r.headers['content-security-policy'], /sandbox/);
      assert.equal(r.headers['x-content-type-options'], 'nosniff');
      assert.equal(r.headers['cache-control'], 'no-store');
    }
  }
});

test('odd encodings and places come out right as well', async () => {
  const bytes = randomBytes(2 << 20), base64 = bytes.toString('base64');
  const nested = multipart('mixed', [text('a\n'), multipart('mixed', [text('b\n'), attachment('deep.bin', 'application/x-deep', bytes)])]);
  const forms = new Map([
    ['one line of base64', [multipart('mixed', [text('x\n'), raw([['Content-Type', 'application/x-odd'], ['Content-Transfer-Encoding', 'BASE64']], base64)]), bytes]],
    ['nested', [nested, bytes]],
    ['7bit', [multipart('mixed', [text('x\n'), raw([['Content-Type', 'application/x-odd'], ['Content-Transfer-Encoding', '7bit']], base64.match(/.{1,70}/g).join('\r\n'))]), Buffer.from(base64.match(/.{1,70}/g).join('\r\n'))]],
  ]);
  for (const [name, [body, want]] of forms) {
    const uid = await put(body), list = await attachments(uid);
    for (const told of [undefined, list.at(-1).size]) {
      const r = await part(uid, list.at(-1).id, uidvalidity, told);
      assert.equal(r.status, 200, name);
      assert.equal(sha(r.bytes), sha(want), name);
    }
  }
});

test('base64 as no mailer should write it is decoded as the reader decodes it', async () => {
  const clean = randomBytes(2 << 20).toString('base64'), lines = clean.match(/.{1,76}/g);
  const cut = (text, at, put) => text.slice(0, at) + put + text.slice(at);
  const forms = {
    'junk between': lines.map((l, k) => (k % 1000 === 7 ? `!!${l}\u00e9-` : l)).join('\r\n'),
    'a group that never ends': `${lines.join('\r\n')}\r\nQ`,
    'two letters left': `${lines.slice(0, -1).join('\r\n')}\r\nQUJ`,
    'an end in the middle': cut(lines.join('\r\n'), 1_500_000, '=='),
    'lines of many lengths': clean.match(/.{1,37}/g).join('\r\n'),
  };
  for (const [name, body] of Object.entries(forms)) {
    const uid = await put(multipart('mixed', [text('x\n'), raw([['Content-Type', 'application/x-odd'], ['Content-Transfer-Encoding', 'base64']], body)]));
    const [a] = await attachments(uid);
    assert.equal(a.size, Buffer.from(body.replace(/=[^]*$/, '').replace(/[^A-Za-z0-9+/]/g, ''), 'base64').length, name);
    const r = await part(uid, a.id, uidvalidity, a.size);
    assert.equal(r.status, 200, name);
    assert.equal(sha(r.bytes), sha(Buffer.from(body.replace(/=[^]*$/, '').replace(/[^A-Za-z0-9+/]/g, ''), 'base64')), name);
  }
});

test('a length that is not the part\'s never makes a cut file look whole, and the next try is right', async () => {
  // What was told wrongly is only found out on the way, so that an answer cut short proves that the bytes pass through;
  // only a length that the text cannot have is known before anything is given away. (One connection may not know of the newest
  // message yet; then the whole message is read.)
  let cut = 0, uid, a;
  for (const [wrong, through] of [[(n) => n - 1, true], [(n) => n + 1, true], [(n) => n - (1 << 20), true], [(n) => 4 * n, false], [() => 1, true]]) {
    const bytes = randomBytes(3 << 20);
    uid = await put(multipart('mixed', [text('x\n'), attachment('a.bin', 'application/x-odd', bytes)]));
    [a] = await attachments(uid);
    const first = await part(uid, a.id, uidvalidity, wrong(a.size)).catch((e) => e);
    if (first instanceof Error) cut++;
    assert.ok(first instanceof Error ? through : sha(first.bytes) === sha(bytes), `a length of ${wrong(a.size)}: ${first.bytes?.length ?? first}`);
    const again = await part(uid, a.id, uidvalidity, a.size);
    assert.equal(sha(again.bytes), sha(bytes));
  }
  // Soon every connection knows of the last one.
  for (let i = 0; !cut && i < 50; i++) if ((await part(uid, a.id, uidvalidity, a.size - 1).catch((e) => e)) instanceof Error) cut++;
  assert.ok(cut > 0, 'nothing passed through');
  assert.equal((await part(1, '2', uidvalidity, 'x')).status, 422);
});

test('what is not there, and another folder', async () => {
  const uid = await put(multipart('mixed', [text('x\n'), attachment('a.bin', 'application/x-odd', randomBytes(2 << 20))]));
  const [a] = await attachments(uid);
  assert.equal((await part(uid, a.id, uidvalidity + 1)).status, 409);
  assert.equal((await part(uid, '9')).status, 404);
  assert.equal((await part(uid, '2.9')).status, 404);
  assert.equal((await part(uid, '1.2)%20BODY[]')).status, 404);
  await c.post(`/api/v1/folders/${f}/delete`, { uidvalidity, uids: [uid] });
  assert.equal((await part(uid, a.id)).status, 404);
  assert.equal((await c.get('/api/v1/folders')).status, 200, 'the connection is none the worse');
});
