// Drafts that wait for a certificate: asked for by a note that really left, told of when one came, and nothing kept plain.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { EventStream } from '../lib/events.mjs';
import { eventually, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { makeP12 } from '../lib/issue.mjs';
import { certificateDer, composeBody, fillVault } from '../lib/keyring.mjs';

const CAROL = 'carol@demo.test';
const SECRET = `albatross-${randomUUID()}`;
let alice, drafts;

before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  drafts = await imapOf('alice');
  await forgetCarol();
});
after(async () => {
  await forgetCarol();
  drafts.close();
  alice.close();
});

async function forgetCarol() {
  for (const x of (await alice.get('/api/v1/contacts?limit=200')).json.contacts)
    if (x.addresses.some((a) => a.address === CAROL)) await alice.delete(`/api/v1/contacts/${x.id}`, {});
}
const letter = (more) => ({ submission: randomUUID(), from: { name: 'Alice Archer', address: 'alice@demo.test' }, to: [{ name: '', address: CAROL }], cc: [], bcc: [], reply_to: [],
  subject: 'Waiting', text: 'Hello', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...more });
async function keep(more) {
  const body = letter({ mode: 'sign_encrypt', may_encrypt: true, subject: SECRET, text: SECRET, ...more });
  const r = await alice.request('POST', '/api/v1/compose/draft', composeBody(body));
  assert.equal(r.status, 200, r.text);
  return { id: body.submission, ...r.json };
}
/** A note that left; the server does not care what it says. */
async function note(to = CAROL) {
  const body = letter({ to: [{ name: '', address: to }], subject: `Note ${randomUUID()}` });
  const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(body));
  assert.equal(p.status, 200, p.text);
  const s = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: null, content_key: null });
  assert.equal(s.json.status, 'sent', s.text);
  return body.submission;
}
const ask = (submission, asked) => alice.post('/api/v1/compose/ask', { submission, asked });
const waiting = async (id) => (await alice.get('/api/v1/compose/waiting')).json.waiting.find((w) => w.submission === id);
const drop = (id) => alice.delete('/api/v1/compose/draft', { submission: id });
const carolsCertificate = () => makeP12('x', { name: 'Carol', address: CAROL }).der.toString('base64');

test('a draft waits, the answer arrives, all pages are told, and what it waited for can be used', async () => {
  const d = await keep();
  const events = (await EventStream.open(alice)).stream;
  try {
    await events.next('hello');
    const r = await ask(d.id, [{ address: CAROL, note: await note() }]);
    assert.equal(r.status, 200, r.text);
    const w = r.json.waiting.find((x) => x.submission === d.id);
    assert.equal(w.ready, false);
    assert.deepEqual(w.addresses.map((a) => [a.address, a.ready]), [[CAROL, false]]);
    assert.deepEqual({ uid: w.draft.uid, uidvalidity: w.draft.uidvalidity, folder: w.draft.folder }, { uid: d.uid, uidvalidity: d.uidvalidity, folder: d.folder });
    assert.equal((await alice.get('/api/v1/session')).json.waiting, true);
    await events.next('waiting');
    const before = events.events.filter((e) => e.name === 'waiting').length;
    assert.equal((await alice.post('/api/v1/smime/certificates', { address: CAROL, certificate: carolsCertificate() })).status, 200);
    await eventually(() => events.events.filter((e) => e.name === 'waiting').length > before, 'the event that something arrived');
    const now = await waiting(d.id);
    assert.equal(now.ready, true);
    assert.deepEqual(now.addresses.map((a) => a.ready), [true]);
    // What is taken away again is no reason to send.
    await forgetCarol();
    assert.equal((await waiting(d.id)).ready, false);
  } finally { events.close(); await drop(d.id); }
  assert.equal(await waiting(d.id), undefined, 'a draft that is gone waits for nothing');
});

test('of two that were asked, both must have come', async () => {
  const d = await keep({ to: [{ name: '', address: CAROL }, { name: '', address: 'dave@demo.test' }] });
  try {
    const r = await ask(d.id, [{ address: CAROL, note: await note() }, { address: 'dave@demo.test', note: await note('dave@demo.test') }]);
    assert.equal(r.status, 200, r.text);
    await alice.post('/api/v1/smime/certificates', { address: CAROL, certificate: carolsCertificate() });
    const w = await waiting(d.id);
    assert.equal(w.ready, false);
    assert.deepEqual(w.addresses.map((a) => [a.address, a.ready]), [[CAROL, true], ['dave@demo.test', false]]);
  } finally { await drop(d.id); await forgetCarol(); }
});

test('who is taken out of the recipients is not waited for; put back, they were asked all the same', async () => {
  const both = [{ name: '', address: CAROL }, { name: '', address: 'dave@demo.test' }];
  const d = await keep({ to: both });
  const events = (await EventStream.open(alice)).stream;
  const news = () => events.events.filter((e) => e.name === 'waiting').length;
  const again = async (more) => {
    const before = news();
    await keep({ submission: d.id, to: both, ...more });
    await eventually(() => news() > before, 'the event that it waits for others');
    return (await waiting(d.id))?.addresses.map((a) => [a.address, a.ready]);
  };
  try {
    await events.next('hello');
    await ask(d.id, [{ address: CAROL, note: await note() }, { address: 'dave@demo.test', note: await note('dave@demo.test') }]);
    await eventually(() => news() > 0, 'the event that somebody was asked');
    await alice.post('/api/v1/smime/certificates', { address: CAROL, certificate: carolsCertificate() });
    await eventually(() => news() > 1, 'the event that one arrived');
    assert.deepEqual(await again({ to: [], cc: [{ name: '', address: 'Carol@demo.test' }] }), [[CAROL, true]]);
    assert.equal((await waiting(d.id)).ready, true, 'the only one who is left has answered');
    assert.deepEqual(await again({}), [[CAROL, true], ['dave@demo.test', false]]);
    assert.equal((await waiting(d.id)).ready, false);
    assert.equal(await again({ mode: 'sign' }), undefined, 'what is not to be encrypted waits for no certificate');
    assert.deepEqual(await again({}), [[CAROL, true], ['dave@demo.test', false]]);
    assert.equal(await again({ to: [{ name: '', address: 'bob@demo.test' }] }), undefined, 'nobody who was asked is written to');
  } finally { events.close(); await drop(d.id); await forgetCarol(); }
});

