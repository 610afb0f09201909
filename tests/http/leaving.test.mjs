// What leaves looks as what Outlook, Apple's and Mozilla's programs send and expect: structure, types, names, signed
// attributes, certificates; compared with real messages of the corpus.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { eventually, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';
import { openssl } from '../lib/smime.mjs';

const address = (name) => `${name}@${instance.domain}`;
const corpus = process.env.WAXSEAL_CORPUS ?? path.join(top, '../shared/corpus');
const skip = existsSync(path.join(corpus, 'manifest.json')) ? false : `no corpus at ${corpus}`;
const APPLE = '../mime/mail-gem/mime_emails-raw_email_with_nested_attachment.eml'; // the one signed message of Apple Mail in the corpus
const sample = (file) => readFileSync(path.join(corpus, 'smime', file), 'latin1').replaceAll(/\r?\n/g, '\r\n');

// key: {fingerprint, sign(prepared) -> base64}; the demo's key of alice when absent.
async function leaving(mode, key = { fingerprint: fingerprint('alice'), sign: (p) => signAttributes('alice', p.attributes, p.digest) }) {
  const c = await signedIn('alice');
  try {
    await fillVault(c, 'alice');
    assert.equal((await c.post('/api/v1/smime/certificates', { address: address('bob'), certificate: certificateDer('bob').toString('base64') })).status, 200);
    const fields = { submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [], reply_to: null, subject: 'Leaving', text: 'Text\n', html: null,
      in_reply_to: null, references: null, mode, may_encrypt: mode !== 'sign', signer: mode === 'encrypt' ? null : key.fingerprint, attachments: [] };
    const p = (await c.request('POST', '/api/v1/compose/prepare', composeBody(fields, []))).json;
    const r = await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? key.sign(p) : null, content_key: p.content_key });
    assert.equal(r.json?.status, 'sent', r.text);
    const imap = await imapOf('bob');
    try {
      await imap.select('INBOX');
      const [uid] = await eventually(async () => { const u = await imap.search(`HEADER Message-ID "<${fields.submission}@${instance.domain}>"`); return u.length ? u : null; }, 'bob has it');
      return (await imap.source(uid)).toString('latin1');
    } finally { imap.close(); }
  } finally { await c.post('/api/v1/signout', {}); c.close(); }
}

function part(text) {
  const at = text.indexOf('\r\n\r\n'), fields = {};
  for (const line of text.slice(0, at).replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) { const colon = line.indexOf(':'); fields[line.slice(0, colon).toLowerCase()] ??= line.slice(colon + 1).trim(); }
  return { fields, body: text.slice(at + 4) };
}
function values(field = '') {
  const [type, ...rest] = field.split(';').map((x) => x.trim()).filter(Boolean);
  return { type: type?.toLowerCase(), ...Object.fromEntries(rest.map((x) => { const at = x.indexOf('='); return [x.slice(0, at).toLowerCase(), x.slice(at + 1).replaceAll('"', '')]; })) };
}
/** What another program looks at, of a part that holds CMS. */
const look = (p) => { const type = values(p.fields['content-type']), how = values(p.fields['content-disposition']);
  return { type: type.type, smime: type['smime-type'], name: type.name, encoding: p.fields['content-transfer-encoding']?.toLowerCase(), disposition: how.type, filename: how.filename }; };
function clearSigned(mail) {
  const whole = part(mail), { type, protocol, micalg, boundary } = values(whole.fields['content-type']);
  const parts = whole.body.split(`--${boundary}`).slice(1, -1).map((x) => part(x.replace(/^\r\n/, '').replace(/\r\n$/, '')));
  return { shape: { type, protocol, micalg: micalg?.replaceAll('-', ''), parts: parts.length, signature: look(parts[1]) }, der: Buffer.from(parts[1].body.replaceAll(/\s/g, ''), 'base64') };
}
const print = (der) => openssl(['cms', '-cmsout', '-print', '-inform', 'DER', '-noout'], der).toString('latin1');

