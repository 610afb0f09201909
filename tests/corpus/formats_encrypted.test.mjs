// Encrypted mail in every form that senders make, also those nobody put into a file for us: recipients,
// key agreements, ciphers, encodings. What can be opened shows its text under the right word; what cannot
// says so and shows nothing.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import { existsSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { AGREEMENTS, attribute, envelope, kari, kekri, ktri, OID, pwri, WRAPS } from '../lib/cmsmake.mjs';
import { children, ctx, int, octets, oid, seq, setOf, toBer, utf8 } from '../lib/der.mjs';
import { BODY, p7m, SHOWN, Zoo } from '../lib/zoo.mjs';
import { corpus } from './expect.mjs';

const zoo = new Zoo(path.join(import.meta.dirname, '../..'));
after(() => zoo.close());
zoo.rsa();
const file = () => zoo.file('body', BODY);
/** openssl cms -encrypt to one person. */
function by(name, ...args) {
  const at = args.indexOf('-keyopt'), last = at < 0 ? args.length : at;
  return zoo.openssl('cms', '-encrypt', '-binary', '-outform', 'DER', '-in', file(), ...args.slice(0, last), '-recip', `${name}.pem`, ...args.slice(last));
}
function opens(der, name, word, message) {
  const got = zoo.inspect(zoo.mail(p7m(der)), [name]);
  assert.equal(got.verdict, word, `${message ?? ''} ${got.codes}`);
  assert.ok(got.text.includes(SHOWN), `${message}: ${got.text}`);
  return got;
}
function stays(der, name, word, code, message) {
  const got = zoo.inspect(zoo.mail(p7m(der)), [name]);
  assert.equal(got.verdict, word, `${message ?? ''} ${got.codes}`);
  assert.equal(got.text, '', message);
  if (code) assert.ok(got.codes.includes(code), `${message}: ${got.codes}`);
  return got;
}
const CBC = 'encrypted-unauthenticated', GCM = 'encrypted';

test('content ciphers: what is read, and under which word', () => {
  for (const c of ['aes128', 'aes192', 'aes256', 'camellia128', 'camellia192', 'camellia256']) opens(by('rsa', `-${c}`), 'rsa', CBC, c);
  for (const c of ['aes-128-gcm', 'aes-192-gcm', 'aes-256-gcm']) opens(by('rsa', `-${c}`), 'rsa', GCM, c);
  for (const c of ['des3', 'rc2-40-cbc', 'rc2-64-cbc', 'rc2-cbc']) {
    const got = opens(by('rsa', `-${c}`, '-provider', 'legacy', '-provider', 'default'), 'rsa', CBC, c);
    assert.ok(got.codes.includes('weak_cipher'), `${c}: ${got.codes}`);
    assert.equal(got.level, 'warning', c);
  }
  for (const c of ['des-cbc', 'seed-cbc', 'cast5-cbc'])
    stays(by('rsa', `-${c}`, '-provider', 'legacy', '-provider', 'default'), 'rsa', 'decrypt-error', 'cipher_unsupported', c);
  const rsa = zoo.people.rsa.cert;
  opens(envelope(BODY, [(k) => ktri(rsa, k)], { cipher: 'chacha20-poly1305' }), 'rsa', GCM, 'ChaCha20-Poly1305');
  stays(envelope(BODY, [(k) => ktri(rsa, k)], { cipher: 'aes-256-ccm' }), 'rsa', 'decrypt-error', 'cipher_unsupported', 'CCM');
});

