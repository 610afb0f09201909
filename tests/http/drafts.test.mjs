// Drafts that are never lost, and never in the clear where they may be encrypted: what lies in the mail store is read
// as bytes, behind the mail server's back.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { account, eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';

const address = (name) => `${name}@${instance.domain}`;
let c, mail;
test.before(async () => {
  c = await signedIn('alice');
  mail = await imapOf('alice');
  await fillVault(c, 'alice');
  assert.equal((await c.post('/api/v1/smime/certificates', { address: address('bob'), certificate: certificateDer('bob').toString('base64') })).status, 200);
});
test.after(async () => { mail?.close(); await c?.post('/api/v1/signout', {}); c?.close(); });

const letter = (fields = {}) => ({ submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [], reply_to: null,
  subject: 'Draft', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...fields });
const compose = (what, fields, files = []) => c.request('POST', `/api/v1/compose/${what}`,
  composeBody({ ...fields, attachments: files.map((bytes, i) => ({ name: `${i}.txt`, type: 'text/plain', size: bytes.length, content_id: null })) }, files));
async function drafts(fields) {
  await mail.select('Drafts');
  const out = [];
  for (const uid of await mail.search(`HEADER X-Waxseal-Submission "${fields.submission}"`)) out.push((await mail.source(uid)).toString('latin1'));
  return out;
}

/** Every file of alice's mail store that holds one of these words, plainly or in any alignment of base64. */
function filesWith(...words) {
  const forms = words.flatMap((w) => [w, ...[0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), Buffer.from(w)]).toString('base64').slice(shift ? 4 : 0, -4))]);
  const found = [];
  const root = path.join(instance.data, 'mail');
  for (const f of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = path.join(f.parentPath ?? f.path, f.name);
    if (!f.isFile() || !file.includes(account('alice').address)) continue;
    let text;
    try { text = readFileSync(file, 'latin1'); } catch (e) { if (e.code === 'ENOENT') continue; throw e; } // gone since
    const flat = text.replaceAll('\r\n', '').replaceAll('\n', '');
    if (forms.some((w) => text.includes(w) || flat.includes(w))) found.push(path.relative(root, file));
  }
  return found;
}
const canary = () => `cormorant${crypto.randomUUID().replaceAll('-', '')}`;

test('the search finds what it must: a draft in the clear, and in base64', async () => {
  const word = canary();
  const fields = letter({ text: `${word}\n` });
  assert.equal((await compose('draft', fields)).status, 200);
  assert.equal(filesWith(word).length > 0, true, 'plain');
  const other = canary(), attached = letter();
  assert.equal((await compose('draft', attached, [Buffer.from(`xy ${other} and more of it`)])).status, 200);
  assert.equal(filesWith(other).length > 0, true, 'base64');
  for (const f of [fields, attached]) assert.equal((await c.delete('/api/v1/compose/draft', { submission: f.submission })).status, 200);
  assert.deepEqual(filesWith(word, other), [], 'discarded is gone');
});

test('nothing of a mail that may be encrypted is in the mail store in the clear: saved, held, prepared, refused, sent', async () => {
  const words = [canary(), canary(), canary()];
  const fields = letter({ hide_subject: true, subject: words[0], text: `${words[1]}\n`, mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice') });
  const files = [Buffer.from(`attached ${words[2]} and more`)];
  const nothing = (when) => assert.deepEqual(filesWith(...words), [], when);
  assert.equal((await compose('draft', { ...fields, signer: null }, files)).status, 200);
  nothing('saved');
  assert.equal((await c.post('/api/v1/compose/hold', { submission: fields.submission, seconds: 30 })).status, 200);
  nothing('held');
  let p = (await compose('prepare', fields, files)).json;
  nothing('prepared');
  const bad = await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: Buffer.alloc(256, 7).toString('base64'), content_key: p.content_key });
  assert.equal(bad.json.code, 'signature_rejected');
  assert.ok(bad.json.message.length > 20, 'a sentence');
  nothing('refused');
  assert.equal((await drafts(fields)).length, 1, 'the draft is kept');
  p = (await compose('prepare', fields, files)).json;
  assert.equal((await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: signAttributes('alice', p.attributes, p.digest), content_key: p.content_key })).json.status, 'sent');
  assert.equal((await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: signAttributes('alice', p.attributes, p.digest), content_key: p.content_key })).status, 409, 'a ticket works once');
  nothing('sent');
});

test('turning encryption on leaves no draft in the clear, also none that a dead worker has left', async () => {
  const word = canary();
  const fields = letter({ text: `${word}\n` });
  assert.equal((await compose('draft', fields)).status, 200);
  const [plain] = await drafts(fields);
  await mail.append('Drafts', Buffer.from(plain, 'latin1'), ['\\Draft']); // noted nowhere
  assert.equal((await drafts(fields)).length, 2);
  const r = await compose('draft', { ...fields, may_encrypt: true });
  assert.equal(r.json?.encrypted, true, r.text);
  assert.equal((await drafts(fields)).length, 1);
  await eventually(() => filesWith(word).length === 0, 'nothing of it is left in the mail store');
});

test('two windows with one draft: the second is told, and neither text is lost', async () => {
  const fields = letter({ text: 'first\n' });
  const first = (await compose('draft', fields)).json;
  const second = await compose('draft', { ...fields, text: 'second\n', base: first.uid });
  assert.equal(second.status, 200, second.text);
  const late = await compose('draft', { ...fields, text: 'late\n', base: first.uid });
  assert.equal(late.status, 409, late.text);
  assert.match(late.json.message, /another window/);
  const [kept, ...more] = await drafts(fields);
  assert.match(kept, /second/);
  assert.deepEqual(more, []);
  const own = { ...fields, submission: crypto.randomUUID(), text: 'late\n' };
  assert.equal((await compose('draft', own)).status, 200);
  assert.match((await drafts(own))[0], /late/);
  assert.equal((await compose('draft', { ...fields, text: 'x\n', base: -1 })).status, 422);
  const both = await Promise.all(['a', 'b'].map((text) => compose('draft', { ...fields, text: `${text}\n`, base: second.json.uid })));
  assert.deepEqual(both.map((r) => r.status).sort(), [200, 409], 'at the same time: one of them');
  assert.equal((await drafts(fields)).length, 1);
});
