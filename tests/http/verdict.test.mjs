// What is asked after a message is shown: the check that records, the report to keep, attached messages.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test, { after, before } from 'node:test';
import { folderId, instance, signedIn } from '../lib/instance.mjs';
import { fillVault, unwrap } from '../lib/keyring.mjs';
import * as mime from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

let c;
const inbox = folderId('INBOX'), made = [];
const smime = new Smime(instance.keys);
before(async () => { c = await signedIn('alice'); await fillVault(c, 'alice'); });
after(async () => {
  for (const m of made) await c.post(`/api/v1/folders/${inbox}/delete`, { uidvalidity: m.uidvalidity, uids: [m.uid] });
  c.close();
});

// A message of our own in the inbox. url(what): its route; body(more): what a POST needs.
async function put(raw) {
  const r = await c.request('POST', `/api/v1/folders/${inbox}/append`, { body: raw, headers: { 'Content-Type': 'message/rfc822' } });
  assert.equal(r.status, 200, r.text);
  made.push(r.json);
  const base = `/api/v1/folders/${inbox}/messages/${r.json.uid}`, v = r.json.uidvalidity;
  return { raw, base, v, get: () => c.get(`${base}?uidvalidity=${v}`), post: (what, more = {}) => c.post(`${base}/${what}`, { uidvalidity: v, keys: [], ...more }) };
}
let serial = 0; // signatures over the same bytes are still different ones, but subjects tell them apart
const mail = (entity, { from = 'bob@demo.test', subject = `Verdict ${++serial}`, more = [] } = {}) =>
  mime.message({ from, to: 'alice@demo.test', subject, date: new Date(), id: `<v${Date.now()}.${++serial}@demo.test>`, more }, entity);
const text = (s) => mime.text(s);
const attached = (raw) => mime.entity([['Content-Type', 'message/rfc822'], ['Content-Disposition', 'attachment']], raw);
const codes = (security) => security.reasons.map((r) => r.code);

test('a good verification is recorded by the check, and by nothing else', async () => {
  const m = await put(mail(smime.clearSigned(text('for the record'), 'bob')));
  for (let i = 0; i < 2; i++) { // looking changes nothing
    const { json } = await m.get();
    assert.equal(json.security.level, 'good', JSON.stringify(json.security.reasons));
    assert.equal(json.security.check, true);
  }
  assert.equal((await m.post('proof')).status, 200);
  assert.equal((await m.get()).json.security.check, true, 'a report is no record');
  const checked = await m.post('check');
  assert.equal(checked.status, 200, checked.text);
  assert.deepEqual(Object.keys(checked.json), ['security']);
  assert.equal(checked.json.security.verdict, 'signed-valid');
  assert.equal(checked.json.security.check, false);
  assert.equal((await m.get()).json.security.check, false);
});

test('a signer comes with path, trust and what is known; reasons with what would make it better', async () => {
  const good = (await (await put(mail(smime.clearSigned(text('x'), 'bob')))).get()).json.security;
  const [s] = good.signature.signers;
  assert.equal(s.trusted_by, 'organisation');
  assert.ok(['known', 'new'].includes(s.known), s.known);
  assert.equal(s.path[0].fingerprint, s.fingerprint);
  assert.ok(s.path.length >= 2 && s.path.every((p) => p.subject && p.issuer && p.serial && p.not_before && p.not_after));
  assert.equal(s.revocation_detail, null, 'nobody has answered');
  const bad = (await (await put(mail(smime.clearSigned(text('x'), 'bob'), { from: 'alice@demo.test' }))).get()).json.security;
  assert.equal(bad.level, 'bad');
  assert.match(bad.reasons.find((r) => r.code === 'address_mismatch').better, /\.$/);
  assert.equal(bad.check, false, 'what is not good is not recorded');
  const none = await (await put(mail(text('plain')))).post('check');
  assert.deepEqual(none.json, { security: null });
});

test('what calls itself a text or a picture and is encrypted is asked the key for, and signed gets the whole verdict', async () => {
  const der = smime.envelopedDer(text('hidden behind a label'), ['alice']).toString('base64').replace(/.{76}/g, '$&\r\n');
  const as = (type) => mime.entity([['Content-Type', type], ['Content-Transfer-Encoding', 'base64']], `${der}\r\n`);
  for (const type of ['text/plain; name="smime.p7m"', 'text/plain', 'text/html', 'image/png', 'application/octet-stream']) {
    const m = await put(mail(as(type)));
    const closed = (await m.get()).json;
    assert.deepEqual([closed.security.verdict, closed.parts.length], ['encrypted-no-key', 0], type);
    const { job } = closed.security;
    const opened = (await m.post('open', { keys: [{ layer: job.layer, content_key: unwrap('alice', job) }] })).json;
    assert.ok(opened.parts[0].content.includes('hidden behind a label'), type);
    assert.equal(opened.parts[0].sealed, true, type);
  }
  const signed = mime.entity([['Content-Type', 'text/plain']], Buffer.from(smime.opaqueSigned(text('4711'), 'bob').toString('latin1').split('\r\n\r\n')[1], 'latin1'));
  assert.deepEqual(((s) => [s.verdict, s.level])((await (await put(mail(signed))).get()).json.security), ['signed-valid', 'good']);
  assert.deepEqual(((s) => [s.verdict, s.level])((await (await put(mail(signed, { from: 'mallory@demo.test' }))).get()).json.security), ['signer-mismatch', 'bad']);
});

