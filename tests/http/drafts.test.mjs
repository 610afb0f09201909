// Drafts that are never lost, and never in the clear where they may be encrypted: what lies in the mail store is read
// as bytes, behind the mail server's back.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { account, eventually, imapOf, instance, redis, signedIn } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes, unwrap } from '../lib/keyring.mjs';

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

const sendPlain = (p) => c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: null, content_key: null });
const placeOf = (r) => ({ folder: r.folder, uid: r.uid, uidvalidity: r.uidvalidity });

test('prepare and discard in a stale window: refused, with the place of the newer draft, which stays', async () => {
  const fields = letter({ text: 'older\n' });
  const first = (await compose('draft', fields)).json;
  const second = (await compose('draft', { ...fields, text: 'newer\n', base: first.uid })).json;
  const stale = [
    await compose('prepare', { ...fields, base: first.uid }),
    await compose('prepare', { ...fields, base: placeOf(first) }),
    await compose('draft', { ...fields, base: placeOf(first) }),
    await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: first.uid }),
    await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: placeOf(first) }),
    await c.post('/api/v1/compose/hold', { submission: fields.submission, seconds: 10, base: first.uid }),
    await compose('prepare', { ...fields, base: { uid: second.uid, uidvalidity: second.uidvalidity + 1 } }),
  ];
  for (const r of stale) {
    assert.equal(r.status, 409, r.text);
    assert.match(r.json.message, /another window/);
    assert.deepEqual(r.json.details.draft, placeOf(second), 'where the newer one is');
  }
  assert.deepEqual((await drafts(fields)).map((d) => d.includes('newer')), [true]);
  for (const base of ['x', -1, {}, { uid: second.uid }]) assert.equal((await compose('prepare', { ...fields, base })).status, 422, JSON.stringify(base));
  const p = await compose('prepare', { ...fields, text: 'newer\n', base: placeOf(second) });
  assert.equal(p.status, 200, p.text);
  assert.equal((await compose('draft', { ...fields, base: second.uid })).status, 409, 'prepare has moved it');
  assert.equal((await sendPlain(p.json)).json.status, 'sent');
  assert.deepEqual(await drafts(fields), []);
});

test('what is kept between prepare and finish is not lost: the older text does not leave', async () => {
  const fields = letter({ text: 'prepared\n' });
  const p = (await compose('prepare', fields)).json;
  const later = await compose('draft', { ...fields, text: 'later\n', base: placeOf(p.draft) });
  assert.equal(later.status, 200, later.text);
  const r = await sendPlain(p);
  assert.equal(r.status, 409, r.text);
  assert.deepEqual((await drafts(fields)).map((d) => d.includes('later')), [true]);
  assert.equal((await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: placeOf(later.json) })).status, 200);
});

test('discarded in another window: neither saved over, held nor sent from here; discarding again is done', async () => {
  const fields = letter();
  const first = (await compose('draft', fields)).json;
  assert.equal((await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: first.uid })).status, 200);
  for (const r of [await compose('draft', { ...fields, base: first.uid }), await compose('prepare', { ...fields, base: first.uid })]) {
    assert.equal(r.status, 409, r.text);
    assert.deepEqual([r.json.details.draft, /discarded/.test(r.json.message)], [null, true]);
  }
  assert.deepEqual(await drafts(fields), []);
  assert.equal((await c.delete('/api/v1/compose/draft', { submission: fields.submission, base: first.uid })).status, 200);
  assert.equal((await compose('draft', { ...letter(), base: first })).status, 200, 'nobody knows of it any more: it is kept');
});

test('discarding against saving, at the same time: what was confirmed is there', async () => {
  for (let i = 0; i < 12; i++) {
    const fields = letter();
    const base = placeOf((await compose('draft', fields)).json);
    const [saved, gone] = await Promise.all([compose('draft', { ...fields, text: 'confirmed\n', base }), c.delete('/api/v1/compose/draft', { submission: fields.submission, base })]);
    assert.deepEqual([saved.status, gone.status].sort(), [200, 409], `${saved.text} ${gone.text}`);
    assert.equal((await drafts(fields)).filter((d) => d.includes('confirmed')).length, saved.status === 200 ? 1 : 0);
    await c.delete('/api/v1/compose/draft', { submission: fields.submission });
  }
});

const window_ = () => crypto.randomUUID();
const textsOf = async (fields) => (await drafts(fields)).map((d) => /(?:\r\n\r\n)([^\r]*)/.exec(d)[1]);
const discard = (fields, more = {}) => c.delete('/api/v1/compose/draft', { submission: fields.submission, ...more });

