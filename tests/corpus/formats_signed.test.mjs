// Signed mail in every form that senders make, also those nobody put into a file for us: keys, hashes,
// encodings, layers, labels, signers. What holds is green, what is weak or odd is said, what was changed is red.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import { after, test } from 'node:test';
import zlib from 'node:zlib';
import { algorithm, attribute, compressedData, contentInfo, envelope, ktri, OID, signedData, signerInfo } from '../lib/cmsmake.mjs';
import { ctx, int, octets, oid, prim, seq, set, toBer, utf8 } from '../lib/der.mjs';
import { BODY, clearSigned, p7m, SHOWN, Zoo } from '../lib/zoo.mjs';

const zoo = new Zoo(path.join(import.meta.dirname, '../..'));
after(() => zoo.close());
const { cert: rsaCert, key: rsaKey } = zoo.rsa();
const MAIL = 'rsa@zoo.example';

/** openssl cms -sign over inner; DER. */
const sign = (name, inner, ...args) => zoo.openssl('cms', '-sign', '-binary', '-outform', 'DER', '-in', zoo.file('body', inner), '-signer', `${name}.pem`, '-inkey', `${name}.key`, ...args);
const clear = (name, inner = BODY, ...args) => clearSigned(inner, sign(name, inner, ...args));
const opaque = (name, inner = BODY, ...args) => p7m(sign(name, inner, '-nodetach', ...args), 'signed-data');
const seal = (inner, cipher = 'aes-256-gcm') => p7m(envelope(inner, [(k) => ktri(rsaCert, k)], { cipher }), cipher.endsWith('gcm') ? 'authEnveloped-data' : 'enveloped-data');
function says(inner, word, message, from = MAIL, more = []) {
  const got = zoo.inspect(zoo.mail(inner, from, more), ['rsa']);
  assert.equal(got.verdict, word, `${message ?? ''}: ${got.codes}`);
  assert.ok(got.text.includes(SHOWN), `${message}: ${got.text}`);
  return got;
}
/** Changes one byte behind a mark. */
function altered(bytes, mark, by = 1) {
  const out = Buffer.from(bytes);
  out[out.indexOf(mark) + mark.length - 1] ^= by;
  return out;
}

