// Asking one's organisation for a certificate over HTTP: what may be asked, by whom, once; what another account or organisation learns;
// the answer of the administration, and that a green badge to a colleague comes of it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { adminClient, adminReader, org } from '../lib/admin.mjs';
import { ctl, folderId, imapOf, instance, redis, signedIn } from '../lib/instance.mjs';
import { strongP12 } from '../lib/keyring.mjs';
import { base64, entity, message, multipart, text } from '../lib/mime.mjs';
import { openssl } from '../lib/smime.mjs';

const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-asked-'));
const at = (name) => path.join(dir, name);
const DAVE = 'dave@demo.test', QUEUE = `${instance.instance}:req:demo`;
const R = '/api/v1/smime/requests';
let olga, walt, rita, bob, dave, imap;
const made = [];
const json = (...args) => JSON.parse(ctl(...args, '--json'));
const said = (r) => [r.status, r.json?.code, r.json?.details?.field];
function forget() {
  for (const x of json('certificate', 'issued', 'demo')) if (!x.revoked_at) ctl('certificate', 'revoke', x.address, x.fingerprint, '--reason', 'cessationOfOperation');
  for (const c of json('certificate', 'list', 'demo', DAVE)) if (c.source === 'issued') ctl('certificate', 'remove', DAVE, c.fingerprint);
  if (json('authority', 'list').some((x) => x.organisation === 'demo')) ctl('authority', 'remove', 'demo');
}
function csr(names, name = 'own') {
  openssl(['genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at(`${name}.key`)]);
  return openssl(['req', '-new', '-key', at(`${name}.key`), '-subj', '/CN=Dave', '-addext', `subjectAltName=${names}`, '-outform', 'DER']).toString('base64');
}
/** As the browser stores a key that it made; what the file holds is nobody's business here. */
async function pending(client, request) {
  const r = await client.post('/api/v1/smime/keys', { p12, label: 'Asked', certificates: [], request });
  assert.equal(r.status, 200, r.text);
  made.push([client, r.json.id]);
  return r.json.id;
}
const row = () => JSON.parse(redis('web', 'HGET', QUEUE, DAVE));
let p12;

before(async () => {
  forget();
  [olga, walt, rita] = [await adminClient('olga'), await adminClient('walt'), await adminReader('rita')];
  [bob, dave] = [await signedIn('bob'), await signedIn('dave')];
  imap = await imapOf('bob');
  p12 = strongP12('bob', 'a passphrase for tests').toString('base64');
});
after(async () => {
  for (const [client, id] of made) await client.delete(`/api/v1/smime/keys/${id}`, {});
  redis('admin', 'DEL', QUEUE);
  forget();
  imap?.close();
  for (const c of [olga, walt, rita, bob, dave]) c?.close();
  rmSync(dir, { recursive: true });
});

test('nothing is offered without an authority; a request is the asker\'s own, once, by a key of the vault', async () => {
  const id = await pending(dave, csr(`email:${DAVE}`));
  assert.deepEqual((await dave.get(R)).json, { available: false, request: null });
  assert.equal((await dave.post(R, { key: id })).status, 404);
  assert.equal((await olga.post(org('authority/create'), { algorithm: 'p256' })).status, 200);
  assert.deepEqual((await dave.get(R)).json, { available: true, request: null });
  const other = await pending(dave, csr('email:bob@demo.test', 'other'));
  assert.deepEqual(said(await dave.post(R, { key: other })), [422, 'invalid', 'request']);
  assert.equal((await dave.post(R, { key: 'ffffffffffffffff' })).status, 404);
  assert.equal((await bob.post(R, { key: id })).status, 404, 'a key of another account');
  const r = await dave.post(R, { key: id });
  assert.deepEqual([r.status, r.json.request?.state, r.json.request?.key], [200, 'waiting', id], r.text);
  assert.deepEqual((await dave.post(R, { key: id })).json, r.json, 'asking again changes nothing');
  const third = await pending(dave, csr(`email:${DAVE}`, 'third'));
  assert.deepEqual(said(await dave.post(R, { key: third })), [409, 'conflict', 'request']);
  assert.equal((await bob.get(R)).json.request, null);
  const until = new Date(Date.now() - 1000).toISOString().slice(0, 19);
  redis('web', 'HSET', QUEUE, DAVE, JSON.stringify({ ...row(), until: `${until}Z` }));
  assert.equal((await dave.get(R)).json.request, null, 'ended');
  assert.equal((await dave.post(R, { key: third })).status, 200, 'what ended is in nobody\'s way');
  assert.equal((await dave.delete(`/api/v1/smime/keys/${third}`, {})).status, 200);
  assert.equal((await dave.get(R)).json.request, null, 'its key is gone');
});

test('the administration sees it, refuses with a reason; asked again it issues, and the mail is green', async () => {
  const [, id] = made[0];
  assert.equal((await dave.post(R, { key: id })).status, 200);
  const { rows } = (await rita.get(org('asked'))).json;
  assert.deepEqual(rows.map((x) => [x.address, x.algorithm]), [[DAVE, 'P-256']]);
  assert.match(rows[0].request, /^-----BEGIN CERTIFICATE REQUEST/);
  for (const what of ['approve', 'refuse']) assert.equal((await rita.post(org(`asked/${what}`), { addresses: [DAVE], reason: 'no' })).status, 403);
  assert.deepEqual(said(await walt.post(org('asked/refuse'), { addresses: [DAVE], reason: ' ' })), [422, 'invalid', 'reason']);
  assert.equal((await walt.post(org('asked/refuse'), { addresses: [DAVE], reason: 'Who are you?' })).json.done, 1);
  const refused = (await dave.get(R)).json.request;
  assert.deepEqual([refused.state, refused.reason, refused.certificate], ['refused', 'Who are you?', null]);

  assert.equal((await dave.post(R, { key: id })).json.request.state, 'waiting');
  const done = await walt.post(org('asked/approve'), { all: true });
  assert.deepEqual([done.json?.rows?.map((x) => x.result), done.json?.left], [['issued'], 0], done.text);
  const { fingerprint } = done.json.rows[0];
  const answer = (await dave.get(R)).json.request;
  assert.deepEqual([answer.state, answer.key, answer.issuers.length], ['issued', id, 1]);
  writeFileSync(at('own.pem'), openssl(['x509', '-inform', 'DER'], Buffer.from(answer.certificate, 'base64')));
  writeFileSync(at('ca.pem'), openssl(['x509', '-inform', 'DER'], Buffer.from(answer.issuers[0], 'base64')));
  const shown = (await rita.post(org('certificates/show'), { address: DAVE, fingerprint })).json.certificate;
  assert.deepEqual([shown.custody, shown.source, shown.primary, shown.der], ['user', 'issued', 'both', answer.certificate]);

  const folder = folderId('Archive'), inner = text('What was said is meant.');
  const p7s = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']],
    base64(openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', at('own.pem'), '-inkey', at('own.key'), '-certfile', at('ca.pem')], inner)));
  const uid = await imap.append('Archive', message({ from: DAVE, to: 'bob@demo.test', subject: `Asked ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@demo.test>` },
    multipart('signed', [inner, p7s], '; protocol="application/pkcs7-signature"; micalg=sha-256')));
  const { uidvalidity } = (await bob.get(`/api/v1/folders/${folder}/messages?offset=0&limit=1`)).json;
  const s = (await bob.get(`/api/v1/folders/${folder}/messages/${uid}?uidvalidity=${uidvalidity}`)).json.security;
  assert.deepEqual([s.verdict, s.level, s.signature.signers[0].trusted_by], ['signed-valid', 'good', 'organisation'], JSON.stringify(s));
  assert.equal((await dave.delete(R, {})).status, 200);
  assert.deepEqual((await dave.get(R)).json, { available: true, request: null });
});
