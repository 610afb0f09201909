// The attack mails of the corpus in the real client against the real servers, by a reader who can decrypt them and who
// trusts the authority that signed them: nothing leaves, nothing runs, nothing is green.
//
// WAXSEAL_REPORTS=1 writes what was seen to docs/reports/attacks.md.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Browser, forget, passphraseOf } from '../lib/browser.mjs';
import { account, imapOf, instance, signedIn, top } from '../lib/instance.mjs';
import { look } from '../lib/look.mjs';
import { message, multipart, text } from '../lib/mime.mjs';

const fixtures = path.join(top, 'tests/fixtures/smime');
// A new one for each test: the client may know the UIDs of the one before.
const folders = ['honest', 'attacks', 'reply', 'attached', 'advisories'].map((n) => `Scratch ${n}`);
let folder = null;
const crlf = (bytes) => Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
const { files } = JSON.parse(readFileSync(path.join(fixtures, 'manifest.json'), 'utf8'));
const attacks = files.filter((f) => f.family === 'attacks-generated').map((f) => ({ name: f.file, expect: f.expect, bytes: crlf(readFileSync(path.join(fixtures, f.file))) }));
const advisories = path.join(top, 'tests/fixtures/hostile');
const seen = [];
let browser, alice, cdp, trust;
const requests = [], consoles = [];

async function drop() {
  const imap = await imapOf('alice');
  for (const name of folders) {
    await imap.command(`DELETE "${name}"`).catch(() => undefined);
    await imap.command(`UNSUBSCRIBE "${name}"`).catch(() => undefined);
  }
  imap.close();
}
/** The mails in a folder of their own; their UIDs, in order. */
async function fill(name, mails) {
  folder = `Scratch ${name}`;
  const imap = await imapOf('alice');
  await imap.create(folder);
  const uids = [];
  for (const m of mails) uids.push(await imap.append(folder, m, ['\\Seen']));
  imap.close();
  return uids;
}
/** Bert's key of the corpus, to which the attacks are encrypted, as a file Alice can import: a certificate of hers for that key comes first. */
function bert() {
  const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-attacks-')), own = path.join(dir, 'own.pem');
  const [key, cert] = ['key', 'cert'].map((x) => path.join(fixtures, `keys/corpus/bert.${x}.pem`));
  try {
    execFileSync('openssl', ['req', '-x509', '-key', key, '-days', '300', '-subj', '/O=Waxseal test key/CN=Alice Archer', '-addext', `subjectAltName=email:${account('alice').address}`,
      '-addext', 'keyUsage=critical,digitalSignature,keyEncipherment', '-addext', 'extendedKeyUsage=emailProtection', '-addext', 'basicConstraints=critical,CA:FALSE', '-out', own]);
    return execFileSync('openssl', ['pkcs12', '-export', '-inkey', key, '-in', own, '-certfile', cert, '-passout', 'pass:corpus']);
  } finally { rmSync(dir, { recursive: true }); }
}

/** What is shown, after everything that must never happen did not happen. */
async function opened(name, uid) {
  requests.length = consoles.length = 0;
  const shown = await look(alice.page, folder, uid);
  const outside = requests.filter((u) => !/^(?:blob|data|about):/.test(u) && new URL(u).origin !== instance.origin);
  seen.push({ name, verdict: shown.verdict, level: shown.good ? 'green' : shown.level, requests: requests.length, outside: outside.length, strangers: browser.strangers.length, scripts: alice.faults.length });
  assert.deepEqual(outside, [], `${name}: requests to elsewhere`);
  assert.deepEqual(browser.strangers, [], `${name}: connections to elsewhere`);
  assert.deepEqual(alice.faults, [], `${name}: scripts, dialogs or violations`);
  assert.deepEqual(consoles.filter((t) => /canary|pwn|xss|alert/i.test(t)), [], `${name}: something wrote to the console`);
  assert.deepEqual(shown.dangerous, [], `${name}: elements`);
  assert.deepEqual(shown.handlers, [], `${name}: attributes`);
  assert.equal(shown.failed, '', `${name}: is shown, however odd`);
  assert.equal(alice.context.pages().length, 1, `${name}: no window`);
  assert.equal(new URL(alice.page.url()).origin, instance.origin, `${name}: still at home`);
  for (const frame of alice.page.frames()) assert.equal(await frame.evaluate(() => Boolean(window.canary ?? window.pwned ?? window.xss)), false, `${name}: a global of the attacker`);
  return shown;
}

before(async () => {
  await forget('alice');
  await drop();
  const me = await signedIn('alice');
  const added = await me.post('/api/v1/smime/trust', { kind: 'issuer', certificate: execFileSync('openssl', ['x509', '-in', path.join(fixtures, 'keys/corpus/root.cert.pem'), '-outform', 'DER']).toString('base64'), address: null });
  assert.equal(added.status, 200, added.text);
  trust = added.json.id;
  me.close();
  browser = await Browser.launch();
  alice = await (await browser.person('alice')).signIn();
  cdp = await alice.context.newCDPSession(alice.page);
  await cdp.send('Network.enable');
  cdp.on('Network.requestWillBeSent', (e) => requests.push(e.request.url));
  alice.page.on('console', (m) => consoles.push(m.text()));
  await alice.importKey({ file: bert(), passphrase: 'corpus' });
  await alice.page.locator('.settings-back').click();
});
after(async () => {
  await browser?.close();
  await drop();
  const me = await signedIn('alice');
  if (trust) await me.delete(`/api/v1/smime/trust/${trust}`, {});
  me.close();
  await forget('alice');
  if (process.env.WAXSEAL_REPORTS) report();
});