test('keys and hashes of today', () => {
  for (const md of ['sha224', 'sha256', 'sha384', 'sha512', 'sha3-256']) says(clear('rsa', BODY, '-md', md), 'signed-valid', `RSA ${md}`);
  for (const curve of ['P-256', 'P-384', 'P-521', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1', 'secp256k1']) {
    const p = zoo.ec(curve);
    for (const md of ['sha256', 'sha512']) says(opaque(p.name, BODY, '-md', md), 'signed-valid', `${curve} ${md}`, p.address);
  }
  for (const md of ['sha256', 'sha384', 'sha512']) for (const salt of ['20', '32', '-1', '-2'])
    says(clear('rsa', BODY, '-md', md, '-keyopt', 'rsa_padding_mode:pss', '-keyopt', `rsa_pss_saltlen:${salt}`), 'signed-valid', `PSS ${md}, salt ${salt}`);
  says(clear('rsa', BODY, '-keyopt', 'rsa_padding_mode:pss', '-keyopt', 'rsa_mgf1_md:sha1'), 'signed-valid', 'PSS with a mask by SHA-1');
  zoo.person('pss', ['-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'], 'digitalSignature');
  says(clear('pss', BODY, '-keyopt', 'rsa_padding_mode:pss'), 'signed-valid', 'a key that is for PSS only', 'pss@zoo.example');
});

test('what is weak is said, and never green', () => {
  for (const md of ['sha1', 'md5']) {
    const got = says(clear('rsa', BODY, '-md', md), 'signed-weak-or-invalid', md);
    assert.notEqual(got.level, 'good');
  }
  zoo.person('small', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024']);
  says(clear('small'), 'signed-weak-or-invalid', '1024 bits', 'small@zoo.example');
  zoo.openssl('genpkey', '-genparam', '-algorithm', 'DSA', '-pkeyopt', 'dsa_paramgen_bits:1024', '-out', 'dsa.par');
  zoo.person('dsa', ['-paramfile', 'dsa.par'], 'digitalSignature');
  says(clear('dsa'), 'signed-weak-or-invalid', 'DSA', 'dsa@zoo.example');
  const two = [signerInfo(rsaCert, rsaKey, BODY), signerInfo(rsaCert, rsaKey, BODY, { digest: 'sha1' })];
  says(clearSigned(BODY, signedData(null, two, [rsaCert.der], { digests: ['sha256', 'sha1'] })), 'signed-weak-or-invalid', 'by SHA-256 and by SHA-1');
});

test('Ed25519, which OpenSSL 3.0 does not know in CMS: verified, and never believed when changed', () => {
  const p = zoo.person('ed25519', ['-algorithm', 'ED25519'], 'digitalSignature');
  const made = (content, o) => signedData(null, [signerInfo(p.cert, p.key, content, { digest: 'sha512', ...o })], [p.cert.der], { digests: ['sha512'] });
  const got = zoo.inspect(zoo.mail(clearSigned(BODY, made(BODY)), p.address));
  assert.equal(got.verdict, 'signed-valid', String(got.codes));
  const other = zoo.inspect(zoo.mail(clearSigned(BODY, made(Buffer.from('other'))), p.address));
  assert.equal(other.verdict, 'signed-invalid');
  const wrong = made(BODY, { sign: () => crypto.randomBytes(64) });
  assert.equal(zoo.inspect(zoo.mail(clearSigned(BODY, wrong), p.address)).verdict, 'signed-invalid');
});

test('S/MIME 2 and its PKCS#7, key identifiers, no attributes, no capabilities', () => {
  const v2 = (...args) => zoo.openssl('smime', '-sign', '-binary', '-outform', 'DER', '-md', 'sha256', '-in', zoo.file('body', BODY), '-signer', 'rsa.pem', '-inkey', 'rsa.key', ...args);
  says(clearSigned(BODY, v2()), 'signed-valid', 'PKCS#7, detached');
  says(p7m(v2('-nodetach'), 'signed-data'), 'signed-valid', 'PKCS#7, opaque');
  says(p7m(v2('-nodetach', '-noattr'), 'signed-data'), 'signed-valid', 'PKCS#7 without attributes');
  const v2enc = zoo.openssl('smime', '-encrypt', '-binary', '-des3', '-outform', 'DER', '-in', zoo.file('body', BODY), 'rsa.pem');
  says(p7m(v2enc), 'encrypted-unauthenticated', 'PKCS#7, 3DES');
  for (const more of [['-keyid'], ['-noattr'], ['-nosmimecap'], ['-cades'], ['-stream'], ['-certfile', 'root.pem']]) {
    says(opaque('rsa', BODY, ...more), 'signed-valid', `opaque ${more}`);
    if (more[0] !== '-stream') says(clear('rsa', BODY, ...more), 'signed-valid', `clear ${more}`);
  }
  says(p7m(sign('rsa', BODY, '-nodetach', '-nocerts'), 'signed-data'), 'signed-unverifiable', 'no certificate');
});

test('BER: content in pieces, indefinite lengths, also where DER was signed', () => {
  const der = sign('rsa', BODY, '-nodetach');
  says(p7m(toBer(der, (at) => /^1\.0\.[34]/.test(at), 7), 'signed-data'), 'signed-valid', 'outside, certificates and signers in DER');
  says(p7m(toBer(der, (at) => /^1\.0\.3/.test(at), 3), 'signed-data'), 'signed-valid', 'the signer and its attributes, too');
  says(clearSigned(BODY, toBer(sign('rsa', BODY), (at) => /^1\.0\.3/.test(at), 5)), 'signed-valid', 'a detached signature');
  says(p7m(Buffer.concat([der, Buffer.from('\r\n\0\0')]), 'signed-data'), 'signed-valid', 'something after the end');
  const changed = altered(toBer(der, (at) => /^1\.0\.[34]/.test(at), 7), Buffer.from('shown')); // may lie across two pieces
  assert.notEqual(zoo.inspect(zoo.mail(p7m(changed, 'signed-data'))).verdict, 'signed-valid');
});

test('layers: triple-wrapped, signed outside or inside, compressed between', () => {
  says(seal(clear('rsa')), 'encrypted+signed-valid', 'signed, then encrypted');
  says(seal(opaque('rsa'), 'aes-256-cbc'), 'encrypted+signed-valid', 'opaque, then CBC');
  says(clear('rsa', seal(BODY)), 'signed-valid+encrypted', 'encrypted, then signed');
  says(opaque('rsa', seal(BODY, 'aes-256-cbc')), 'signed-valid+encrypted', 'encrypted by CBC, then signed');
  says(clear('rsa', seal(clear('rsa'))), 'signed+encrypted+signed-valid', 'triple-wrapped');
  says(opaque('rsa', seal(opaque('rsa'))), 'signed+encrypted+signed-valid', 'triple-wrapped, opaque');
  says(seal(seal(BODY)), 'encrypted+encrypted', 'encrypted twice');
  const packed = (inner) => p7m(compressedData(zlib.deflateSync(inner)), 'compressed-data');
  says(packed(BODY), 'none', 'compressed');
  says(packed(clear('rsa')), 'signed-valid', 'signed, then compressed');
  says(clear('rsa', packed(BODY)), 'signed-valid', 'compressed, then signed');
  says(opaque('rsa', packed(BODY)), 'signed-valid', 'compressed, then signed opaque');
  says(seal(packed(opaque('rsa'))), 'encrypted+signed-valid', 'signed, compressed, encrypted');
  says(p7m(toBer(compressedData(zlib.deflateSync(BODY))), 'compressed-data'), 'none', 'compressed, in BER');
  says(p7m(contentInfo(OID.data, octets(BODY)), ''), 'none', 'merely wrapped');
});

test('compressed bombs end at the limit, damage is damage', () => {
  const bomb = zlib.deflateSync(Buffer.alloc(300 << 20, 'A'), { level: 9 });
  const twice = zlib.deflateSync(Buffer.concat([Buffer.from('Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: binary\r\n\r\n'), compressedData(bomb)]));
  const stored = Buffer.concat([Buffer.from('Content-Type: text/plain\r\n\r\n'), Buffer.alloc(100 << 20, 'B')]);
  for (const [name, der] of Object.entries({
    'one of 300 MB': compressedData(bomb), 'one in another': compressedData(twice), 'in BER': toBer(compressedData(bomb), undefined, 1000),
    'cut off': compressedData(zlib.deflateSync(BODY).subarray(0, 40)), 'not zlib': compressedData(zlib.deflateRawSync(BODY)), 'an unknown algorithm': compressedData(zlib.deflateSync(stored.subarray(0, 100)), '1.2.3.4'),
  })) {
    const got = zoo.inspect(zoo.mail(p7m(der, 'compressed-data')));
    assert.notEqual(got.level, 'good', name);
    assert.ok(['damaged', 'decrypt-error', 'none'].includes(got.verdict), `${name}: ${got.verdict}`);
    assert.ok(got.text.length < 1000, name);
  }
});

test('certificates only, and other lists', () => {
  const only = (certs, crls) => signedData(null, [], certs, { digests: [], crls });
  for (const [name, inner] of Object.entries({
    'certs-only': p7m(only([rsaCert.der]), 'certs-only'), 'without smime-type': p7m(only([rsaCert.der]), '', [['Content-Type', 'application/pkcs7-mime; name=smime.p7c'], ['Content-Transfer-Encoding', 'base64']]),
    'by openssl': p7m(zoo.openssl('crl2pkcs7', '-nocrl', '-certfile', 'rsa.pem', '-certfile', 'root.pem', '-outform', 'DER'), 'certs-only'),
    'called signed': p7m(only([rsaCert.der]), 'signed-data'), 'nothing in it': p7m(only([]), 'certs-only'),
    'content that nobody signed': p7m(signedData(BODY, [], [rsaCert.der], { digests: [] }), 'signed-data'),
  })) {
    const got = zoo.inspect(zoo.mail(inner));
    assert.equal(got.verdict, 'not-signed', `${name}: ${got.codes}`);
    assert.notEqual(got.level, 'good', name);
  }
});

test('signers: unsigned attributes, foreign certificates in the bag, doubles, twins', () => {
  const made = (infos, certs = [rsaCert.der], o = {}) => clearSigned(BODY, signedData(null, infos, certs, o));
  const one = () => signerInfo(rsaCert, rsaKey, BODY);
  says(made([one()]), 'signed-valid', 'made by hand');
  const stamp = attribute('1.2.840.113549.1.9.16.2.14', contentInfo(OID.signed, seq(int(3))));
  says(made([signerInfo(rsaCert, rsaKey, BODY, { unsigned: [stamp] })]), 'signed-valid', 'an unsigned time stamp');
  says(made([one()], [rsaCert.der, rsaCert.der]), 'signed-valid', 'the certificate twice');
  says(made([one()], [rsaCert.der], { digests: ['sha1', 'sha512'] }), 'signed-valid', 'digestAlgorithms that name others');
  says(made([one()], [rsaCert.der], { digests: [] }), 'signed-valid', 'digestAlgorithms that name none');
  says(made([signerInfo(rsaCert, rsaKey, BODY, { keyid: true })]), 'signed-valid', 'by key identifier');
  says(made([signerInfo(rsaCert, rsaKey, BODY, { sigAlg: algorithm('1.2.840.113549.1.1.11', seq().subarray(0, 0)) })]), 'signed-valid', 'sha256WithRSA without NULL');
  const other = ctx(3, oid('1.2.3.4'), utf8('a certificate of another kind'));
  const got = zoo.inspect(zoo.mail(made([one()], [rsaCert.der, other])));
  assert.ok(['signed-valid', 'signed-invalid'].includes(got.verdict), `another kind of certificate: ${got.verdict}`);
  const twin = zoo.rsa('twin');
  says(made([one(), signerInfo(twin.cert, twin.key, BODY)], [rsaCert.der, twin.cert.der]), 'signed-valid', 'a second person');
  says(made([signerInfo(twin.cert, twin.key, BODY)], [twin.cert.der]), 'signer-mismatch', 'somebody else');
  says(made([one(), signerInfo(rsaCert, twin.key, BODY)]), 'signed-invalid', 'one good, one false');
});

test('what was changed, moved or rebuilt is not valid', () => {
  const made = (o, certs = [rsaCert.der], body = BODY, p = {}) => zoo.inspect(zoo.mail(clearSigned(body, signedData(null, [signerInfo(rsaCert, rsaKey, BODY, o)], certs, p)))).verdict;
  assert.equal(made({}), 'signed-valid', 'as it is');
  assert.equal(made({}, [rsaCert.der], Buffer.from(`${BODY}x`)), 'signed-invalid', 'longer');
  const drop = (id) => (list) => list.filter((a) => !a.includes(oid(id)));
  assert.notEqual(made({ change: drop(OID.messageDigest) }), 'signed-valid', 'no messageDigest');
  assert.notEqual(made({ change: drop(OID.contentType) }), 'signed-valid', 'no contentType');
  const again = (list) => [...list, list.find((a) => a.includes(oid(OID.messageDigest)))];
  assert.notEqual(made({ change: again }), 'signed-valid', 'messageDigest twice');
  const two = (list) => [...drop(OID.messageDigest)(list), attribute(OID.messageDigest, octets(crypto.randomBytes(32)), octets(crypto.createHash('sha256').update(BODY).digest()))];
  assert.notEqual(made({ change: two }), 'signed-valid', 'two values in one messageDigest');
  const type = (list) => [...drop(OID.contentType)(list), attribute(OID.contentType, oid(OID.enveloped))];
  assert.notEqual(made({ change: type }), 'signed-valid', 'a contentType of another kind');
  assert.notEqual(made({}, [rsaCert.der], BODY, { type: '1.2.840.113549.1.9.16.1.4' }), 'signed-valid', 'eContentType of a time stamp');
  assert.notEqual(made({ sigAlg: algorithm(OID.ed25519) }), 'signed-valid', 'an algorithm that is not the key\'s');
  assert.notEqual(made({ sign: () => Buffer.alloc(256) }), 'signed-valid', 'zeros');
  assert.notEqual(made({ sign: () => Buffer.alloc(0) }), 'signed-valid', 'an empty signature');
  // The bytes of signed attributes as content of a signature without attributes (RFC 5652 section 5.4's gap).
  const digest = crypto.createHash('sha256').update(BODY).digest();
  const attributes = [attribute(OID.contentType, oid(OID.data)), attribute(OID.messageDigest, octets(digest))].sort(Buffer.compare);
  const swapped = signedData(set(...attributes), [signerInfo(rsaCert, rsaKey, set(...attributes), { attributes: false })], [rsaCert.der]);
  assert.notEqual(zoo.inspect(zoo.mail(p7m(swapped, 'signed-data'))).verdict, 'signed-valid', 'attributes as content');
  // Content inside, other content outside.
  const both = clearSigned(Buffer.from(BODY.toString().replace('4711', '4712')), sign('rsa', BODY, '-nodetach'));
  assert.notEqual(zoo.inspect(zoo.mail(both)).verdict, 'signed-valid', 'a hidden second content');
  assert.notEqual(zoo.inspect(zoo.mail(clearSigned(BODY, sign('rsa', BODY, '-nodetach')))).level, 'good', 'the same content inside and outside');
});

test('labels of signatures: names, protocols, boundaries, what surrounds them', () => {
  const der = sign('rsa', BODY);
  for (const [name, o] of Object.entries({
    'x-pkcs7-signature': { protocol: '; protocol="application/x-pkcs7-signature"', type: 'application/x-pkcs7-signature; name=smime.p7s' },
    'protocol and part differ': { type: 'application/x-pkcs7-signature; name=smime.p7s' },
    'no protocol': { protocol: '' }, 'no micalg': { micalg: '' }, 'a wrong micalg': { micalg: '; micalg=md5' }, 'micalg of several': { micalg: '; micalg="sha-256,sha-1"' },
    'upper case': { protocol: '; PROTOCOL="APPLICATION/PKCS7-SIGNATURE"', type: 'APPLICATION/PKCS7-SIGNATURE' },
    'octet-stream with the name': { type: 'application/octet-stream; name="smime.p7s"' },
    'without quotes': { protocol: '; protocol=application/pkcs7-signature' },
  })) says(clearSigned(BODY, der, o), 'signed-valid', name);
  const usual = clearSigned(BODY, der).toString('latin1');
  const mark = /boundary="([^"]+)"/.exec(usual)[1];
  const as = (change) => Buffer.from(change(usual), 'latin1');
  says(as((s) => s.replace(`\r\n\r\n--${mark}`, `\r\n\r\nThis is an S/MIME signed message\r\n\r\n--${mark}`)), 'signed-valid', 'a preamble');
  says(as((s) => `${s}An epilogue of some list.\r\n`), 'signed-valid', 'an epilogue');
  says(as((s) => s.replaceAll(`--${mark}`, `--${mark} \t`).replace(` \t--`, '--')), 'signed-valid', 'blanks behind boundaries');
  says(as((s) => s.replaceAll(mark, "=_'(odd)+,-./:=?b")), 'signed-valid', 'an odd boundary');
  says(as((s) => s.replaceAll('\r\n', '\n')), 'signed-valid', 'stored with LF');
  says(as((s) => s.replace(/--\r\n$/, '')), 'signed-valid', 'the end is missing');
  const pem = `-----BEGIN PKCS7-----\r\n${der.toString('base64').match(/.{1,64}/g).join('\r\n')}\r\n-----END PKCS7-----\r\n`;
  says(as((s) => s.replace(/Content-Transfer-Encoding: base64\r\n\r\n[A-Za-z0-9+/=\r\n]+?(?=\r\n--)/, `\r\n${pem}`)), 'signed-valid', 'the signature as PEM');
  for (const [name, inner] of Object.entries({
    'trailing blanks, dots and From': Buffer.from(`Content-Type: text/plain\r\n\r\n${SHOWN}  \r\n.\r\n..x\r\nFrom here\r\n\t\r\n`),
    'no final line end': Buffer.from(`Content-Type: text/plain\r\n\r\n${SHOWN}`),
    'no header at all': Buffer.from(`\r\n${SHOWN}\r\n`), '8bit': Buffer.from(`Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${SHOWN} äöü\r\n`),
    'a multipart': Buffer.from(`Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n${SHOWN}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>${SHOWN}</p>\r\n--b--\r\n`),
    'a multipart with blanks at its end': Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${SHOWN}\r\n--b--\r\n\r\n\r\n`),
  })) {
    says(clear('rsa', inner), 'signed-valid', name);
    says(opaque('rsa', inner), 'signed-valid', `${name}, opaque`);
  }
});

test('what a list or a gateway wraps is no badge for the whole', () => {
  const wrap = (type, ...parts) => Buffer.concat([Buffer.from(`Content-Type: ${type}; boundary=list\r\n\r\n`), ...parts.flatMap((p) => [Buffer.from('--list\r\n'), p, Buffer.from('\r\n')]), Buffer.from('--list--\r\n')]);
  const footer = Buffer.from('Content-Type: text/plain\r\n\r\nA footer of the list.');
  const partly = says(wrap('multipart/mixed', clear('rsa'), footer), 'partially-signed', 'a signed part and a footer');
  assert.notEqual(partly.level, 'good');
  says(wrap('multipart/mixed', clear('rsa')), 'partially-signed', 'one part, wrapped');
  for (const inner of [wrap('multipart/mixed', seal(BODY), footer), wrap('multipart/alternative', footer, seal(BODY))]) {
    const got = zoo.inspect(zoo.mail(inner), ['rsa']);
    assert.equal(got.verdict, 'partially-encrypted');
    assert.ok(!got.text.includes(SHOWN), 'an encrypted part is never mixed with what surrounds it');
  }
  const forwarded = Buffer.concat([Buffer.from('Content-Type: message/rfc822\r\n\r\n'), zoo.mail(clear('rsa'))]);
  const got = zoo.inspect(zoo.mail(wrap('multipart/mixed', footer, forwarded), 'eve@zoo.example'));
  assert.notEqual(got.level, 'good', 'a forwarded signed message');
  assert.ok(!got.verdict.includes('signed-valid'), got.verdict);
});