test('an answer that was lost: what the window kept itself is replaced, what comes late is refused, another window is another one', async () => {
  const fields = letter({ text: 'first' }), mine = window_();
  const turn = (n, window = mine) => ({ turn: { window, n } });
  const { uid, uidvalidity } = (await compose('draft', { ...fields, ...turn(1) })).json;
  const base = { uid, uidvalidity };
  assert.equal((await compose('draft', { ...fields, text: 'lost', base, ...turn(2) })).status, 200); // nobody hears of it
  const again = await compose('draft', { ...fields, text: 'again', base, ...turn(3) });
  assert.equal(again.status, 200, again.text);
  assert.deepEqual(await textsOf(fields), ['again']);
  const late = await compose('draft', { ...fields, text: 'late', base, ...turn(2) });
  assert.deepEqual([late.status, late.json.details.draft], [409, placeOf(again.json)], 'what comes late does not take the place of what is newer');
  assert.equal((await compose('draft', { ...fields, text: 'again', base, ...turn(3) })).status, 200, 'the very same request twice');
  assert.equal((await compose('draft', { ...fields, text: 'other', base, ...turn(9, window_()) })).status, 409, 'another window');
  assert.equal((await compose('draft', { ...fields, text: 'unnamed', base })).status, 409);
  assert.deepEqual(await textsOf(fields), ['again']);
  const held = await c.post('/api/v1/compose/hold', { submission: fields.submission, seconds: 5, base, ...turn(4) }); // its answer is lost, too
  assert.equal(held.status, 200, held.text);
  assert.match((await drafts(fields))[0], new RegExp(`^X-Waxseal-Window: ${fields.submission} ${mine} 4\r$`, 'm'));
  const p = await compose('prepare', { ...fields, text: 'at last', base, ...turn(5) });
  assert.equal(p.status, 200, p.text);
  const q = await compose('prepare', { ...fields, text: 'at last', base, ...turn(6) });
  assert.equal(q.status, 200, q.text);
  assert.equal((await sendPlain(p.json)).status, 409, 'the ticket whose draft was replaced');
  assert.equal((await sendPlain(q.json)).json.status, 'sent');
  assert.deepEqual(await drafts(fields), []);
  for (const bad of [{ window: 'x', n: 1 }, { window: mine, n: 0 }, { window: mine }, 'x', { window: mine, n: 1, was: '../x' }]) assert.equal((await compose('draft', { ...letter(), turn: bad })).status, 422, JSON.stringify(bad));
});

test('a window that never heard of a draft of its own takes the place of none that another window kept: saved, held, discarded, sent', async () => {
  const asks = {
    save: (f, turn) => compose('draft', { ...f, text: 'mine again', turn }),
    prepare: (f, turn) => compose('prepare', { ...f, text: 'mine again', turn }),
    hold: (f, turn) => c.post('/api/v1/compose/hold', { submission: f.submission, seconds: 5, turn }),
    discard: (f, turn) => discard(f, { turn }),
  };
  for (const [what, ask] of Object.entries(asks)) {
    const fields = letter({ text: 'mine' }), mine = window_();
    const first = (await compose('draft', { ...fields, turn: { window: mine, n: 1 } })).json; // its answer is lost
    const theirs = await compose('draft', { ...fields, text: 'theirs', base: placeOf(first), turn: { window: window_(), n: 1 } });
    assert.equal(theirs.status, 200, theirs.text);
    const r = await ask(fields, { window: mine, n: 2 });
    assert.deepEqual([r.status, r.json.details?.draft], [409, placeOf(theirs.json)], `${what}: ${r.text}`);
    assert.deepEqual(await textsOf(fields), ['theirs'], what);
    assert.equal((await discard(fields)).status, 200);
  }
  for (const [what, ask] of Object.entries(asks)) { // nobody else: the same window, whose answers were lost
    const fields = letter({ text: 'mine' }), mine = window_();
    assert.equal((await compose('draft', { ...fields, turn: { window: mine, n: 1 } })).status, 200);
    const r = await ask(fields, { window: mine, n: 2 });
    assert.equal(r.status, 200, `${what}: ${r.text}`);
    assert.deepEqual(await textsOf(fields), what === 'discard' ? [] : [what === 'hold' ? 'mine' : 'mine again'], what);
    assert.equal((await discard(fields)).status, 200);
  }
});

test('a save that was given up and comes after its window discarded the draft is not kept', async () => {
  const mine = window_();
  for (const first of [false, true]) {
    const fields = letter();
    const base = first ? {} : { base: placeOf((await compose('draft', { ...fields, turn: { window: mine, n: 1 } })).json) };
    assert.equal((await discard(fields, { ...base, turn: { window: mine, n: 3 } })).status, 200);
    const late = await compose('draft', { ...fields, ...base, turn: { window: mine, n: 2 } });
    assert.equal(late.status, 409, late.text);
    assert.deepEqual(await drafts(fields), []);
  }
});