test('clear-signed: the structure of Thunderbird, Outlook for Mac and Apple Mail, to the names of the parts', { skip }, async () => {
  const ours = clearSigned(await leaving('sign'));
  for (const file of ['thunderbird/alice.dsig.SHA256.multipart.eml', 'bouncycastle/3nnn_smime.eml', APPLE]) {
    const theirs = clearSigned(sample(file)).shape;
    assert.deepEqual(ours.shape, { ...theirs, micalg: ours.shape.micalg }, file);
    assert.equal(ours.shape.micalg, 'sha256');
  }
});

test('the signature: attributes that programs read, capabilities with AES, the certificate included', { skip }, async () => {
  const ours = print(clearSigned(await leaving('sign')).der), theirs = print(clearSigned(sample('thunderbird/alice.dsig.SHA256.multipart.eml')).der);
  const attributes = (text) => [...text.matchAll(/object: ([A-Za-z/ ]+?) \(1\.2\.840\.113549\.1\.9\.(?:3|4|5|15)\)/g)].map((m) => m[1]).sort();
  assert.deepEqual([...new Set(attributes(ours))], [...new Set([...attributes(theirs), 'S/MIME Capabilities'])].sort());
  assert.match(ours, /aes-256-cbc/i);
  assert.match(ours, /eContent: <ABSENT>/, 'detached');
  const held = openssl(['pkcs7', '-inform', 'DER', '-print_certs'], clearSigned(await leaving('sign')).der).toString();
  const all = [...held.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END/g)].map((m) => Buffer.from(m[1], 'base64').toString('hex'));
  assert.ok(all.includes(certificateDer('alice').toString('hex')), 'the signer\'s, so that whoever answers can encrypt');
  assert.equal(new Set(all).size, all.length, 'each once');
});

test('encrypted: the labels of Outlook and Thunderbird', { skip }, async () => {
  const ours = look(part(await leaving('encrypt')));
  assert.ok(['enveloped-data', 'authEnveloped-data'].includes(ours.smime), JSON.stringify(ours));
  for (const file of ['thunderbird/alice.env.eml', 'bouncycastle/outlook_2010_beta_sime_msg.eml']) {
    const theirs = look(part(sample(file)));
    assert.deepEqual({ ...ours, smime: 'enveloped-data' }, theirs, file);
  }
});

test('a chain with intermediates: they go along, whoever has only the root can verify', async () => {
  const root = new Authority('', { adopt: { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') } });
  const upper = new Authority('Upper intermediate', { issuer: root }), lower = new Authority('Lower intermediate', { issuer: upper });
  const c = await signedIn('alice');
  let kept;
  try {
    lower.issue('alice', address('alice'));
    const chain = [lower.der('alice'), lower.der(), upper.der(), root.der()];
    writeFileSync(root.file('chain.pem'), lower.pem() + upper.pem() + root.pem());
    const p12 = openssl(['pkcs12', '-export', '-inkey', lower.file('alice.key'), '-in', lower.file('alice.pem'), '-certfile', root.file('chain.pem'), '-keypbe', 'AES-256-CBC', '-certpbe', 'AES-256-CBC',
      '-macalg', 'sha256', '-iter', '600000', '-passout', 'pass:a passphrase of this test']);
    const r = await c.post('/api/v1/smime/keys', { p12: p12.toString('base64'), label: 'with a chain', certificates: chain.map((x) => x.toString('base64')) });
    assert.equal(r.status, 200, r.text);
    kept = r.json.id;
    const mail = await leaving('sign', { fingerprint: lower.fingerprint('alice'), sign: (p) => crypto.sign(p.digest, Buffer.from(p.attributes, 'base64'), readFileSync(lower.file('alice.key'))).toString('base64') });
    const held = openssl(['pkcs7', '-inform', 'DER', '-print_certs'], clearSigned(mail).der).toString();
    const all = [...held.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END/g)].map((m) => Buffer.from(m[1], 'base64').toString('hex'));
    for (const [i, what] of ['the signer', 'the lower', 'the upper'].entries()) assert.ok(all.includes(chain[i].toString('hex')), what);
    const seen = openssl(['cms', '-verify', '-CAfile', root.file('ca.pem'), '-purpose', 'smimesign'], Buffer.from(mail, 'latin1')).toString();
    assert.match(seen, /Text/);
  } finally {
    if (kept) await c.delete(`/api/v1/smime/keys/${kept}`);
    await c.post('/api/v1/signout', {});
    c.close();
    for (const a of [lower, upper, root]) a.close();
  }
});