test('RSA-OAEP with every hash, and another one for its mask', () => {
  const rsa = zoo.people.rsa.cert;
  for (const hash of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'])
    for (const mgf of ['sha1', 'sha256', 'sha512']) opens(envelope(BODY, [(k) => ktri(rsa, k, { hash, mgf })]), 'rsa', CBC, `${hash} ${mgf}`);
  opens(envelope(BODY, [(k) => ktri(rsa, k, { hash: 'sha256', label: Buffer.from('label') })], { cipher: 'aes-256-gcm' }), 'rsa', GCM, 'a label');
  opens(by('rsa', '-aes256', '-keyopt', 'rsa_padding_mode:oaep', '-keyopt', 'rsa_oaep_md:sha256', '-keyopt', 'rsa_mgf1_md:sha1'), 'rsa', CBC, 'openssl');
});

// The form of the corpus' rsa-malformed.der (OpenSSL's own test): a label source that names no label.
const NO_LABEL = (cert, wrapped) => {
  const sha256 = seq(oid(OID.sha256));
  const source = seq(oid(OID.oaep), seq(ctx(0, sha256), ctx(1, seq(oid(OID.mgf1), sha256)), ctx(2, seq(oid(OID.pSpecified)))));
  return seq(int(0), cert.issuerAndSerial, source, octets(wrapped));
};
test('RSA-OAEP with malformed parameters is not guessed at', () => {
  const rsa = zoo.people.rsa.cert;
  const wrap = (k) => crypto.publicEncrypt({ key: rsa.x509.publicKey, oaepHash: 'sha256' }, k);
  for (const cipher of ['aes-256-cbc', 'aes-256-gcm']) stays(envelope(BODY, [(k) => NO_LABEL(rsa, wrap(k))], { cipher }), 'rsa', 'decrypt-error', undefined, cipher);
});
const malformed = path.join(corpus, 'smime/openssl/rsa-malformed.der');
test('the corpus\' malformed recipient, for a key that is held', { skip: !existsSync(malformed) && `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)` }, () => {
  const [type, content] = children(readFileSync(malformed));
  const [version, recipients, encrypted] = children(children(content)[0]);
  const [number, , ...rest] = children(children(recipients)[0]);
  const ours = setOf(seq(number, zoo.people.rsa.cert.issuerAndSerial, ...rest));
  stays(seq(type, ctx(0, seq(version, ours, encrypted))), 'rsa', 'decrypt-error', undefined, 'rsa-malformed.der');
});

test('ECDH: every key derivation, wrap and curve', () => {
  for (const curve of ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'brainpoolP256t1', 'secp256k1']) {
    const p = zoo.ec(curve);
    opens(by(p.name, '-aes256'), p.name, CBC, `openssl ${curve}`);
    opens(envelope(BODY, [(k) => kari(p.cert, k)], { cipher: 'aes-256-gcm' }), p.name, GCM, curve);
  }
  const p = zoo.people['p-256'];
  for (const agreement of Object.keys(AGREEMENTS)) opens(envelope(BODY, [(k) => kari(p.cert, k, { agreement })]), 'p-256', CBC, agreement);
  for (const wrap of Object.keys(WRAPS)) {
    opens(envelope(BODY, [(k) => kari(p.cert, k, { wrap })], { cipher: 'aes-192-gcm' }), 'p-256', GCM, wrap);
    opens(envelope(BODY, [(k) => kari(p.cert, k, { wrap, wrapNull: true, agreement: 'std-sha1' })]), 'p-256', CBC, `${wrap} with NULL`);
    if (!wrap.startsWith('des')) opens(by('p-256', '-aes256', `-${wrap}`, '-keyopt', 'ecdh_kdf_md:sha384'), 'p-256', CBC, `openssl ${wrap}`);
  }
  opens(envelope(BODY, [(k) => kari(p.cert, k, { wrap: 'des3-wrap' })], { cipher: 'des-ede3-cbc' }), 'p-256', CBC, '3DES all the way');
  opens(by('p-256', '-des3', '-des3-wrap'), 'p-256', CBC, 'openssl 3DES');
  opens(by('p-256', '-aes256', '-keyopt', 'ecdh_cofactor_mode:1'), 'p-256', CBC, 'openssl cofactor');
  for (const parameters of ['null', 'absent']) opens(envelope(BODY, [(k) => kari(p.cert, k, { parameters })]), 'p-256', CBC, `parameters ${parameters}`);
  opens(envelope(BODY, [(k) => kari(p.cert, k, { ukm: crypto.randomBytes(64) })]), 'p-256', CBC, 'with user keying material');
  opens(envelope(BODY, [(k) => kari(p.cert, k, { keyid: true })]), 'p-256', CBC, 'by key identifier');
});