test('what a worker that died left of this window goes with its next save, also where that is another message by then; what another window left stays', async () => {
  const fields = letter({ text: 'kept' }), mine = window_(), other = window_();
  const base = placeOf((await compose('draft', { ...fields, turn: { window: mine, n: 2 } })).json);
  const [kept] = await drafts(fields);
  for (const [window, n, text] of [[mine, 1, 'mine'], [mine, 7, 'later'], [other, 1, 'theirs']])
    await mail.append('Drafts', Buffer.from(kept.replace(`${mine} 2`, `${window} ${n}`).replace('kept', text), 'latin1'), ['\\Draft']);
  assert.equal((await compose('draft', { ...fields, text: 'next', base, turn: { window: mine, n: 3 } })).status, 200);
  assert.deepEqual((await textsOf(fields)).sort(), ['later', 'next', 'theirs'], 'a later request of its own is not known to have failed');
  const apart = letter({ text: 'apart' });
  assert.equal((await compose('draft', { ...apart, turn: { window: other, n: 1, was: fields.submission } })).status, 200);
  assert.deepEqual((await textsOf(fields)).sort(), ['later', 'next'], 'its text lies in another draft now');
  for (const f of [fields, apart]) assert.equal((await discard(f)).status, 200);
  assert.deepEqual(await drafts(fields), []);
});

test('a draft of which the server knows nothing any more is replaced, or discarded, by its header', async () => {
  const forget = async (fields) => { redis('web', 'DEL', `${instance.instance}:sub:${address('alice')}:${fields.submission}`); };
  const fields = letter({ text: 'long ago' }), stranger = letter({ text: 'not mine' });
  const base = placeOf((await compose('draft', fields)).json), wrong = placeOf((await compose('draft', stranger)).json);
  await forget(fields);
  const r = await compose('draft', { ...fields, text: 'today', base });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(await textsOf(fields), ['today']);
  await forget(fields);
  assert.equal((await discard(fields, { base: wrong })).status, 200);
  assert.deepEqual([await textsOf(fields), await textsOf(stranger)], [['today'], ['not mine']], 'what base names is another message');
  await forget(fields);
  assert.equal((await discard(fields, { base: placeOf(r.json) })).status, 200);
  assert.deepEqual(await drafts(fields), []);
  assert.equal((await discard(stranger)).status, 200);
});

test('a state that was lost costs no text of another window, in the clear or encrypted; what is known to be in the clear goes', async () => {
  for (const secret of [false, true]) {
    const fields = letter({ text: 'mine', ...(secret ? { mode: 'encrypt', may_encrypt: true } : {}) }), mine = window_();
    const { uid, uidvalidity } = (await compose('draft', { ...fields, turn: { window: mine, n: 1 } })).json;
    const theirs = await compose('draft', { ...fields, text: 'theirs', base: { uid, uidvalidity }, turn: { window: window_(), n: 1 } });
    redis('web', 'DEL', `${instance.instance}:sub:${address('alice')}:${fields.submission}`);
    const r = await compose('draft', { ...fields, text: 'mine again', base: { uid, uidvalidity }, turn: { window: mine, n: 2 } });
    assert.deepEqual([r.status, r.json.encrypted], [200, secret], r.text);
    await mail.select('Drafts');
    assert.deepEqual((await mail.search(`HEADER X-Waxseal-Submission "${fields.submission}"`)).map(Number).sort((a, b) => a - b), [theirs.json.uid, r.json.uid], `${secret}`);
    assert.equal((await discard(fields)).status, 200);
  }
});

