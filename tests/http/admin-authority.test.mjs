// An organisation's own authority by the administration's API: made, used, published, removed; and mail signed with what it issued is
// green to a colleague, until it is revoked.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { adminClient, adminOrigin, adminReader, org } from '../lib/admin.mjs';
import { Client } from '../lib/http.mjs';
import { ctl, folderId, imapOf, instance, signedIn } from '../lib/instance.mjs';
import { base64, entity, message, multipart, text } from '../lib/mime.mjs';
import { openssl } from '../lib/smime.mjs';

const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-authority-'));
const at = (name) => path.join(dir, name);
const EVE = 'issued-eve@demo.test', POOR = 'issued-poor@demo.test';
const archive = folderId('Archive');
let olga, walt, rita, bob, imap;
const json = (...args) => JSON.parse(ctl(...args, '--json'));
const said = (r) => [r.status, r.json?.code, r.json?.details?.field];
async function forget() {
  for (const address of [EVE, POOR]) {
    for (const c of json('certificate', 'list', 'demo', address)) ctl('certificate', 'remove', address, c.fingerprint);
  }
  for (const x of json('certificate', 'issued', 'demo')) if (!x.revoked_at) ctl('certificate', 'revoke', x.address, x.fingerprint, '--reason', 'cessationOfOperation');
  for (const x of json('certificate', 'requests', 'demo')) ctl('certificate', 'withdraw', 'demo', x.key);
  if (json('authority', 'list').some((x) => x.organisation === 'demo')) ctl('authority', 'remove', 'demo');
}
before(async () => {
  await forget();
  for (const a of [EVE, POOR]) ctl('account', 'add', a);
  ctl('licence', 'activate', 'demo', EVE);
  [olga, walt, rita] = [await adminClient('olga'), await adminClient('walt'), await adminReader('rita')];
  bob = await signedIn('bob');
  imap = await imapOf('bob');
});
after(async () => {
  await forget();
  for (const a of [EVE, POOR]) ctl('account', 'remove', a);
  await imap?.close?.();
  for (const c of [olga, walt, rita, bob]) c?.close();
  rmSync(dir, { recursive: true });
});

test('only an owner makes an authority; everybody may look, nobody without the rights may use it', async () => {
  assert.equal((await rita.get(org('authority'))).json.authority, null);
  assert.equal((await walt.post(org('authority/create'), {})).status, 403);
  assert.deepEqual(said(await walt.post(org('issue'), { addresses: [EVE] })), [404, 'not_found', 'authority']);
  assert.deepEqual(said(await olga.post(org('authority/create'), { algorithm: 'rsa512' })), [422, 'invalid', 'algorithm']);
  const r = await olga.post(org('authority/create'), { algorithm: 'p256' });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual([r.json.authority.domains, r.json.authority.list.number > 1e9, r.json.authority.automatic], [['demo.test'], true, false]);
  assert.match(r.json.authority.certificate, /^-----BEGIN CERTIFICATE-----/);
  assert.deepEqual(said(await olga.post(org('authority/create'), {})), [409, 'conflict', 'authority']);
  assert.equal((await rita.get(org('authority'))).json.authority.fingerprint, r.json.authority.fingerprint);
  assert.equal((await rita.post(org('issue'), { addresses: [EVE] })).status, 403);
  assert.equal((await walt.post(org('authority/set'), { automatic: true })).json.authority.automatic, true);
  assert.equal((await walt.post(org('authority/set'), { automatic: false, version: 1 })).status, 409);
  assert.equal((await walt.post(org('authority/set'), { automatic: false })).json.authority.automatic, false);
});

