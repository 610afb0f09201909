// Several identities: what the operator allows may be written from, nothing else, and a signature stays with its address.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { account, ctl, eventually, imapOf, signedIn } from '../lib/instance.mjs';
import { composeBody, fillVault, fingerprint } from '../lib/keyring.mjs';

const ALIAS = 'postmaster@demo.test';
const dave = account('dave').address;
let c, bob;
before(async () => { c = await signedIn('dave'); bob = await imapOf('bob'); });
after(() => {
  for (const [who, alias] of [[dave, ALIAS], [account('alice').address, 'sales@demo.test']]) try { ctl('alias', 'remove', who, alias); } catch { /* it is gone already */ }
  c.close();
  bob.close();
});
const draft = (from, more = {}) => ({ submission: randomUUID(), from: { name: 'The Postmaster', address: from }, to: [{ name: '', address: 'bob@demo.test' }], cc: [], bcc: [], reply_to: [], subject: `As ${randomUUID()}`, text: 'Hello', html: null,
  in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...more });
const prepare = (who, body) => who.request('POST', '/api/v1/compose/prepare', composeBody(body, []));
const finish = (who, ticket) => who.post('/api/v1/compose/finish', { ticket, signature: null, content_key: null });

test('an address the operator did not give is refused, as a draft too', async () => {
  for (const address of [ALIAS, 'alice@demo.test', 'dave@demo.test\r\nBcc: x@y.test']) {
    const r = await prepare(c, draft(address));
    assert.ok([403, 422].includes(r.status), r.text);
    assert.equal(r.json.details.field, 'from');
    assert.ok([403, 422].includes((await c.request('POST', '/api/v1/compose/draft', composeBody(draft(address), []))).status));
  }
});

test('an alias is written from, and the account\'s own address is not in the mail', async () => {
  assert.match(ctl('alias', 'add', dave, 'Postmaster@Demo.test'), /added/);
  assert.deepEqual(JSON.parse(ctl('alias', 'show', dave)), [ALIAS]);
  assert.deepEqual((await c.get('/api/v1/session')).json.user.addresses, [dave, ALIAS]);
  const body = draft(ALIAS, { reply_to: [{ name: '', address: 'replies@demo.test' }] });
  const p = await prepare(c, body);
  assert.equal(p.status, 200, p.text);
  const s = await finish(c, p.json.ticket);
  assert.equal(s.json.status, 'sent', s.text);
  const source = String(await eventually(async () => { await bob.select('INBOX'); const [uid] = await bob.search(`SUBJECT "${body.subject}"`); return uid && bob.source(uid); }, 'it arrives'));
  assert.match(source, /^From: The Postmaster <postmaster@demo\.test>\r$/m);
  assert.match(source, /^Return-Path: <postmaster@demo\.test>\r$/m);
  assert.match(source, /^Reply-To: replies@demo\.test\r$/m);
  assert.ok(!source.includes('dave@'), source);
});

test('an alias that was taken back between preparing and sending sends nothing', async () => {
  const body = draft(ALIAS);
  const p = await prepare(c, body);
  assert.equal(p.status, 200, p.text);
  ctl('alias', 'remove', dave, ALIAS);
  const s = await finish(c, p.json.ticket);
  assert.equal(s.status, 403, s.text);
  await bob.select('INBOX');
  assert.deepEqual(await bob.search(`SUBJECT "${body.subject}"`), []);
  assert.throws(() => ctl('alias', 'remove', dave, ALIAS));
  assert.throws(() => ctl('alias', 'add', dave, 'no address'));
});

test('a certificate signs for its own address only', async () => {
  const alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  ctl('alias', 'add', account('alice').address, 'sales@demo.test');
  const r = await prepare(alice, draft('sales@demo.test', { mode: 'sign', signer: fingerprint('alice') }));
  assert.equal(r.status, 422, r.text);
  assert.deepEqual([r.json.code, r.json.details.field], ['no_certificate', 'signer']);
  alice.close();
});