function report() {
  const rows = seen.map((s) => `| ${s.name} | ${s.verdict ?? '–'} | ${s.level ?? '–'} | ${s.requests} | ${s.outside + s.strangers} | ${s.scripts} |`);
  writeFileSync(path.join(top, 'docs/reports/attacks.md'), `# Attack mails in Chromium

Written by \`WAXSEAL_REPORTS=1 tests/run e2e\` (tests/e2e/attacks.test.mjs), which runs without that, too. The reader holds the key the attacks are encrypted to and trusts
the authority that signed them; every element of a shown mail is poked. Requests are recorded by the browser's own protocol; every name but ours leads to a listening trap.
The first two rows are the proof that green can be seen and that opening works.

| mail | verdict | level | requests | of them to elsewhere | scripts, dialogs, violations |
| --- | --- | --- | ---: | ---: | ---: |
${rows.join('\n')}
`);
}

test('green is possible: an honest mail of the same authority, signed, and signed and encrypted', async () => {
  const honest = ['sign-clear-rsa-sha256.eml', 'sign-then-encrypt.eml'];
  const uids = await fill('honest', honest.map((n) => crlf(readFileSync(path.join(fixtures, 'smime/generated', n)))));
  for (const [i, uid] of uids.entries()) {
    if (i === 1) {
      await look(alice.page, folder, uid);
      await alice.unlocked(passphraseOf('alice'), 'encrypted+signed-valid');
    }
    const shown = await opened(`honest: ${honest[i]}`, uid);
    assert.equal(shown.verdict, ['signed-valid', 'encrypted+signed-valid'][i]);
    assert.ok(shown.good > 0, honest[i]);
  }
});

test('the attacks: nothing leaves, nothing runs, nothing is green', async () => {
  const uids = await fill('attacks', attacks.map((a) => a.bytes));
  assert.ok(attacks.length >= 19, `${attacks.length} files`);
  for (const [i, a] of attacks.entries()) {
    const shown = await opened(a.name, uids[i]);
    assert.equal(shown.good, 0, `${a.name}: green (${shown.verdict})`);
    assert.notEqual(shown.level, 'good', a.name);
    for (const secret of a.expect.must_not_show ?? []) assert.ok(!shown.text.includes(secret), `${a.name}: shows ${secret}`);
    if (a.expect.verdict && !/^must-|-or-/.test(a.expect.verdict)) assert.equal(shown.verdict, a.expect.verdict, a.name);
  }
});

test('a reply quotes nothing of a hidden encrypted part', async () => {
  const oracle = attacks.find((a) => a.name.endsWith('covert-content-reply.eml'));
  const [uid] = await fill('reply', [oracle.bytes]);
  await opened('reply to covert-content-reply.eml', uid);
  await alice.reply();
  const quoted = await alice.editor().innerText();
  for (const secret of oracle.expect.must_not_quote) assert.ok(!quoted.includes(secret), 'the secret is in the reply');
  await alice.page.keyboard.press('Escape');
});

test('the attacks attached to another mail: each in a frame of its own, none of them for the whole, nothing decrypted', async () => {
  const wrap = (a) => message({ from: 'mallory@demo.test', to: account('alice').address, subject: 'Look at this', date: new Date(), id: `<attached-${a.name.replaceAll('/', '-')}@demo.test>` },
    multipart('mixed', [text('See below.'), Buffer.concat([Buffer.from('Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename="mail.eml"\r\n\r\n'), a.bytes])]));
  const uids = await fill('attached', attacks.map(wrap));
  for (const [i, a] of attacks.entries()) {
    const shown = await opened(`attached: ${a.name}`, uids[i]);
    assert.equal(shown.good, 0, `${a.name}: the whole is green (${shown.verdict})`);
    assert.equal(shown.attached.length, 1, `${a.name}: opened in place`);
    const [inner] = shown.attached;
    if (/encrypted|decrypt/.test(a.expect.verdict ?? '')) assert.ok(!/SECRET-4711/.test(inner.text + shown.text), `${a.name}: decrypted inside`);
  }
});

test('the HTML mails of advisories', async () => {
  const names = readdirSync(advisories).filter((f) => f.endsWith('.eml'));
  const uids = await fill('advisories', names.map((f) => crlf(readFileSync(path.join(advisories, f)))));
  assert.ok(names.length >= 23, `${names.length} files`);
  for (const [i, uid] of uids.entries()) assert.equal((await opened(`html/${names[i]}`, uid)).good, 0);
});
