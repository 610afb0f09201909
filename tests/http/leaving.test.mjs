// What leaves looks as what Outlook, Apple's and Mozilla's programs send and expect: structure, types, names, signed
// attributes, certificates; compared with real messages of the corpus.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { eventually, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { certificateDer, composeBody, fillVault, fingerprint, signAttributes } from '../lib/keyring.mjs';
import { openssl } from '../lib/smime.mjs';

const address = (name) => `${name}@${instance.domain}`;
const corpus = process.env.WAXSEAL_CORPUS ?? path.join(top, '../shared/corpus');
const skip = existsSync(path.join(corpus, 'manifest.json')) ? false : `no corpus at ${corpus}`;
const sample = (file) => readFileSync(path.join(corpus, 'smime', file), 'latin1').replaceAll(/\r?\n/g, '\r\n');

async function leaving(mode) {
  const c = await signedIn('alice');
  try {
    await fillVault(c, 'alice');
    assert.equal((await c.post('/api/v1/smime/certificates', { address: address('bob'), certificate: certificateDer('bob').toString('base64') })).status, 200);
    const fields = { submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [], reply_to: null, subject: 'Leaving', text: 'Text\n', html: null,
      in_reply_to: null, references: null, mode, may_encrypt: mode !== 'sign', signer: mode === 'encrypt' ? null : fingerprint('alice'), attachments: [] };
    const p = (await c.request('POST', '/api/v1/compose/prepare', composeBody(fields, []))).json;
    const r = await c.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? signAttributes('alice', p.attributes, p.digest) : null, content_key: p.content_key });
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

test('clear-signed: the structure of Thunderbird and of Outlook for Mac, to the names of the parts', { skip }, async () => {
  const ours = clearSigned(await leaving('sign'));
  for (const file of ['thunderbird/alice.dsig.SHA256.multipart.eml', 'bouncycastle/3nnn_smime.eml']) {
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
