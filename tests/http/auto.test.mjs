// Auto: prepare remembers the mode of a set of recipients; the composer is told it for the same set, and for no other.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { instance, redis, signedIn } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint } from '../lib/keyring.mjs';

let alice, carol;
before(async () => {
  alice = await signedIn('alice');
  carol = await signedIn('carol');
  await fillVault(alice, 'alice');
  const r = await alice.post('/api/v1/smime/certificates', { address: 'bob@demo.test', certificate: certificateDer('bob').toString('base64') });
  assert.equal(r.status, 200, r.text);
});
const submissions = [];
after(async () => {
  for (const submission of submissions) await alice.delete('/api/v1/compose/draft', { submission });
  alice.close();
  carol.close();
});

const list = (...names) => names.map((n) => ({ name: '', address: n.includes('@') ? n : `${n}@demo.test` }));
async function prepare(client, from, mode, to, cc = [], bcc = [], more = {}) {
  const submission = randomUUID();
  if (client === alice) submissions.push(submission);
  const body = { submission, from: { name: '', address: `${from}@demo.test` }, to: list(...to), cc: list(...cc), bcc: list(...bcc), reply_to: [], subject: 'Auto', text: 'x', html: null, in_reply_to: null, references: null,
    mode, may_encrypt: mode.endsWith('encrypt'), signer: mode === 'sign' || mode === 'sign_encrypt' ? fingerprint(from) : null, attachments: [], ...more };
  return client.request('POST', '/api/v1/compose/prepare', composeBody(body));
}
const modeOf = async (addresses, others) => {
  const r = await alice.post('/api/v1/compose/recipients', { addresses, others });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.recipients.map((x) => x.address), addresses, 'only those asked for are looked at');
  return r.json.mode;
};

test('the set is remembered, in any order and field', async () => {
  const one = `one-${randomUUID()}@demo.test`;
  assert.equal(await modeOf(['bob@demo.test', one]), null);
  for (const [mode, to, cc, bcc] of [['sign', ['bob', one], [], []], ['none', [one], ['bob'], []], ['sign', ['bob'], [], [one.toUpperCase()]]]) {
    const p = await prepare(alice, 'alice', mode, to, cc, bcc);
    assert.equal(p.status, 200, p.text);
    assert.equal(await modeOf(['bob@demo.test', one]), mode);
    assert.equal(await modeOf([one], ['BOB@demo.test']), mode);
    assert.equal(await modeOf([], [one, 'bob@demo.test', one]), mode);
  }
  assert.equal(await modeOf([one]), null, 'a part of it is another set');
  assert.equal(await modeOf([one], ['bob@demo.test', 'carol@demo.test']), null);
  assert.equal(await modeOf([]), null);
  // Who was written to cannot be read out of it.
  const stored = redis('web', 'HGETALL', `${instance.instance}:u:alice@demo.test:modes`);
  assert.ok(stored.includes('sign') && !/bob@|one-/.test(stored));
});

test('what could not be prepared is not remembered; the mode of a mail that is only kept neither', async () => {
  const p = await prepare(alice, 'alice', 'encrypt', ['carol']);
  assert.equal(p.status, 422, p.text);
  assert.equal(p.json.code, 'no_certificate');
  assert.equal((await modeOf(['carol@demo.test'])) === 'encrypt', false);
  const asked = `asked-${randomUUID()}@demo.test`;
  assert.equal((await prepare(alice, 'alice', 'sign', [asked], [], [], { remember: false })).status, 200);
  assert.equal(await modeOf([asked]), null, 'a note that asks is no choice');
});

test('it is refused where it is no list of addresses, and without S/MIME nobody is told or remembered', async () => {
  for (const others of [[7], 'x', {}, Array.from({ length: 501 }, () => 'a@x.test')]) assert.ok([400, 413, 422].includes((await alice.post('/api/v1/compose/recipients', { addresses: [], others })).status));
  assert.equal((await carol.post('/api/v1/compose/recipients', { addresses: ['bob@demo.test'] })).status, 403);
  const kept = () => redis('web', 'HLEN', `${instance.instance}:u:carol@demo.test:modes`);
  const before = kept();
  const p = await prepare(carol, 'carol', 'none', [`new-${randomUUID()}`]);
  assert.equal(p.status, 200, p.text);
  assert.equal(kept(), before);
  await carol.delete('/api/v1/compose/draft', { submission: p.json.message_id.replace(/^<|@.*$/g, '') });
});
