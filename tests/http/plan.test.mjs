// The administrator's flag: off means gone, at once, on running sessions.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { ctl, eventually, folderId, instance, signedIn } from '../lib/instance.mjs';
import { composeBody, fingerprint } from '../lib/keyring.mjs';

const inbox = folderId('INBOX');
let carol, alice;
before(async () => { carol = await signedIn('carol'); alice = await signedIn('alice'); });
after(() => { ctl('plan', 'set', 'enterprise', 'smime', 'on'); ctl('user', 'set', `carol@${instance.domain}`, 'basic'); carol.close(); alice.close(); });

const routes = [['GET', '/api/v1/smime/keys'], ['POST', '/api/v1/smime/keys'], ['POST', '/api/v1/smime/keys/x/file'], ['DELETE', '/api/v1/smime/keys/x'], ['PUT', '/api/v1/smime/primary'],
  ['POST', '/api/v1/smime/certificates'], ['POST', '/api/v1/smime/harvest'], ['POST', `/api/v1/folders/${inbox}/messages/1/open`], ['POST', `/api/v1/folders/${inbox}/messages/1/parts/1`]];

async function refusals(c) {
  const seen = [];
  for (const [method, path] of routes) {
    const r = await c.request(method, path, method === 'GET' ? {} : { json: {} });
    seen.push([`${method} ${path}`, r.status, r.json?.code]);
  }
  for (const mode of ['sign', 'encrypt', 'sign_encrypt']) {
    const r = await c.request('POST', '/api/v1/compose/prepare', composeBody({ submission: randomUUID(), from: { name: '', address: c.session.user.address }, to: [{ name: '', address: 'bob@demo.test' }],
      cc: [], bcc: [], reply_to: [], subject: 's', text: 't', html: null, mode, may_encrypt: false, signer: fingerprint('alice'), attachments: [] }));
    seen.push([`prepare ${mode}`, r.status, r.json?.code]);
  }
  return seen;
}
const message = async (c, subject) => {
  const r = await c.get(`/api/v1/folders/${inbox}/messages?offset=0&limit=200`);
  const row = r.json.messages.find((m) => m.subject === subject);
  return (await c.get(`/api/v1/folders/${inbox}/messages/${row.uid}?uidvalidity=${r.json.uidvalidity}`)).json;
};

test('a plan without S/MIME: 403 feature_disabled on every S/MIME route', async () => {
  assert.equal(carol.session.features.smime, false);
  for (const [what, status, code] of await refusals(carol)) assert.deepEqual([what, status, code], [what, 403, 'feature_disabled']);
});

test('signed mail is ordinary mail with an attachment, encrypted mail is an attachment', async () => {
  const signed = await message(carol, "Minutes of Tuesday's call");
  assert.ok(!signed.security || signed.security.level === 'none');
  assert.ok(signed.parts[0].content.includes('Present: Alice, Carol, Bob'));
  assert.deepEqual(signed.attachments.map((a) => a.name), ['smime.p7s']);
  const encrypted = await message(carol, 'Not for this plan');
  assert.ok(!encrypted.security?.job);
  assert.deepEqual(encrypted.attachments.map((a) => a.name), ['smime.p7m']);
});

test('switching the plan has effect on running sessions at their next request, both ways', async () => {
  assert.equal((await alice.get('/api/v1/smime/keys')).status, 200);
  ctl('plan', 'set', 'enterprise', 'smime', 'off');
  const started = Date.now();
  await eventually(async () => (await alice.get('/api/v1/smime/keys')).status === 403, 'the route closes');
  const took = Date.now() - started;
  for (const [what, status, code] of await refusals(alice)) assert.deepEqual([what, status, code], [what, 403, 'feature_disabled']);
  assert.equal((await alice.get('/api/v1/session')).json.features.smime, false);
  const signed = await message(alice, "Minutes of Tuesday's call");
  assert.ok(!signed.security || signed.security.level === 'none');
  ctl('plan', 'set', 'enterprise', 'smime', 'on');
  await eventually(async () => (await alice.get('/api/v1/smime/keys')).status === 200, 'the route opens again');
  console.log(`# off after ${took} ms`);
});

test('a user can be given another plan, and a wrong command says what was expected', async () => {
  ctl('user', 'set', `carol@${instance.domain}`, 'enterprise');
  await eventually(async () => (await carol.get('/api/v1/session')).json.features.smime === true, 'carol gets S/MIME');
  ctl('user', 'set', `carol@${instance.domain}`, 'basic');
  await eventually(async () => (await carol.get('/api/v1/session')).json.features.smime === false, 'and loses it');
  for (const args of [['plan', 'set', 'enterprise', 'smime', 'perhaps'], ['plan', 'set', 'enterprise', 'no-such', 'on'], ['user', 'set', 'not an address', 'basic']])
    assert.throws(() => ctl(...args), (e) => e.status !== 0 && String(e.stderr).length > 10, args.join(' '));
});