test('recipients whose addresses are none stay with the draft: in its header, or inside its encryption; they are never sent', async () => {
  const word = canary();
  const faulty = { to: [{ name: 'Bob', address: `${word} at home` }, { name: '', address: `${'x'.repeat(120)}@` }], cc: [], bcc: [{ name: word, address: '' }], reply_to: [{ name: '', address: 'ü@' }] };
  for (const secret of [false, true]) {
    const fields = letter({ faulty, bcc: [{ name: null, address: address('dave') }], ...(secret ? { mode: 'encrypt', may_encrypt: true } : {}) });
    const { uid, uidvalidity, folder } = (await compose('draft', fields)).json;
    const uri = `/api/v1/folders/${folder}/messages/${uid}`;
    let m = (await c.get(`${uri}?uidvalidity=${uidvalidity}`)).json;
    if (secret) {
      const [raw] = await drafts(fields);
      assert.doesNotMatch(raw.slice(0, raw.indexOf('\r\n\r\n')), /Faulty/i);
      assert.deepEqual(filesWith(word), []);
      assert.equal(m.headers.faulty, null);
      m = (await c.post(`${uri}/open`, { uidvalidity, keys: [{ layer: m.security.job.layer, content_key: unwrap('alice', m.security.job) }] })).json;
    }
    assert.deepEqual(m.headers.faulty, faulty, `${secret}`);
    assert.deepEqual([m.headers.to.map((a) => a.address), m.headers.bcc.map((a) => a.address)], [[address('bob')], [address('dave')]]);
    const held = (await c.post('/api/v1/compose/hold', { submission: fields.submission, seconds: 5 })).json;
    if (!secret) assert.deepEqual((await c.get(`/api/v1/folders/${folder}/messages/${held.uid}?uidvalidity=${uidvalidity}`)).json.headers.faulty, faulty, 'held');
    const r = await compose('prepare', fields);
    assert.deepEqual([r.status, r.json.details.field], [422, 'faulty'], r.text);
    assert.equal((await compose('prepare', { ...fields, bcc: [], faulty: { to: [] } })).status, 200);
    assert.doesNotMatch((await drafts(fields))[0], /Faulty/i, 'gone with its recipients');
    assert.equal((await discard(fields)).status, 200);
  }
  const one = { name: '', address: 'x' };
  for (const bad of ['x', { to: 'x' }, { to: ['x'] }]) assert.deepEqual((await compose('draft', letter({ faulty: bad }))).status, 422, JSON.stringify(bad));
  const long = (n) => ({ name: 'ж'.repeat(400), address: `${n} ${'x'.repeat(190)}` }); // about 1,000 bytes each
  const odd = [[{}], [{ name: '', address: 'x'.repeat(999) }], [{ name: 'a\nb', address: '' }], [{ name: '', address: 'bob\t.x' }], Array(101).fill(one), Array.from({ length: 100 }, (_, i) => long(i))];
  for (const to of odd) { // the text is kept, whatever stands where the recipients are
    const fields = letter({ text: 'kept all the same', faulty: { to: [one, ...to], cc: [], bcc: [], reply_to: [] } }), label = JSON.stringify(to).slice(0, 60);
    const r = await compose('draft', fields);
    assert.equal(r.status, 200, `${label}: ${r.text}`);
    assert.match((await drafts(fields))[0], /kept all the same/);
    const kept = (await c.get(`/api/v1/folders/${r.json.folder}/messages/${r.json.uid}?uidvalidity=${r.json.uidvalidity}`)).json.headers.faulty.to;
    assert.deepEqual(kept[0], one, label);
    assert.equal(kept.length, { 1: 1, 101: 100 }[to.length] ?? kept.length, label);
    if (to.length === 100) assert.ok(kept.length > 50 && kept.length < 100, `${kept.length} kept`);
    const p = await compose('prepare', { ...fields, faulty: { to } });
    assert.deepEqual([p.status, p.json.details.field], [422, 'faulty'], 'what was left out of the draft is not left out of what is sent');
    assert.equal((await discard(fields)).status, 200);
  }
});

test('what others write into such a field is shown as it is or not at all', async () => {
  const give = async (value) => {
    const uid = await mail.append('INBOX', Buffer.from(`From: a@demo.test\r\nSubject: Faulty ${crypto.randomUUID()}\r\nX-Waxseal-Faulty: ${value}\r\n\r\ntext\r\n`));
    await mail.select('INBOX');
    const at = uid ?? Math.max(...(await mail.search('ALL')));
    const { uidvalidity } = (await c.get(`/api/v1/folders/${Buffer.from('INBOX').toString('base64url')}/messages?limit=1`)).json;
    const r = await c.get(`/api/v1/folders/${Buffer.from('INBOX').toString('base64url')}/messages/${at}?uidvalidity=${uidvalidity}`);
    assert.equal(r.status, 200, r.text);
    await mail.command(`UID STORE ${at} +FLAGS (\\Deleted)`);
    await mail.command('EXPUNGE');
    return r.json.headers.faulty;
  };
  const of = (v) => Buffer.from(JSON.stringify(v)).toString('base64');
  for (const value of ['', '!!', of([]), of({ to: [{ name: 1, address: 2 }] }), of({ to: [{ name: '\u0007', address: 'x' }] }), of({ to: [{ name: '', address: 'x'.repeat(1200) }] }), of({}), 'QQ==']) assert.equal(await give(value), null, value.slice(0, 40));
  assert.deepEqual(await give(of({ to: [{ name: '<b>', address: 'x', more: 1 }] })), { to: [{ name: '<b>', address: 'x' }], cc: [], bcc: [], reply_to: [] });
});