let serial;
test('issued to one and to all that lack one; renewed; every row says what became of it', async () => {
  const r = await walt.post(org('issue'), { addresses: [EVE, POOR, 'nobody@demo.test'] });
  assert.equal(r.status, 200, r.text);
  assert.deepEqual(r.json.rows.map((x) => [x.result, x.field]), [['issued', undefined], ['refused', 'licence'], ['refused', 'account']]);
  assert.deepEqual((await walt.post(org('issue'), { addresses: [EVE] })).json.rows.map((x) => x.result), ['unchanged']);
  assert.deepEqual(said(await walt.post(org('issue'), { addresses: Array.from({ length: 21 }, () => EVE) })).slice(0, 2), [413, 'too_large']);
  assert.ok(!(await rita.post(org('authority/lacking'), {})).json.addresses.includes(EVE));
  assert.deepEqual((await rita.post(org('due'), {})).json.rows, []);
  assert.ok((await rita.post(org('due'), { at: new Date(Date.now() + 300 * 86400e3).toISOString().slice(0, 19) + 'Z' })).json.rows.some((x) => x.address === EVE));
  const renewed = (await walt.post(org('renew'), { addresses: [EVE] })).json;
  assert.deepEqual([renewed.rows[0].result, renewed.left], ['renewed', 0]);
  const issued = (await rita.post(org('issued/query'), { text: EVE, limit: 1 })).json;
  assert.deepEqual([issued.total, issued.rows.length, issued.rows[0].address], [2, 1, EVE]);
});

