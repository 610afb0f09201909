// Who is trusted: what a user vouches for, where that ends, and chains that only look right.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { Authority } from '../lib/authority.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { ImapProxy } from '../lib/faulty.mjs';
import { account, ctl, folderId, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { base64, entity, message, multipart, text } from '../lib/mime.mjs';
import { openssl } from '../lib/smime.mjs';

const DAY = 86_400_000;
const TRUST = '/api/v1/smime/trust';
const archive = folderId('Archive');
let alice, bob, imap, unknown;
before(async () => {
  alice = await signedIn('alice');
  bob = await signedIn('bob');
  imap = { alice: await imapOf('alice'), bob: await imapOf('bob') };
  unknown = new Authority('Nobody knows this CA');
});
after(async () => {
  for (const e of (await alice.get(TRUST)).json.entries) await alice.delete(`${TRUST}/${e.id}`);
  for (const i of Object.values(imap)) await i.close?.();
  alice.close();
  bob.close();
  unknown.close();
});

// A clear-signed mail by the key and certificate in PEM files, with other certificates beside it.
function signed(from, { pem, key, beside = [], spoil = false, sign = [] }) {
  const inner = text('What was said is meant.');
  const files = beside.flatMap((f) => ['-certfile', f]);
  const der = openssl(['cms', '-sign', '-binary', '-md', 'sha256', '-outform', 'DER', '-signer', pem, '-inkey', key, ...files, ...sign], inner);
  const p7s = entity([['Content-Type', 'application/pkcs7-signature; name="smime.p7s"'], ['Content-Transfer-Encoding', 'base64']], base64(der));
  const body = spoil ? Buffer.from(inner.toString().replace('said', 'sold')) : inner;
  return message({ from, to: 'alice@demo.test', subject: `Trust ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@demo.test>` },
    multipart('signed', [body, p7s], '; protocol="application/pkcs7-signature"; micalg=sha-256'));
}
async function verdict(c, name, bytes) {
  const uid = await imap[name].append('Archive', bytes);
  return again(c, uid);
}
async function again(c, uid) {
  const list = await c.get(`/api/v1/folders/${archive}/messages?offset=0&limit=1`);
  const r = await c.get(`/api/v1/folders/${archive}/messages/${uid}?uidvalidity=${list.json.uidvalidity}`);
  assert.equal(r.status, 200, r.text);
  return { uid, ...r.json.security };
}
const of = (a, name, extra = {}) => ({ pem: a.file(`${name}.pem`), key: a.file(`${name}.key`), ...extra });
const der = (pem) => openssl(['x509', '-in', pem, '-outform', 'DER']).toString('base64');
async function trust(kind, pem, address, status = 200) {
  const r = await alice.post(TRUST, { kind, certificate: der(pem), address });
  assert.equal(r.status, status, r.text);
  return r.json;
}

test('a certificate that the user trusts is green for its address, and no longer when that is taken back', async () => {
  unknown.issue('pia', 'pia@out.example');
  const mail = signed('pia@out.example', of(unknown, 'pia', { beside: [unknown.file('ca.pem')] }));
  const before = await verdict(alice, 'alice', mail);
  assert.deepEqual([before.verdict, before.level], ['signed-untrusted', 'neutral']);
  const entry = await trust('certificate', unknown.file('pia.pem'), 'pia@out.example');
  assert.equal(entry.certificate.fingerprint, unknown.fingerprint('pia'));
  assert.deepEqual([entry.kind, entry.address], ['certificate', 'pia@out.example']);
  const now = await again(alice, before.uid);
  assert.deepEqual([now.verdict, now.signature.signers[0].chain, now.signature.signers[0].trusted_by], ['signed-valid', 'trusted', 'personal']);
  assert.deepEqual(now.signature.signers[0].path.map((p) => p.fingerprint), [unknown.fingerprint('pia')]);
  assert.ok(now.reasons.some((r) => r.code === 'personal_certificate'), JSON.stringify(now.reasons));
  // However far behind other fields the signature is announced, and by whatever name.
  const far = Buffer.concat([Buffer.from(`X-Trace: ${'x'.repeat(900)}\r\n`.repeat(30)), mail]);
  const unsaid = Buffer.from(mail.toString('latin1').replaceAll('pkcs7-signature', 'PKCS7-Signature').replace('; protocol="application/PKCS7-Signature"', ''), 'latin1');
  for (const odd of [far, unsaid]) assert.equal((await verdict(alice, 'alice', odd)).verdict, 'signed-valid');
  // What one user trusts is no other's matter.
  assert.equal((await verdict(bob, 'bob', mail)).verdict, 'signed-untrusted');
  assert.deepEqual((await bob.get(TRUST)).json.entries, []);
  assert.deepEqual((await alice.get(TRUST)).json.entries.map((e) => e.id), [entry.id]);
  assert.equal((await bob.delete(`${TRUST}/${entry.id}`)).status, 404);
  assert.equal((await alice.delete(`${TRUST}/${entry.id}`)).status, 200);
  assert.equal((await again(alice, before.uid)).verdict, 'signed-untrusted');
});

test('an authority of the organisation counts for its accounts from the next request on, and no longer when it is taken back', async () => {
  const house = new Authority('The house CA');
  try {
    house.issue('ida', 'ida@house.example');
    const mail = signed('ida@house.example', of(house, 'ida', { beside: [house.file('ca.pem')] }));
    const [a, b] = [await verdict(alice, 'alice', mail), await verdict(bob, 'bob', mail)];
    assert.deepEqual([a.verdict, b.verdict], ['signed-untrusted', 'signed-untrusted']);
    const [root] = JSON.parse(ctl('trust', 'add', 'demo', house.file('ca.pem'), '--json'));
    try {
      assert.deepEqual([root.source, root.status], ['upload', 'valid']);
      for (const [c, x] of [[alice, a], [bob, b]]) {
        const now = await again(c, x.uid);
        assert.deepEqual([now.verdict, now.signature.signers[0].trusted_by], ['signed-valid', 'organisation']);
      }
      assert.equal((await alice.post('/api/v1/smime/certificates', { certificate: house.pem('ida') })).status, 200);
      assert.equal((await alice.post('/api/v1/compose/recipients', { addresses: ['ida@house.example'] })).json.recipients[0].status, 'ready');
    } finally { ctl('trust', 'remove', 'demo', root.fingerprint.slice(0, 16)); }
    assert.equal((await again(bob, b.uid)).verdict, 'signed-untrusted');
    assert.equal((await alice.post('/api/v1/compose/recipients', { addresses: ['ida@house.example'] })).json.recipients[0].status, 'untrusted');
    assert.throws(() => ctl('trust', 'add', 'demo', house.file('ida.pem'), '--json'), (e) => JSON.parse(e.stdout).error.details.field === 'ca');
  } finally {
    for (const x of (await alice.post('/api/v1/contacts/search', { text: 'ida@house.example' })).json.contacts) await alice.delete(`/api/v1/contacts/${x.id}`, {});
    house.close();
  }
});

test('whom the user trusts can be encrypted to, and under that address only', async () => {
  unknown.issue('eva', 'eva@out.example');
  const pem = unknown.file('eva.pem');
  const ready = async (address) => (await alice.post('/api/v1/compose/recipients', { addresses: [address] })).json.recipients[0].status;
  const r = await alice.post('/api/v1/smime/certificates', { certificate: unknown.pem('eva') });
  assert.equal(r.status, 200, r.text);
  const kept = async () => (await alice.get('/api/v1/contacts')).json.contacts.find((c) => c.id === r.json.id).certificates[0];
  assert.deepEqual([await ready('eva@out.example'), (await kept()).status], ['untrusted', 'untrusted']);
  const issuer = await trust('issuer', unknown.file('ca.pem'), 'somebody@out.example');
  assert.equal(await ready('eva@out.example'), 'untrusted');
  const entry = await trust('certificate', pem, 'eva@out.example');
  assert.deepEqual([await ready('eva@out.example'), (await kept()).status], ['ready', 'ready']);
  assert.equal(await ready('adam@out.example'), 'none');
  for (const e of [issuer, entry]) await alice.delete(`${TRUST}/${e.id}`);
  assert.deepEqual([await ready('eva@out.example'), (await kept()).status, (await kept()).state], ['untrusted', 'untrusted', 'valid']);
  await alice.delete(`/api/v1/contacts/${r.json.id}`);
});

test('trust in a certificate ends at its address', async () => {
  unknown.issue('two', 'one@out.example');
  writeFileSync(unknown.file('twin.ext'), 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=emailProtection\nsubjectAltName=email:one@out.example,email:two@out.example\n');
  openssl(['x509', '-req', '-in', unknown.file('two.csr'), '-CA', unknown.file('ca.pem'), '-CAkey', unknown.file('ca.key'), '-CAcreateserial', '-days', '30', '-extfile', unknown.file('twin.ext'), '-out', unknown.file('two.pem')]);
  const entry = await trust('certificate', unknown.file('two.pem'), 'one@out.example');
  assert.equal((await verdict(alice, 'alice', signed('one@out.example', of(unknown, 'two')))).verdict, 'signed-valid');
  assert.equal((await verdict(alice, 'alice', signed('two@out.example', of(unknown, 'two')))).verdict, 'signed-untrusted');
  const other = await verdict(alice, 'alice', signed('three@out.example', of(unknown, 'two')));
  assert.deepEqual([other.verdict, other.level], ['signer-mismatch', 'bad']);
  await trust('certificate', unknown.file('two.pem'), 'three@out.example', 422);
  await alice.delete(`${TRUST}/${entry.id}`);
});

test('an issuer is trusted for one address or for all', async () => {
  unknown.issue('kim', 'kim@out.example');
  unknown.issue('lou', 'lou@out.example');
  const mail = (name) => signed(`${name}@out.example`, of(unknown, name));
  const one = await trust('issuer', unknown.file('ca.pem'), 'kim@out.example');
  const kim = await verdict(alice, 'alice', mail('kim'));
  assert.deepEqual([kim.verdict, kim.signature.signers[0].trusted_by], ['signed-valid', 'personal']);
  assert.ok(kim.reasons.some((r) => r.code === 'personal_issuer'), JSON.stringify(kim.reasons));
  const lou = await verdict(alice, 'alice', mail('lou'));
  assert.equal(lou.verdict, 'signed-untrusted');
  const all = await trust('issuer', unknown.file('ca.pem'), null);
  assert.equal((await again(alice, lou.uid)).verdict, 'signed-valid');
  for (const e of [one, all]) await alice.delete(`${TRUST}/${e.id}`);
  assert.equal((await again(alice, kim.uid)).verdict, 'signed-untrusted');
});

test('trust ends at the address that the message names, whatever the mail server says of it', async () => {
  unknown.issue('kai', 'kai@out.example');
  unknown.issue('lia', 'lia@out.example');
  const one = await trust('issuer', unknown.file('ca.pem'), 'kai@out.example');
  const proxy = await new ImapProxy(instance.ports.imap).start();
  const server = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { imap: `imap://127.0.0.1:${proxy.port}` });
  const uid = await imap.alice.append('Archive', signed('lia@out.example', of(unknown, 'lia')));
  let lies = 0;
  try {
    await server.start();
    await server.signIn(account('alice').address, account('alice').password);
    const url = `/api/v1/folders/${archive}/messages/${uid}?uidvalidity=${(await imap.alice.select('Archive')).uidvalidity}`;
    proxy.spoil = (d) => {
      const text_ = d.toString('latin1'), lie = text_.replaceAll('"lia" "out.example"', '"kai" "out.example"');
      lies += lie !== text_;
      return { bytes: Buffer.from(lie, 'latin1') };
    };
    const lia = (await server.get(url)).json;
    assert.equal(lia.headers.from[0].address, 'lia@out.example');
    assert.equal(lia.security.verdict, 'signed-untrusted');
    assert.ok(lies > 0);
  } finally {
    await server.stop();
    proxy.close();
    await alice.delete(`${TRUST}/${one.id}`);
  }
});

test('personal trust mends nothing but an unknown issuer', async () => {
  unknown.issue('old', 'old@out.example', { from: new Date(Date.now() - 90 * DAY), to: new Date(Date.now() - 30 * DAY) });
  unknown.issue('web', 'web@out.example');
  unknown.issue('fine', 'fine@out.example');
  writeFileSync(unknown.file('web.ext'), 'keyUsage=digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=email:web@out.example\n');
  openssl(['genrsa', '-out', unknown.file('weak.key'), '1024']);
  openssl(['req', '-new', '-key', unknown.file('weak.key'), '-subj', '/CN=weak', '-out', unknown.file('weak.csr'), '-config', unknown.file('req.cnf')]);
  writeFileSync(unknown.file('weak.ext'), 'extendedKeyUsage=emailProtection\nsubjectAltName=email:weak@out.example\n');
  for (const name of ['web', 'weak']) {
    openssl(['x509', '-req', '-in', unknown.file(`${name}.csr`), '-CA', unknown.file('ca.pem'), '-CAkey', unknown.file('ca.key'), '-CAcreateserial', '-days', '30', '-extfile', unknown.file(`${name}.ext`), '-out', unknown.file(`${name}.pem`)]);
  }
  const issuer = await trust('issuer', unknown.file('ca.pem'), null);
  const wanted = { old: ['signed-expired', 'warning'], weak: ['signed-weak-or-invalid', 'warning'], web: ['signed-untrusted', 'warning'] };
  for (const [name, want] of Object.entries(wanted)) {
    const pin = await trust('certificate', unknown.file(`${name}.pem`), `${name}@out.example`);
    const v = await verdict(alice, 'alice', signed(`${name}@out.example`, of(unknown, name)));
    assert.deepEqual([v.verdict, v.level], want, name);
    await alice.delete(`${TRUST}/${pin.id}`);
  }
  const altered = await verdict(alice, 'alice', signed('fine@out.example', of(unknown, 'fine', { spoil: true })));
  assert.deepEqual([altered.verdict, altered.level], ['signed-invalid', 'bad']);
  assert.equal((await verdict(alice, 'alice', signed('fine@out.example', of(unknown, 'fine')))).verdict, 'signed-valid');
  await alice.delete(`${TRUST}/${issuer.id}`);
});

test('what nobody should trust is refused', async () => {
  unknown.issue('leaf', 'leaf@out.example');
  const pem = unknown.file('leaf.pem');
  assert.equal((await trust('issuer', pem, null, 422)).details.field, 'certificate');
  assert.equal((await trust('certificate', pem, null, 422)).details.field, 'address');
  assert.equal((await trust('anything', pem, null, 422)).details.field, 'kind');
  assert.equal((await alice.post(TRUST, { kind: 'issuer', certificate: 'bm8=', address: null })).status, 422);
  assert.equal((await alice.delete(`${TRUST}/0123456789abcdef`)).status, 404);
  const carol = await signedIn('carol');
  for (const r of [await carol.get(TRUST), await carol.post(TRUST, {}), await carol.delete(`${TRUST}/x`)]) assert.deepEqual([r.status, r.json.code], [403, 'feature_disabled']);
  carol.close();
});

test('who writes Redis makes nobody trusted', async () => {
  const entry = await trust('issuer', unknown.file('ca.pem'), null);
  const key = (user) => `${instance.instance}:u:${user}@demo.test:trust`;
  const script = "local v = redis.call('GET', KEYS[1]); redis.call('SET', KEYS[2], v); return #v";
  assert.ok(Number(redis('web', 'EVAL', script, '2', key('alice'), key('bob'))) > 100);
  const r = await bob.get(TRUST);
  assert.notEqual(r.status, 200);
  assert.ok(!r.text.includes(entry.id));
  unknown.issue('mia', 'mia@out.example');
  assert.equal((await verdict(bob, 'bob', signed('mia@out.example', of(unknown, 'mia')))).verdict, 'signed-untrusted');
  redis('web', 'DEL', key('bob'));
  await alice.delete(`${TRUST}/${entry.id}`);
});

// A server of its own with another list of roots for e-mail; the organisation's folder stays.
test('a root of the list for e-mail is green, until its end', async () => {
  unknown.issue('roo', 'roo@out.example');
  const mail = await verdict(alice, 'alice', signed('roo@out.example', of(unknown, 'roo')));
  const day = (n) => `${new Date(Date.now() + n * DAY).toISOString().slice(0, 19)}Z`;
  const rows = [
    ['not on the list', 'root', '', 'signed-untrusted', 'none'],
    ['on the list', 'ca', '', 'signed-valid', 'mail_roots'],
    ['trusted for what began until tomorrow', 'ca', `# distrust-after: ${day(1)}\n`, 'signed-valid', 'mail_roots'],
    ['trusted for what is older', 'ca', `# distrust-after: ${day(-300)}\n`, 'signed-untrusted', 'none'],
  ];
  const demo = openssl(['x509', '-in', path.join(instance.keys, 'root.pem')]).toString();
  for (const [what, name, comment, word, by] of rows) {
    writeFileSync(unknown.file('roots.pem'), `# Test root\n${comment}${name === 'ca' ? unknown.pem() : demo}`);
    const server = await Server.start(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'), { processes: '1', mail_roots: unknown.file('roots.pem') });
    await server.signIn(account('alice').address, account('alice').password);
    const list = await server.get(`/api/v1/folders/${archive}/messages?offset=0&limit=1`);
    const r = await server.get(`/api/v1/folders/${archive}/messages/${mail.uid}?uidvalidity=${JSON.parse(list.text).uidvalidity}`);
    const v = JSON.parse(r.text).security;
    assert.deepEqual([v.verdict, v.signature.signers[0].trusted_by], [word, by], what);
    await server.stop();
  }
});

// Chains below the demo's own root, which everybody here trusts.
test('chains that only look right are not green', async () => {
  const root = { pem: path.join(instance.keys, 'root.pem'), key: path.join(instance.keys, 'root.key') };
  const make = (name, by, extensions, { bits = 2048, subject = `/CN=${name}` } = {}) => {
    const file = (kind) => unknown.file(`chain-${name}.${kind}`);
    openssl(['genrsa', '-out', file('key'), String(bits)]);
    openssl(['req', '-new', '-key', file('key'), '-subj', subject, '-out', file('csr'), '-config', unknown.file('req.cnf')]);
    writeFileSync(file('ext'), `${extensions.join('\n')}\n`);
    openssl(['x509', '-req', '-sha256', '-in', file('csr'), '-CA', by.pem, '-CAkey', by.key, '-CAserial', unknown.file('chain.srl'), '-CAcreateserial', '-days', '20', '-extfile', file('ext'), '-out', file('pem')]);
    return { pem: file('pem'), key: file('key') };
  };
  const CA = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
  const MAIL = ['keyUsage=digitalSignature', 'extendedKeyUsage=emailProtection', 'subjectAltName=email:boss@demo.test'];
  const fine = make('fine', root, CA), narrow = make('narrow', root, [...CA, 'nameConstraints=critical,permitted;email:elsewhere.example']);
  const weak = make('weak-ca', root, CA, { bits: 1024 }), web = make('web-ca', root, [...CA, 'extendedKeyUsage=serverAuth']);
  const person = { pem: path.join(instance.keys, 'mallory.pem'), key: path.join(instance.keys, 'mallory.key') };
  const short = make('short', root, ['basicConstraints=critical,CA:TRUE,pathlen:0', CA[1]]), below = make('below', short, CA);
  const rows = [
    ['through an intermediate', fine, MAIL, [], 'signed-valid', 'good'],
    ['an authority for other domains', narrow, MAIL, [], 'signed-untrusted', 'warning'],
    ['a weak intermediate', weak, MAIL, [], 'signed-weak-or-invalid', 'warning'],
    ['an authority for web servers', web, MAIL, [], 'signed-untrusted', 'warning'],
    ["a person's certificate as issuer", person, MAIL, [], 'signed-untrusted', 'warning'],
    ['deeper than its authority allows', below, MAIL, [short.pem], 'signed-untrusted', 'warning'],
    ['an address in the subject only', fine, MAIL.slice(0, 2), [], 'signed-valid-but-address-unconfirmed', 'neutral', { subject: '/CN=Boss/emailAddress=boss@demo.test' }],
  ];
  let n = 0;
  for (const [what, by, extensions, beside, word, level, options] of rows) {
    const leaf = make(`leaf-${n++}`, by, extensions, options);
    const v = await verdict(alice, 'alice', signed('boss@demo.test', { ...leaf, beside: [by.pem, ...beside] }));
    assert.equal(v.verdict, word, what);
    assert.equal(v.signature.signers[0].trusted_by, v.signature.signers[0].chain === 'trusted' ? 'organisation' : 'none', what);
    if (level === 'good') assert.equal(v.level, 'good', what);
    else assert.notEqual(v.level, 'good', what);
  }
});
