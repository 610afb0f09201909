// The organisation's directory over HTTP: colleagues of one organisation who never exchanged mail, and somebody of none.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Server } from '../lib/fastcgi.mjs';
import { account, eventually, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';
import { Oracle, signedParts } from '../lib/oracle.mjs';

const ALICE = 'alice@demo.test', BOB = 'bob@demo.test';
const key = (address) => `${instance.instance}:dir:${address}`;
let alice, bob, stranger, oracle, mailbox;

async function forgetContact(address) {
  for (const x of (await alice.post('/api/v1/contacts/search', { text: address })).json.contacts)
    if (x.addresses.some((a) => a.address === address)) assert.equal((await alice.delete(`/api/v1/contacts/${x.id}`, {})).status, 200);
}
async function dropKeys(client) {
  for (const k of (await client.get('/api/v1/smime/keys')).json.keys) assert.equal((await client.delete(`/api/v1/smime/keys/${k.id}`, {})).status, 200);
}
const set = async (client, security) => assert.equal((await client.put('/api/v1/settings', { security })).status, 200);
async function sees(client, address) {
  const r = await client.post('/api/v1/compose/recipients', { addresses: [address] });
  assert.equal(r.status, 200, r.text);
  const [x] = r.json.recipients;
  return [x.status, x.source, x.certificate?.fingerprint ?? null];
}
const LISTED = () => ['ready', 'directory', fingerprint('bob')];
const NOTHING = ['none', null, null];

before(async () => {
  alice = await signedIn('alice');
  bob = await signedIn('bob');
  mailbox = await imapOf('bob');
  oracle = new Oracle(instance.keys);
  // Somebody of another domain of the same installation: the same Redis, the same key of the host.
  stranger = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'));
  stranger.source = stranger.source.replace('[domain demo.test]', '[domain other.test]').replace(/^login = .*$/m, 'login = %n@demo.test');
  stranger.configure(stranger.wanted);
  await stranger.start();
  await stranger.signIn('dave@other.test', account('dave').password);
  await fillVault(alice, 'alice');
  await forgetContact(BOB);
  await dropKeys(bob);
  await set(bob, { listed: true });
  await set(alice, { lookups: true });
});
after(async () => {
  await set(alice, { lookups: true });
  await set(bob, { listed: true });
  await stranger.stop();
  mailbox.close();
  oracle.close();
  alice.close();
  bob.close();
});

test('a key that is stored is listed for colleagues, and for nobody else; without it nothing is', async () => {
  assert.deepEqual(await sees(alice, BOB), NOTHING);
  await fillVault(bob, 'bob');
  assert.deepEqual(await sees(alice, BOB), LISTED());
  assert.deepEqual(await sees(alice, 'BOB@Demo.Test'), LISTED());
  const found = await alice.post('/api/v1/compose/find', { addresses: [BOB] });
  assert.deepEqual([found.json.lookup, found.json.recipients[0].source], ['none', 'directory']);
  // The other domain's account learns as much of Bob as of somebody who does not exist.
  for (const route of ['recipients', 'find']) {
    const r = await stranger.post(`/api/v1/compose/${route}`, { addresses: [BOB, 'nobody@demo.test'] });
    assert.equal(r.status, 200);
    const [of, none] = r.json.recipients;
    assert.deepEqual({ ...of, address: '' }, { ...none, address: '' });
  }
  const complete = await stranger.post('/api/v1/contacts/complete', { text: 'bob', limit: 12 });
  assert.deepEqual(complete.json.found, []);
  assert.equal((await alice.get('/api/v1/contacts?text=bob@demo.test')).json.total, 0, 'finding makes no contact');
});

test('what is listed is public, bound to its address, and ends with its certificate', async () => {
  const entry = redis('web', 'HGET', key(BOB), BOB);
  assert.ok(!/PRIVATE|ENCRYPTED/.test(entry));
  assert.ok(Number(redis('web', 'TTL', key(BOB))) > 0);
  redis('web', 'EVAL', "return redis.call('HSET', KEYS[2], ARGV[1], redis.call('HGET', KEYS[1], ARGV[2]))", '2', key(BOB), key('carol@demo.test'), 'carol@demo.test', BOB);
  try {
    assert.deepEqual(await sees(alice, 'carol@demo.test'), NOTHING, 'moved to another address it is nothing');
  } finally { redis('web', 'DEL', key('carol@demo.test')); }
});

test('either side can decline: no lookups, or not listed', async () => {
  await set(alice, { lookups: false });
  assert.deepEqual(await sees(alice, BOB), NOTHING);
  await set(alice, { lookups: true });
  await set(bob, { listed: false });
  assert.deepEqual(await sees(alice, BOB), NOTHING);
  assert.equal(redis('web', 'EXISTS', key(BOB)).trim(), '0', 'nothing of it stays');
  await set(bob, { listed: true });
  assert.deepEqual(await sees(alice, BOB), LISTED());
});

test('what was stored before there was a directory is listed at the next sign-in', async () => {
  redis('web', 'DEL', key(BOB), `${instance.instance}:u:${BOB}:listed`);
  assert.deepEqual(await sees(alice, BOB), NOTHING);
  const again = await signedIn('bob');
  again.close();
  assert.deepEqual(await sees(alice, BOB), LISTED());
});

test('a mail to a colleague nobody ever wrote to goes encrypted, and opens with his key', async () => {
  const subject = `Colleague ${randomUUID()}`;
  const body = { submission: randomUUID(), from: { name: 'Alice', address: ALICE }, to: [{ name: '', address: BOB }], cc: [], bcc: [], reply_to: null, subject, text: 'For Bob alone.\n', html: null,
    in_reply_to: null, references: null, mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), attachments: [] };
  const p = await alice.request('POST', '/api/v1/compose/prepare', composeBody(body));
  assert.equal(p.status, 200, p.text);
  const s = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes, p.json.digest), content_key: p.json.content_key });
  assert.equal(s.json.status, 'sent', s.text);
  const uid = await eventually(async () => { await mailbox.select('INBOX'); return (await mailbox.search(`HEADER Subject "${subject}"`))[0]; }, `"${subject}" in Bob's INBOX`);
  const source = await mailbox.source(uid);
  assert.ok(!source.toString('latin1').includes('For Bob alone'));
  const opened = signedParts(oracle.decrypt(source, 'bob'));
  assert.equal(oracle.verify(opened), oracle.certificate('alice'));
  assert.ok(opened.content.toString('latin1').includes('For Bob alone'));
});

test('a key that is gone is listed no longer', async () => {
  await dropKeys(bob);
  assert.deepEqual(await sees(alice, BOB), NOTHING);
  assert.equal(redis('web', 'EXISTS', key(BOB)).trim(), '0');
});
