// Certificates by the administration's API: registered one by one and by archive, listed, chosen, removed; every refusal names its field,
// every role may what it may, and no answer ever holds a private key or a passphrase.
import assert from 'node:assert/strict';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { adminClient, adminReader, org } from '../lib/admin.mjs';
import { TestIssuer, bulk, differences, fingerprint, pem, zip } from '../lib/bulk.mjs';
import { ctl } from '../lib/instance.mjs';
import { keyNeedles, passphraseNeedles, search } from '../lib/secrets.mjs';

const PASSPHRASE = 'Grüße an die Prüfung'; // a test passphrase
const issuer = new TestIssuer(), DOMAIN = 'demo.test';
const anna = issuer.mailbox(`certs-anna@${DOMAIN}`, PASSPHRASE), second = issuer.mailbox(`certs-anna@${DOMAIN}`, PASSPHRASE, { to: 20 }), pat = issuer.mailbox('pat@outside.test', 'x');
const many = bulk({ count: 40, domain: DOMAIN, prefix: 'hcert' });
const made = [anna.address, ...many.accounts], answers = [];
let walt, rita;
const ask = async (who, what, json) => { const r = await who.post(org(`certificates/${what}`), json); answers.push({ where: `${what}: ${r.status}`, bytes: r.bytes }); return r; };
const add = (m, more = {}) => ask(walt, 'add', { address: m.address, file: m.p12.toString('base64'), passphrase: PASSPHRASE, ...more });
const importing = async (bytes, mode, who = walt, type = 'application/zip') => { const r = await who.request('POST', org(`certificates/import?mode=${mode}`), { body: bytes, headers: { 'Content-Type': type } }); answers.push({ where: `import: ${r.status}`, bytes: r.bytes }); return r; };

before(async () => {
  for (const a of made) ctl('account', 'add', a);
  walt = await adminClient('walt');
  rita = await adminReader('rita');
});
after(async () => {
  for (const c of JSON.parse(ctl('certificate', 'list', 'demo', '--json'))) if (made.includes(c.address) || c.address.endsWith('@outside.test')) ctl('certificate', 'remove', c.address, c.fingerprint, '--organisation', 'demo');
  for (const a of made) ctl('account', 'remove', a);
  walt?.close();
  rita?.close();
});

test('one is registered, listed, shown, made primary and removed', async () => {
  const r = await add(anna);
  assert.equal(r.status, 200, r.text);
  const [row] = r.json.rows;
  assert.deepEqual([row.address, row.fingerprint, row.custody, row.primary, row.status, row.source, row.der], [anna.address, fingerprint(anna.der), 'agent', 'both', 'valid', 'upload', undefined]);
  assert.equal((await add(second)).json.rows[0].primary, 'none');
  assert.equal((await ask(walt, 'add', { address: 'Pat@Outside.test', file: Buffer.from(pem(pat.der)).toString('base64'), usage: 'encrypt' })).status, 200);

  const list = (await ask(rita, 'query', { address: anna.address })).json;
  assert.deepEqual(list.rows.map((x) => [x.fingerprint, x.status]), [[fingerprint(second.der), 'expiring'], [fingerprint(anna.der), 'valid']]); // the newest first
  const found = async (q) => (await ask(rita, 'query', q)).json.rows.map((x) => x.fingerprint).filter((f) => [anna, second, pat].some((m) => fingerprint(m.der) === f));
  assert.deepEqual(await found({ text: 'PAT@outside' }), [fingerprint(pat.der)]);
  assert.deepEqual(await found({ text: fingerprint(second.der).slice(0, 12) }), [fingerprint(second.der)]);
  assert.deepEqual(await found({ text: 'certs-anna', status: 'expiring' }), [fingerprint(second.der)]);
  assert.deepEqual(await found({ text: 'certs-anna', primary: 'yes' }), [fingerprint(anna.der)]);
  assert.deepEqual(await found({ text: 'outside.test', custody: 'none', usage: 'encrypt' }), [fingerprint(pat.der)]);
  assert.deepEqual(await found({ text: 'certs-anna', sort: 'expires' }), [fingerprint(second.der), fingerprint(anna.der)]);
  assert.deepEqual(await found({ text: 'certs-anna', from: new Date(Date.now() + 19 * 86400e3).toISOString().slice(0, 10) + 'T00:00:00Z', until: new Date(Date.now() + 22 * 86400e3).toISOString().slice(0, 10) + 'T00:00:00Z' }), [fingerprint(second.der)]);

  // the overview: certificates as their list counts them, in its warnings mailboxes as theirs does
  const glance = async () => {
    const o = (await rita.get(org('overview'))).json, total = async (list, q) => (await rita.post(org(`${list}/query`), { limit: 1, ...q })).json.total;
    const warned = o.warnings.find((w) => w.code === 'mailboxes_expiring')?.a ?? 0;
    assert.deepEqual([o.certificates.expiring_30, o.certificates.valid, warned], [await total('certificates', { status: 'expiring' }), await total('certificates', { status: 'valid' }), await total('accounts', { certificate: 'expiring' })]);
    return warned;
  };
  const warned = await glance();
  assert.equal((await ask(walt, 'primary', { address: anna.address, fingerprint: fingerprint(second.der), use: 'sign' })).json.certificate.primary, 'sign');
  assert.equal(await glance(), warned + 1, 'a certificate that is about to expire concerns nobody until it is used');
  const shown = (await ask(rita, 'show', { address: anna.address, fingerprint: fingerprint(anna.der).slice(0, 8) })).json.certificate;
  assert.deepEqual([shown.primary, shown.replaced_by, shown.der], ['encrypt', fingerprint(second.der), anna.der.toString('base64')]);

  const calendar = await rita.get(org('certificates/calendar'));
  const day = new Date(Date.now() + 20 * 86400e3).toISOString().slice(0, 10);
  const near = calendar.json.days.filter((d) => Math.abs(Date.parse(d.day) - Date.parse(day)) <= 86400e3 && d.addresses.includes(anna.address));
  assert.equal(near.length, 1, calendar.text);
  assert.ok(near[0].count >= near[0].addresses.length);

  assert.equal((await ask(walt, 'remove', { address: anna.address, fingerprint: fingerprint(second.der) })).status, 200);
  assert.equal((await ask(rita, 'show', { address: anna.address, fingerprint: fingerprint(second.der) })).status, 404);
});