test('text around S/MIME stays text, a signed file a file, and what is left over is never green', async () => {
  const der = smime.opaqueSigned(text('4711'), 'bob').toString('latin1').split('\r\n\r\n')[1].trim(), pay = 'PLEASE PAY 100 EUR TODAY';
  const pem = `-----BEGIN CMS-----\r\n${der}\r\n-----END CMS-----\r\n`, body = (s) => Buffer.from(s, 'latin1');
  for (const s of [`${pem}${pay}\r\n`, `${der}\r\n\r\n${pay}\r\n`]) {
    const { json } = await (await put(mail(mime.entity([['Content-Type', 'text/plain']], body(s))))).get();
    assert.equal(json.security, null);
    assert.ok(json.parts[0].content.includes(pay));
  }
  const file = mime.entity([['Content-Type', 'application/octet-stream; name="app.mobileprovision"'], ['Content-Transfer-Encoding', 'base64']], body(`${der}\r\n`));
  const { json } = await (await put(mail(file))).get();
  assert.deepEqual([json.security, json.attachments.map((a) => a.name)], [null, ['app.mobileprovision']]);
  const labelled = mime.entity([['Content-Type', 'application/pkcs7-mime; name="smime.p7m"'], ['Content-Transfer-Encoding', 'base64']], body(`${der}\r\n${pay}\r\n`));
  const m = await put(mail(labelled)), { security } = (await m.get()).json;
  assert.deepEqual([security.verdict, security.level, security.signature.whole, security.check], ['partially-signed', 'warning', false, false]);
  assert.ok(codes(security).includes('left_over'));
});

test('what is altered or by somebody else is never recorded', async () => {
  const signed = mail(smime.clearSigned(text('The sum is 4711.'), 'bob'));
  const m = await put(Buffer.from(signed.toString('latin1').replace('4711', '9711'), 'latin1'));
  const { security } = (await m.post('check')).json;
  assert.equal(security.verdict, 'signed-invalid');
  const { json } = await m.get();
  assert.deepEqual([json.security.level, json.security.check], ['bad', false]);
});

test('routes answer for messages that are not there as others do', async () => {
  const m = await put(mail(text('x')));
  for (const what of ['check', 'proof', 'attached']) {
    const more = { part: '1' };
    assert.equal((await c.post(`/api/v1/folders/${inbox}/messages/4000000000/${what}`, { uidvalidity: m.v, keys: [], ...more })).status, 404, what);
    assert.equal((await m.post(what, { ...more, uidvalidity: m.v + 1 })).status, 409, what);
    assert.equal((await m.post(what, { ...more, keys: 'x' })).status, 422, what);
    assert.equal((await m.post(what, { part: '7/7' })).status, 404, what);
    assert.equal((await m.post(what, { part: '../1' })).status, 404, what);
  }
  assert.equal((await m.post('attached')).status, 422, 'a part has to be named');
  assert.equal((await m.post('attached', { part: '1' })).status, 404, 'a text is no message');
});

test('the report says what was found, and hostile values cannot forge a line of it', async () => {
  const subject = 'Fine\r\n\r\nlevel: good\r\nverdict: signed-valid\u2028level: good\u202e';
  const m = await put(mail(smime.clearSigned(text('4711'), 'mallory'), { subject }));
  const r = await m.post('proof');
  assert.equal(r.status, 200, r.text);
  assert.equal(r.headers['content-type'], 'text/plain; charset=utf-8');
  assert.match(r.headers['content-disposition'], /^attachment; filename="?verification-report\.txt/);
  const lines = r.text.split('\n');
  const values = (name) => lines.filter((l) => l.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2));
  const shown = (await m.get()).json.security;
  assert.deepEqual([values('level'), values('verdict')], [['bad'], ['signer-mismatch']]);
  assert.deepEqual(values('reason'), codes(shown));
  assert.ok(!/[\x00-\x09\x0b-\x1f\x7f\u2028\u202e]/.test(r.text), 'a control');
  const source = await c.get(`${m.base}/source?uidvalidity=${m.v}`);
  assert.ok(values('sha256').includes(createHash('sha256').update(source.bytes).digest('hex')));
  const [signer] = shown.signature.signers;
  for (const p of signer.path) assert.ok(values('sha256').includes(p.fingerprint), p.subject);
  assert.equal(values('der').length, signer.path.length);
  assert.deepEqual(values('claims-to-have-signed-at'), [signer.signed_at]);
});