test('nothing of it is kept in the clear: not in Drafts, not in what is exported', async () => {
  const d = await keep();
  try {
    await ask(d.id, [{ address: CAROL, note: await note() }]);
    await drafts.select('Drafts');
    const source = (await drafts.source(d.uid)).toString('latin1');
    assert.match(source, /application\/pkcs7-mime/);
    assert.ok(!source.includes(SECRET));
    const all = await alice.post('/api/v1/account/export', { password: instance.accounts.find((a) => a.address === 'alice@demo.test').password });
    assert.equal(all.status, 200);
    assert.ok(all.json.waiting.entries.some((x) => x.submission === d.id), 'what waits is part of what is stored');
    assert.ok(!all.text.includes(SECRET));
  } finally { await drop(d.id); }
});

test('what cannot wait is refused: a plain draft, no draft, a note that never left or went to somebody else', async () => {
  const d = await keep();
  try {
    const sent = await note();
    const plain = letter({});
    assert.equal((await alice.request('POST', '/api/v1/compose/draft', composeBody(plain))).status, 200);
    const refused = async (submission, asked, status, field) => {
      const r = await ask(submission, asked);
      assert.equal(r.status, status, r.text);
      if (field) assert.equal(r.json.details.field, field);
    };
    await refused(plain.submission, [{ address: CAROL, note: sent }], 422, 'submission');
    await refused(randomUUID(), [{ address: CAROL, note: sent }], 409, 'submission');
    await refused(d.id, [{ address: CAROL, note: randomUUID() }], 409, 'note');
    await refused(d.id, [{ address: CAROL, note: plain.submission }], 409, 'note');
    await refused(d.id, [{ address: 'bob@demo.test', note: sent }], 409, 'note');
    await refused(d.id, [], 422, 'asked');
    await refused(d.id, [7], 422, 'asked');
    await refused('x', [{ address: CAROL, note: sent }], 422, 'submission');
    assert.equal(await waiting(d.id), undefined);
    await drop(plain.submission);
  } finally { await drop(d.id); }
});

test('without the feature there is nothing to wait for', async () => {
  const carol = await signedIn('carol');
  try {
    assert.equal((await carol.get('/api/v1/compose/waiting')).status, 403);
    assert.equal((await carol.post('/api/v1/compose/ask', { submission: randomUUID(), asked: [] })).status, 403);
    assert.equal((await carol.get('/api/v1/session')).json.waiting, false);
  } finally { carol.close(); }
});

test('a certificate that was there all the time makes a draft ready at once', async () => {
  const d = await keep({ to: [{ name: '', address: 'bob@demo.test' }] });
  try {
    await alice.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: certificateDer('bob').toString('base64') });
    const r = await ask(d.id, [{ address: 'bob@demo.test', note: await note('bob@demo.test') }]);
    assert.equal(r.json.waiting.find((x) => x.submission === d.id).ready, true);
  } finally { await drop(d.id); }
});

test('a draft that was deleted elsewhere waits no longer; brought back it does, and is written on in place', async () => {
  const d = await keep();
  const imap = await imapOf('alice');
  const all = async (folder) => { await imap.select(folder); return imap.search(`HEADER X-Waxseal-Submission "${d.id}"`); };
  const gone = async (folder) => { for (const uid of await all(folder)) await imap.command(`UID STORE ${uid} +FLAGS (\\Deleted)`); await imap.command('EXPUNGE'); };
  try {
    assert.equal((await ask(d.id, [{ address: CAROL, note: await note() }])).status, 200);
    assert.equal((await waiting(d.id)).draft.uid, d.uid);
    const [uid] = await all('Drafts');
    const raw = await imap.source(uid);
    await gone('Drafts');
    assert.equal(await waiting(d.id), undefined, 'deleted by another program');
    await imap.append('Drafts', raw, ['\\Draft']);
    const back = (await waiting(d.id)).draft;
    assert.ok(back.uid > d.uid, 'and brought back');
    const body = letter({ submission: d.id, mode: 'sign_encrypt', may_encrypt: true, text: 'next', base: { uid: back.uid, uidvalidity: back.uidvalidity } });
    const stale = await alice.request('POST', '/api/v1/compose/draft', composeBody({ ...body, base: { uid: back.uid + 1, uidvalidity: back.uidvalidity } }));
    assert.equal(stale.status, 409, stale.text);
    const r = await alice.request('POST', '/api/v1/compose/draft', composeBody(body));
    assert.equal(r.status, 200, r.text);
    assert.deepEqual([(await all('Drafts')).length, (await waiting(d.id)).draft.uid], [1, r.json.uid], 'one draft');
    await gone('Drafts');
    // What makes room for others: with the next change it is not even remembered.
    const other = await keep();
    assert.equal((await ask(other.id, [{ address: CAROL, note: await note() }])).status, 200);
    await imap.append('Drafts', raw, ['\\Draft']);
    assert.equal(await waiting(d.id), undefined, 'dropped');
    await gone('Drafts');
    await drop(other.id);
  } finally { imap.close(); await drop(d.id); }
});