test('mail signed with an issued certificate is green to a colleague, and red from the moment it is revoked', async () => {
  openssl(['genpkey', '-quiet', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', at('eve.key')]);
  const csr = openssl(['req', '-new', '-key', at('eve.key'), '-subj', '/CN=x', '-outform', 'DER']);
  const r = await walt.post(org('issue'), { addresses: [EVE], again: true, request: csr.toString('base64') });
  assert.equal(r.json.rows[0].result, 'issued', r.text);
  const { fingerprint } = r.json.rows[0];
  const { der } = (await walt.post(org('certificates/show'), { address: EVE, fingerprint })).json.certificate;
  writeFileSync(at('eve.pem'), openssl(['x509', '-inform', 'DER'], Buffer.from(der, 'base64')));
  writeFileSync(at('ca.pem'), (await walt.get(org('authority'))).json.authority.certificate);
  const inner = text('What was said is meant.');
  const p7s = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']],
    base64(openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', at('eve.pem'), '-inkey', at('eve.key'), '-certfile', at('ca.pem')], inner)));
  const uid = await imap.append('Archive', message({ from: EVE, to: 'bob@demo.test', subject: `Issued ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@demo.test>` },
    multipart('signed', [inner, p7s], '; protocol="application/pkcs7-signature"; micalg=sha-256')));
  const { uidvalidity } = (await bob.get(`/api/v1/folders/${archive}/messages?offset=0&limit=1`)).json;
  const security = async () => (await bob.get(`/api/v1/folders/${archive}/messages/${uid}?uidvalidity=${uidvalidity}`)).json.security;
  const s = await security();
  assert.equal(s.signature.signers[0].revocation, 'good', JSON.stringify(s));
  assert.deepEqual([s.verdict, s.level, s.signature.signers[0].trusted_by], ['signed-valid', 'good', 'organisation'], JSON.stringify(s));

  assert.deepEqual(said(await walt.post(org('revoke'), { address: EVE, fingerprint, reason: 'why' })), [422, 'invalid', 'reason']);
  const revoked = await walt.post(org('revoke'), { address: EVE, fingerprint, reason: 'keyCompromise' });
  assert.equal(revoked.status, 200, revoked.text);
  ({ serial } = revoked.json.revoked);
  assert.deepEqual((await rita.post(org('issued/query'), { status: 'revoked' })).json.rows.map((x) => x.fingerprint), [fingerprint]);
  assert.equal((await rita.post(org('certificates/show'), { address: EVE, fingerprint })).json.certificate.status, 'revoked');
  const now = await security();
  assert.deepEqual([now.level, now.signature.signers[0].revocation], ['bad', 'revoked'], JSON.stringify(now));
});

test('the list is anybody\'s, on both origins, and openssl finds the revoked one on it', async () => {
  const { url } = (await walt.get(org('authority'))).json.authority.list;
  for (const origin of [instance.origin, adminOrigin]) {
    const anybody = new Client(origin);
    const r = await anybody.get(new URL(url).pathname);
    assert.deepEqual([r.status, r.headers['content-type'], r.headers['cache-control']], [200, 'application/pkix-crl', 'public, max-age=3600']);
    const said_ = openssl(['crl', '-inform', 'DER', '-noout', '-text'], r.bytes).toString();
    assert.match(said_, new RegExp(`Serial Number: ${serial.toUpperCase()}`));
    for (const wrong of ['/crl/demo', '/crl/demo.crl', '/crl/none.crl', `/crl/demo-${'0'.repeat(64)}.crl`, '/crl/..%2Fdemo.crl', '/crl/.crl']) assert.ok([400, 404].includes((await anybody.get(wrong)).status), wrong);
    anybody.close();
  }
  const { number } = (await walt.get(org('authority'))).json.authority.list;
  assert.ok((await walt.post(org('authority/crl'), {})).json.authority.list.number > number);
});

test('a request to an authority outside, its answer and its withdrawal', async () => {
  const r = await walt.post(org('csr'), { address: POOR, algorithm: 'p256' });
  assert.equal(r.status, 200, r.text);
  writeFileSync(at('req.pem'), r.json.request.request);
  assert.deepEqual((await rita.get(org('csr'))).json.rows.map((x) => x.key), [r.json.request.key]);
  openssl(['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('out.key'), '-out', at('out.pem'), '-days', '30', '-subj', '/CN=Test authority outside']);
  writeFileSync(at('out.ext'), `subjectAltName=email:${POOR}\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\n`);
  const pem = openssl(['x509', '-req', '-in', at('req.pem'), '-CA', at('out.pem'), '-CAkey', at('out.key'), '-set_serial', '7', '-days', '20', '-extfile', at('out.ext')]);
  assert.deepEqual(said(await walt.post(org('csr/answer'), { address: EVE, file: pem.toString('base64') })), [404, 'not_found', 'request']);
  const done = await walt.post(org('csr/answer'), { address: POOR, file: pem.toString('base64') });
  assert.deepEqual([done.status, done.json.certificate?.custody, done.json.certificate?.primary, done.json.certificate?.key], [200, 'agent', 'sign', r.json.request.key], done.text);
  const second = (await walt.post(org('csr'), { address: POOR, algorithm: 'p256' })).json.request;
  assert.equal((await rita.post(org('csr/withdraw'), { key: second.key })).status, 403);
  assert.equal((await walt.post(org('csr/withdraw'), { key: second.key })).status, 200);
});

test('an authority is removed once nothing it issued holds any more', async () => {
  assert.equal((await walt.post(org('authority/remove'), {})).status, 403);
  assert.deepEqual(said(await olga.post(org('authority/remove'), {})), [409, 'conflict', 'issued']);
  for (const x of (await rita.post(org('issued/query'), { status: 'valid' })).json.rows) assert.equal((await walt.post(org('revoke'), { address: x.address, fingerprint: x.fingerprint, reason: 'superseded' })).status, 200);
  const { authority } = (await rita.get(org('authority'))).json;
  assert.equal((await olga.post(org('authority/remove'), {})).status, 200);
  const after_ = (await rita.get(org('authority'))).json;
  assert.equal(after_.authority, null);
  const kept = after_.lists.find((x) => x.key === authority.list.key);
  assert.equal(kept.url, authority.list.url);
  assert.ok(Date.parse(kept.next) > Date.now() + 300 * 86400e3);
  const anybody = new Client(instance.origin), r = await anybody.get(new URL(authority.list.url).pathname);
  assert.equal(r.status, 200); // whoever was given a certificate of it can still ask
  const text_ = openssl(['crl', '-inform', 'DER', '-noout', '-text'], r.bytes).toString();
  assert.match(text_, new RegExp(`Serial Number: ${serial.toUpperCase()}`));
  anybody.close();
});