test('recipients among others: by key identifier, passwords, shared keys, several of one person', () => {
  const rsa = zoo.people.rsa.cert, other = zoo.rsa('other').cert, ec = zoo.ec('P-256').cert;
  opens(by('rsa', '-aes256', '-keyid'), 'rsa', CBC, 'openssl -keyid');
  opens(envelope(BODY, [pwri, kekri, (k) => ktri(other, k), (k) => kari(ec, k), (k) => ktri(rsa, k)]), 'rsa', CBC, 'the last of five');
  opens(envelope(BODY, [(k) => ktri(rsa, crypto.randomBytes(k.length)), (k) => ktri(rsa, k)]), 'rsa', CBC, 'the first of two is not the key');
  opens(envelope(BODY, [...Array(200).fill((k) => ktri(other, k)), (k) => ktri(rsa, k)]), 'rsa', CBC, 'two hundred strangers first');
  const wrong = (n) => Array(n).fill((k) => ktri(rsa, crypto.randomBytes(k.length)));
  opens(envelope(BODY, [...wrong(15), (k) => ktri(rsa, k)], { cipher: 'aes-256-gcm' }), 'rsa', GCM, 'fifteen that are not the key');
  stays(envelope(BODY, [...wrong(16), (k) => ktri(rsa, k)], { cipher: 'aes-256-gcm' }), 'rsa', 'decrypt-error', undefined, 'sixteen attempts are enough');
  stays(envelope(BODY, [(k) => ktri(other, k)]), 'rsa', 'encrypted-no-key', undefined, 'somebody else');
  stays(envelope(BODY, [pwri]), 'rsa', 'encrypted-no-key', undefined, 'a password only');
  stays(envelope(BODY, []), 'rsa', 'encrypted-no-key', undefined, 'nobody');
});

test('authenticated attributes are part of what is authenticated; tags have 12 to 16 bytes', () => {
  const rsa = zoo.people.rsa.cert, to = [(k) => ktri(rsa, k)];
  const attributes = [attribute(OID.contentType, oid(OID.data)), attribute('1.2.840.113549.1.9.16.2.4', utf8('a hint'))];
  opens(envelope(BODY, to, { cipher: 'aes-256-gcm', attributes }), 'rsa', GCM, 'with attributes');
  const der = envelope(BODY, to, { cipher: 'aes-256-gcm', attributes });
  der[der.indexOf(Buffer.from('a hint'))] ^= 1;
  stays(der, 'rsa', 'decrypt-error', undefined, 'a changed attribute');
  for (const tag of [12, 13, 14, 15, 16]) opens(envelope(BODY, to, { cipher: 'aes-256-gcm', tag }), 'rsa', GCM, `tag of ${tag}`);
  for (const tag of [4, 8]) stays(envelope(BODY, to, { cipher: 'aes-256-gcm', tag }), 'rsa', 'decrypt-error', undefined, `tag of ${tag}`);
});

test('BER: indefinite lengths and strings in pieces, everywhere', () => {
  const rsa = zoo.people.rsa.cert, ec = zoo.ec('P-256').cert;
  opens(by('rsa', '-aes256', '-stream'), 'rsa', CBC, 'openssl -stream');
  opens(by('rsa', '-aes-256-gcm', '-stream'), 'rsa', GCM, 'openssl -stream, GCM');
  for (const cipher of ['aes-256-cbc', 'aes-256-gcm'])
    for (const [to, name] of [[(k) => ktri(rsa, k), 'rsa'], [(k) => kari(ec, k, { ukm: Buffer.from('ukm') }), 'p-256']]) {
      const word = cipher.endsWith('gcm') ? GCM : CBC;
      const attributes = word === GCM ? [attribute(OID.contentType, oid(OID.data)), attribute('1.2.840.113549.1.9.16.2.4', utf8('hint'))] : undefined;
      opens(toBer(envelope(BODY, [to], { cipher, attributes })), name, word, `${cipher} to ${name}, all in BER`);
      opens(toBer(envelope(BODY, [to], { cipher, attributes }), undefined, 1), name, word, `${cipher} to ${name}, byte by byte`);
    }
  const originator = ctx(0, ctx(0, rsa.der));
  opens(envelope(BODY, [(k) => ktri(rsa, k)], { originator }), 'rsa', CBC, 'with originator info');
  const twice = Buffer.concat([envelope(BODY, [(k) => ktri(rsa, k)]), Buffer.alloc(64)]);
  opens(twice, 'rsa', CBC, 'zeros after the end');
});