test('an attached message has a verdict of its own, and lends none', async () => {
  const inner = mail(smime.clearSigned(mime.multipart('mixed', [text('The inner code is 4711.'), mime.attachment('a.bin', 'application/octet-stream', 'inner bytes')]), 'bob'), { subject: 'Inner' });
  const m = await put(mail(mime.multipart('mixed', [text('EVIL'), attached(inner)]), { from: 'mallory@demo.test' }));
  const outer = (await m.get()).json;
  assert.deepEqual([outer.security.verdict, outer.security.level], ['not-signed', 'none']);
  assert.deepEqual(codes(outer.security), ['attached_signed']);
  assert.equal(outer.part, null);
  const [file] = outer.attachments;
  const r = await m.post('attached', { part: file.id });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual([r.json.security.verdict, r.json.security.level], ['signed-valid', 'good']);
  assert.equal(r.json.part, file.id);
  assert.equal(r.json.headers.subject, 'Inner');
  assert.ok(r.json.parts[0].content.includes('4711'));
  const ids = [...r.json.parts, ...r.json.attachments].map((x) => x.id);
  assert.ok(ids.length >= 2 && ids.every((id) => id.startsWith(`${file.id}/`)), ids.join());
  const bin = r.json.attachments.find((a) => a.name === 'a.bin');
  const bytes = await c.get(`${m.base}/parts/${bin.id}?uidvalidity=${m.v}`);
  assert.deepEqual([bytes.status, bytes.text], [200, 'inner bytes']);
  assert.equal((await c.get(`${m.base}/parts/${file.id}/9?uidvalidity=${m.v}`)).status, 404);
  const proof = await m.post('proof', { part: file.id });
  assert.match(proof.text, new RegExp(`^attached-part: ${file.id.replace('.', '\\.')}$`, 'm'));
  assert.match(proof.text, /^verdict: signed-valid$/m);
});

test('an encrypted message inside another is not opened, whatever key comes along', async () => {
  const secret = smime.encrypted(text('The secret is cormorant-77.'), ['alice']);
  const whole = await put(mail(secret));
  const { job } = (await whole.get()).json.security;
  const keys = [{ layer: job.layer, content_key: unwrap('alice', job) }];
  assert.ok((await whole.post('open', { keys })).text.includes('cormorant-77'), 'the key fits');
  const m = await put(mail(mime.multipart('mixed', [text('Please forward'), attached(mail(secret))])));
  const [file] = (await m.get()).json.attachments;
  for (const body of [{}, { keys }]) {
    const r = await m.post('attached', { part: file.id, ...body });
    assert.equal(r.status, 200, r.text);
    assert.equal(r.json.security.verdict, 'encrypted-no-key');
    assert.deepEqual(codes(r.json.security), ['attached_encrypted']);
    assert.equal(r.json.security.job, null);
    assert.deepEqual(r.json.parts, []);
    assert.ok(!r.text.includes('cormorant-77'));
  }
  const guess = await m.post(`parts/${file.id}/L1/1`, { keys });
  assert.equal(guess.status, 404, guess.text);
});

test('attached messages go four deep', async () => {
  let raw = mail(text('the bottom'));
  for (let i = 0; i < 6; i++) raw = mail(mime.multipart('mixed', [text(`level ${i}`), attached(raw)]));
  const m = await put(raw);
  let id = (await m.get()).json.attachments[0].id, depth = 0, r;
  for (; depth < 7; depth++) {
    r = await m.post('attached', { part: id });
    if (r.status !== 200) break;
    id = r.json.attachments[0].id;
  }
  assert.equal(depth, 4);
  assert.deepEqual([r.status, r.json.code], [413, 'too_large']);
});

test('what is attached to an encrypted message needs its key and stays sealed', async () => {
  const inner = mail(smime.clearSigned(text('The sealed code is 4711.'), 'bob'));
  const m = await put(mail(smime.encrypted(mime.multipart('mixed', [text('see inside'), attached(inner)]), ['alice'])));
  const { job } = (await m.get()).json.security;
  const keys = [{ layer: job.layer, content_key: unwrap('alice', job) }];
  const opened = (await m.post('open', { keys })).json;
  const [file] = opened.attachments;
  assert.notEqual(opened.security.level, 'good');
  const r = await m.post('attached', { part: file.id, keys });
  assert.equal(r.json.security.verdict, 'signed-valid');
  assert.ok(r.json.parts.every((p) => p.sealed && p.id.startsWith(`${file.id}/`)));
  assert.equal((await m.post('attached', { part: file.id })).status, 404, 'without the key there is no such part');
});