test('what is wrong is refused by its field; readers change nothing', async () => {
  const said = (r) => [r.status, r.json?.code, r.json?.details?.field];
  const b64 = (bytes) => Buffer.from(bytes).toString('base64');
  assert.deepEqual(said(await add(anna)), [409, 'conflict', 'certificate']);
  assert.deepEqual(said(await add(issuer.mailbox(anna.address, 'other'))), [422, 'wrong_passphrase', 'passphrase']);
  assert.deepEqual(said(await add(issuer.mailbox(`certs-eve@${DOMAIN}`, PASSPHRASE), { address: anna.address })), [422, 'invalid', 'address']);
  assert.deepEqual(said(await add(issuer.mailbox(`certs-eve@${DOMAIN}`, PASSPHRASE))), [404, 'not_found', 'account']);
  assert.deepEqual(said(await add(issuer.mailbox(anna.address, PASSPHRASE, { from: -9, to: -1 }))), [422, 'invalid', 'validity']);
  assert.deepEqual(said(await ask(walt, 'add', { address: anna.address, file: '*' })), [422, 'invalid', 'file']);
  assert.deepEqual(said(await ask(walt, 'add', { address: anna.address, file: b64('garbage') })), [422, 'damaged', 'file']);
  assert.deepEqual(said(await ask(walt, 'add', { address: anna.address })), [422, 'invalid', 'file']);
  assert.deepEqual(said(await ask(walt, 'remove', { address: anna.address, fingerprint: 'ff' })), [422, 'invalid', 'certificate']);
  assert.deepEqual(said(await ask(rita, 'query', { status: 'new' })), [422, 'invalid', 'status']);
  assert.deepEqual(said(await ask(rita, 'query', { sort: 'key' })), [422, 'invalid', 'sort']);
  for (const [what, body] of [['add', { address: anna.address, file: b64(anna.p12), passphrase: PASSPHRASE }], ['remove', { address: anna.address, fingerprint: fingerprint(anna.der) }], ['primary', { address: anna.address, fingerprint: fingerprint(anna.der) }]]) assert.equal((await ask(rita, what, body)).status, 403, what);
  assert.equal((await importing(many.zip, 'check', rita)).status, 403);
  assert.equal((await walt.post(org('certificates/query', 'nobody'), {})).status, 404);
});

test('an archive: a check and the doing say the same of each row; again everything is there; what is no archive is refused', async () => {
  const check = await importing(many.zip, 'check');
  assert.equal(check.status, 200, check.text);
  assert.deepEqual(differences(check.json, many.expect), []);
  assert.equal((await ask(rita, 'query', { address: many.accounts[0] })).json.total, 0);
  const done = await importing(many.zip, 'do');
  assert.deepEqual(differences(done.json, many.expect), []);
  assert.deepEqual([done.json.of, done.json.done, done.json.not_tried, done.json.unused], [many.expect.length, many.expect.filter((r) => r.result === 'registered').length, 0, many.unused]);
  assert.equal(done.text.split('\n').filter((l) => /^{"row"/.test(l)).length, many.expect.length); // a line each, for who shows how far it is
  const again = await importing(many.zip, 'do');
  assert.deepEqual([again.json.done, again.json.already], [0, done.json.done + done.json.already]);
  assert.equal((await ask(rita, 'query', { text: 'hcert', limit: 5 })).json.rows.length, 5);
  const said = (r) => [r.status, r.json?.code, r.json?.details?.field];
  assert.deepEqual(said(await importing(Buffer.from('x'), 'do')), [422, 'damaged', 'file']);
  assert.deepEqual(said(await importing(zip([['t.csv', 'anna,bert\n']]), 'do')), [422, 'invalid', 'table']);
  assert.deepEqual(said(await importing(many.zip, 'perhaps')), [422, 'invalid', 'mode']);
  assert.deepEqual(said(await importing(many.zip, 'do', walt, 'text/csv')).slice(0, 2), [400, 'bad_request']);
});

test('no answer holds a private key or a passphrase', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-needles-'));
  try {
    const needles = [anna, second].flatMap((m, i) => {
      const file = path.join(dir, `${i}.pem`);
      writeFileSync(file, m.key.privateKey.export({ type: 'pkcs8', format: 'pem' }));
      return keyNeedles(`key ${i}`, file);
    });
    needles.push(...passphraseNeedles(PASSPHRASE), ...many.passphrases.slice(0, 20).flatMap((p) => passphraseNeedles(p)));
    assert.ok(answers.length > 30);
    assert.deepEqual(search(answers, needles), []);
    assert.ok(search([{ where: 'itself', bytes: anna.key.privateKey.export({ type: 'pkcs8', format: 'der' }) }], needles).length > 0); // the search finds what is there
  } finally { rmSync(dir, { recursive: true }); }
});