test('labels: what the content is counts, not what it is called', () => {
  const der = by('rsa', '-aes-256-gcm');
  const wide = (der.toString('base64').match(/.{1,4000}/g)).join('\r\n');
  const forms = {
    'no smime-type': [['Content-Type', 'application/pkcs7-mime; name=smime.p7m'], ['Content-Transfer-Encoding', 'base64']],
    'wrong smime-type': [['Content-Type', 'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m'], ['Content-Transfer-Encoding', 'base64']],
    'x-pkcs7-mime, upper case': [['CONTENT-TYPE', 'APPLICATION/X-PKCS7-MIME; NAME="SMIME.P7M"'], ['CONTENT-TRANSFER-ENCODING', 'BASE64']],
    'octet-stream with the name': [['Content-Type', 'application/octet-stream; name="smime.p7m"'], ['Content-Transfer-Encoding', 'base64']],
    'octet-stream, name in the disposition': [['Content-Type', 'application/octet-stream'], ['Content-Transfer-Encoding', 'base64'], ['Content-Disposition', 'attachment; filename=smime.p7m']],
    'octet-stream, name as RFC 2231 has it': [['Content-Type', 'application/octet-stream'], ['Content-Transfer-Encoding', 'base64'], ['Content-Disposition', "attachment; filename*=utf-8''smime%2Ep7m"]],
    'no name at all': [['Content-Type', 'application/pkcs7-mime'], ['Content-Transfer-Encoding', 'base64']],
    'application/cms': [['Content-Type', 'application/cms; encapsulatedContent=data; innerContent=data'], ['Content-Transfer-Encoding', 'base64']],
    'the encoding with a blank and a comment': [['Content-Type', 'application/pkcs7-mime'], ['Content-Transfer-Encoding', ' Base64 (of course)']],
  };
  for (const [name, head] of Object.entries(forms)) {
    const got = zoo.inspect(zoo.mail(p7m(der, '', head)), ['rsa']);
    assert.equal(got.verdict, GCM, name);
    assert.ok(got.text.includes(SHOWN), name);
    assert.deepEqual(got.attachments, [], `${name}: the p7m is no attachment`);
  }
  const head = Buffer.from('Content-Type: application/pkcs7-mime; smime-type=authEnveloped-data\r\n');
  const bodies = {
    binary: [Buffer.from('Content-Transfer-Encoding: binary\r\n\r\n'), der],
    'very long lines': [Buffer.from('Content-Transfer-Encoding: base64\r\n\r\n'), Buffer.from(`${wide}\r\n`)],
    'base64 that nobody declared': [Buffer.from('\r\n'), Buffer.from(`${der.toString('base64').match(/.{1,76}/g).join('\r\n')}\r\n`)],
    'base64 in LF': [Buffer.from('Content-Transfer-Encoding: base64\n\n'), Buffer.from(`${der.toString('base64').match(/.{1,64}/g).join('\n')}\n`)],
    'a PEM block': [Buffer.from('Content-Transfer-Encoding: 7bit\r\n\r\n'), Buffer.from(`-----BEGIN CMS-----\r\n${der.toString('base64').match(/.{1,64}/g).join('\r\n')}\r\n-----END CMS-----\r\n`)],
  };
  for (const [name, parts] of Object.entries(bodies)) {
    const got = zoo.inspect(zoo.mail(Buffer.concat([head, ...parts])), ['rsa']);
    assert.equal(got.verdict, GCM, name);
    assert.ok(got.text.includes(SHOWN), name);
  }
});

test('X25519 opens with its key; what comes after it says that a key is needed', () => {
  zoo.person('x25519', ['-algorithm', 'X25519'], 'keyAgreement');
  const x = zoo.people.x25519.cert;
  const der = envelope(BODY, [(k) => kari(x, k, { agreement: 'hkdf-sha256' })], { cipher: 'aes-256-gcm' });
  opens(der, 'x25519', GCM, 'X25519');
  stays(der, 'rsa', 'encrypted-no-key', undefined, 'for somebody else');
  const kem = ctx(4, oid('1.2.840.113549.1.9.16.13.3'), octets('a key encapsulation of RFC 9629'));
  stays(envelope(BODY, [() => kem]), 'rsa', 'encrypted-no-key', undefined, 'OtherRecipientInfo');
});
