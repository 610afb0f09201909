// Sessions, the second factor, export and deletion: what an account's owner does with the account.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { Client } from '../lib/http.mjs';
import { account, ctl, eventually, instance, redis, signedIn } from '../lib/instance.mjs';
import { fillVault } from '../lib/keyring.mjs';
import { codeAt, stepNow } from '../lib/totp.mjs';

const dave = account('dave');
const prefix = `${instance.instance}:u:${dave.address}:`;
const keysOf = () => redis('web', 'SCAN', '0', 'MATCH', `${instance.instance}:*${dave.address}:*`, 'COUNT', '1000000').trim().split('\n').slice(1)
  .filter((k) => k && !k.startsWith(`${instance.instance}:a:`)); // what somebody is as an administrator goes with the role
const withAgent = async (agent) => {
  const c = new Client(instance.origin);
  const r = await c.post('/api/v1/signin', { username: dave.address, password: dave.password }, { headers: { 'User-Agent': agent } });
  assert.equal(r.status, 200, r.text);
  c.csrf = r.json.csrf;
  return c;
};

test('sessions are listed in words, and one that is revoked ends at once', async () => {
  const one = await withAgent('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');
  const two = await withAgent('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1');
  const odd = await withAgent('<script>alert(1)</script>');
  const { sessions } = (await one.get('/api/v1/sessions')).json;
  const mine = sessions.find((s) => s.current);
  assert.deepEqual([mine.browser, mine.system], ['Firefox', 'Linux']);
  assert.equal(sessions.filter((s) => s.current).length, 1);
  const phone = sessions.find((s) => s.system === 'iPhone');
  assert.equal(phone.browser, 'Safari');
  assert.ok(sessions.some((s) => s.browser === null && s.system === null));
  assert.ok(Date.parse(mine.created) <= Date.parse(mine.last_used));
  assert.match(mine.address, /^[0-9a-f.:]+$/);
  assert.ok(!JSON.stringify(sessions).includes('script'));
  await two.get('/api/v1/folders');
  assert.equal((await one.delete(`/api/v1/sessions/${phone.id}`)).status, 200);
  assert.equal((await two.get('/api/v1/folders')).status, 401);
  assert.ok(!(await one.get('/api/v1/sessions')).json.sessions.some((s) => s.id === phone.id));
  assert.equal((await one.delete(`/api/v1/sessions/${phone.id}`)).status, 404);
  for (const id of ['0'.repeat(64), 'x', '../s', 'ver']) assert.equal((await one.delete(`/api/v1/sessions/${id}`)).status, 404, id);
  for (const c of [one, odd]) { await c.post('/api/v1/signout'); c.close(); }
  two.close();
});

test('nobody ends another user\'s session, not even by its id', async () => {
  const d = await signedIn('dave');
  const c = await signedIn('carol');
  const id = (await c.get('/api/v1/sessions')).json.sessions.find((s) => s.current).id;
  assert.equal((await d.delete(`/api/v1/sessions/${id}`)).status, 404);
  // Even where somebody wrote it into the index of his own.
  redis('web', 'HSET', `${prefix}sessions`, id, '9999999999 x');
  assert.equal((await d.delete(`/api/v1/sessions/${id}`)).status, 404);
  assert.ok(!(await d.get('/api/v1/sessions')).json.sessions.some((s) => s.id === id));
  assert.equal((await c.get('/api/v1/session')).status, 200);
  d.close();
  c.close();
});

// dave's IMAP connections, as Dovecot counts them.
const connections = () => execFileSync('doveadm', ['-c', path.join(instance.data, 'etc/dovecot.conf'), 'who', '-1', dave.address], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  .split('\n').filter((l) => l.includes(dave.address)).length;

test('a revoked session\'s IMAP connections are closed, in whichever process they are', async () => {
  const one = await signedIn('dave');
  const watched = await signedIn('dave');
  await one.post('/api/v1/signout?everywhere=1');
  await eventually(() => connections() === 0, 'dave is gone');
  const [judge, victim] = [await signedIn('dave'), await signedIn('dave')];
  await eventually(() => connections() > 0, 'dave is there');
  await Promise.all(Array.from({ length: 8 }, () => victim.get('/api/v1/folders')));
  const before = connections();
  const id = (await victim.get('/api/v1/sessions')).json.sessions.find((s) => s.current).id;
  assert.equal((await judge.delete(`/api/v1/sessions/${id}`)).status, 200);
  await eventually(() => connections() < before, 'the revoked session holds connections no longer');
  await judge.post('/api/v1/signout');
  await eventually(() => connections() === 0, 'no connection is left');
  for (const c of [one, watched, judge, victim]) c.close();
});

test('signing out everywhere ends all sessions of the account and no other', async () => {
  const list = await Promise.all([signedIn('dave'), signedIn('dave'), signedIn('dave')]);
  const carol = await signedIn('carol');
  assert.equal((await list[0].post('/api/v1/signout?everywhere=1')).status, 200);
  for (const c of list) { assert.equal((await c.get('/api/v1/session')).status, 401); c.close(); }
  assert.equal((await carol.get('/api/v1/session')).status, 200);
  carol.close();
  const again = await signedIn('dave');
  assert.equal((await again.get('/api/v1/sessions')).json.sessions.length, 1);
  again.close();
});

test('a second factor: set up, asked for, taken once, switched off', async () => {
  const c = await signedIn('dave');
  const signIn = (more) => new Client(instance.origin).post('/api/v1/signin', { username: dave.address, password: dave.password, ...more });
  assert.deepEqual((await c.get('/api/v1/totp')).json, { on: false, since: null, recovery_left: 0 });
  const refused = await c.post('/api/v1/totp', { action: 'start', password: 'wrong' });
  assert.deepEqual([refused.status, refused.json.details.field], [422, 'password']);
  assert.equal((await c.post('/api/v1/totp', { action: 'confirm', code: '123456' })).status, 409);
  const started = await c.post('/api/v1/totp', { action: 'start', password: dave.password });
  assert.equal(started.status, 200, started.text);
  const { secret, uri } = started.json;
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.equal(uri, `otpauth://totp/Waxseal:${encodeURIComponent(dave.address)}?secret=${secret}&issuer=Waxseal`);
  assert.equal((await signIn()).status, 200, 'not on before it was confirmed');
  const wrong = await c.post('/api/v1/totp', { action: 'confirm', code: codeAt(secret, stepNow() - 100) });
  assert.deepEqual([wrong.status, wrong.json.details.field], [422, 'code']);
  const step = stepNow();
  const on = await c.post('/api/v1/totp', { action: 'confirm', code: ` ${codeAt(secret, step).replace(/^.../, '$& ')} ` });
  assert.equal(on.status, 200, on.text);
  assert.equal(on.json.recovery.length, 10);
  assert.equal(new Set(on.json.recovery).size, 10);
  for (const code of on.json.recovery) assert.match(code, /^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
  try {
    const stored = redis('web', 'GET', `${prefix}totp`);
    assert.ok(!stored.includes(secret) && !on.json.recovery.some((x) => stored.includes(x) || stored.includes(x.replaceAll('-', ''))));
    const needed = await signIn();
    assert.deepEqual([needed.status, needed.json.code], [401, 'code_needed']);
    assert.equal(needed.headers['set-cookie'], undefined);
    const blind = await new Client(instance.origin).post('/api/v1/signin', { username: dave.address, password: 'wrong', code: codeAt(secret, step + 1) });
    assert.deepEqual([blind.status, blind.json.code], [401, 'wrong_password'], 'a code says nothing without the password');
    const replay = await signIn({ code: codeAt(secret, step) });
    assert.deepEqual([replay.status, replay.json.code], [401, 'wrong_code'], 'the code that switched it on is used');
    assert.equal((await signIn({ code: codeAt(secret, step + 1) })).status, 200);
    assert.equal((await signIn({ code: codeAt(secret, step + 1) })).json.code, 'wrong_code');
    const recovery = on.json.recovery[3].toLowerCase();
    const both = await Promise.all([signIn({ code: recovery }), signIn({ code: recovery })]);
    assert.deepEqual(both.map((r) => r.status).sort(), [200, 401], 'a recovery code works once, also at the same moment');
    assert.equal((await c.get('/api/v1/totp')).json.recovery_left, 9);
    assert.equal((await c.post('/api/v1/totp', { action: 'start', password: dave.password })).status, 409);
    assert.equal((await c.post('/api/v1/totp', { action: 'off', password: dave.password })).json.details.field, 'code');
    const fresh = await c.post('/api/v1/totp', { action: 'recovery', password: dave.password, code: on.json.recovery[0] });
    assert.equal(fresh.json.recovery.length, 10);
    assert.equal((await signIn({ code: on.json.recovery[1] })).json.code, 'wrong_code', 'the codes of before are gone');
    assert.equal((await c.post('/api/v1/account/export', { password: dave.password })).json.details.field, 'code');
    const exported = await c.post('/api/v1/account/export', { password: dave.password, code: fresh.json.recovery[8] });
    assert.equal(exported.json.second_factor.on, true);
    assert.ok(!exported.text.includes(secret));
    assert.equal((await c.post('/api/v1/totp', { action: 'off', password: dave.password, code: fresh.json.recovery[9] })).status, 200);
    assert.equal((await signIn()).status, 200);
  } finally { redis('web', 'DEL', `${prefix}totp`); c.close(); }
});

test('the secret that is switched on is the one whose code it was', async () => {
  const c = await signedIn('dave');
  const start = async () => (await c.post('/api/v1/totp', { action: 'start', password: dave.password })).json.secret;
  try {
    for (let round = 0; round < 12; round++) {
      const secret = await start();
      const step = stepNow();
      const others = [1, 2, 3, 4].map(() => start()); // other tabs begin anew while this one confirms
      await new Promise((r) => { setTimeout(r, 2 * round); });
      const on = await c.post('/api/v1/totp', { action: 'confirm', code: codeAt(secret, step) });
      await Promise.all(others);
      if (on.status === 200) {
        const proof = await c.post('/api/v1/totp', { action: 'off', password: dave.password, code: codeAt(secret, step + 1) });
        assert.equal(proof.status, 200, `round ${round}: ${proof.text}`);
      }
      redis('web', 'DEL', `${prefix}totp`);
      const last = await start(); // with nobody in between; that also takes the wrong guess back
      assert.equal((await c.post('/api/v1/totp', { action: 'confirm', code: codeAt(last, stepNow()) })).status, 200);
      redis('web', 'DEL', `${prefix}totp`);
    }
  } finally { redis('web', 'DEL', `${prefix}totp`); c.close(); }
});

test('an account has at most 200 sessions: the longest unused ends', async () => {
  const c = await signedIn('dave');
  const id = (n) => n.toString(16).padStart(64, '0'), record = (n) => `${instance.instance}:s:${id(n)}`;
  const used = Math.floor(Date.now() / 1000) - 5000;
  try {
    redis('web', 'HSET', `${prefix}sessions`, ...Array.from({ length: 230 }, (_, n) => [id(n), `${used + n} ::1`]).flat());
    for (let n = 0; n < 230; n++) redis('web', 'SET', record(n), 'x');
    (await signedIn('dave')).close();
    assert.equal(Number(redis('web', 'HLEN', `${prefix}sessions`)), 200);
    assert.equal(Number(redis('web', 'EXISTS', record(0))), 0);
    assert.equal(Number(redis('web', 'EXISTS', record(229))), 1);
    assert.equal((await c.get('/api/v1/session')).status, 200, 'one in use stays');
  } finally {
    for (let n = 0; n < 230; n++) redis('web', 'DEL', record(n));
    c.close();
  }
});

test('the form asks for the code without JavaScript and never writes the password into the page', async () => {
  const c = await signedIn('dave');
  const { secret } = (await c.post('/api/v1/totp', { action: 'start', password: dave.password })).json;
  const step = stepNow();
  assert.equal((await c.post('/api/v1/totp', { action: 'confirm', code: codeAt(secret, step) })).status, 200);
  const form = (fields) => new Client(instance.origin).request('POST', '/signin', { body: new URLSearchParams(fields).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  try {
    const asked = await form({ username: dave.address, password: dave.password });
    assert.equal(asked.status, 401);
    assert.match(asked.text, /name="code"/);
    assert.ok(!asked.text.includes(dave.password));
    const plain = await form({ username: dave.address, password: 'wrong' });
    assert.doesNotMatch(plain.text, /name="code"/);
    const done = await form({ username: dave.address, password: dave.password, code: codeAt(secret, step + 1) });
    assert.equal(done.status, 303, done.text);
    assert.equal(ctl('user', 'totp-off', dave.address).trim(), `${dave.address}: second factor off`);
    assert.throws(() => ctl('user', 'totp-off', dave.address));
    assert.equal((await form({ username: dave.address, password: dave.password })).status, 303);
  } finally { redis('web', 'DEL', `${prefix}totp`); c.close(); }
});

test('a document of the second factor that was tampered with lets nobody in', async () => {
  redis('web', 'SET', `${prefix}totp`, 'x'.repeat(80));
  try {
    const r = await new Client(instance.origin).post('/api/v1/signin', { username: dave.address, password: dave.password });
    assert.deepEqual([r.status, r.json.code], [422, 'damaged']);
  } finally { redis('web', 'DEL', `${prefix}totp`); }
});

test('export gives everything as JSON; deletion leaves nothing and signs out everywhere', async () => {
  const c = await signedIn('dave');
  const other = await signedIn('dave');
  await c.put('/api/v1/settings', { labels: [{ keyword: 'Work', name: 'Wörk', colour: 'teal' }] });
  const zoe = (await c.put('/api/v1/contacts/new', { name: 'Zoë', addresses: ['zoe-export@example.test'] })).json;
  const photo = Buffer.from('89504e470d0a1a0a00', 'hex');
  assert.equal((await c.request('PUT', `/api/v1/contacts/${zoe.id}/photo`, { body: photo, headers: { 'Content-Type': 'image/png' } })).status, 200);
  for (const bad of [{}, { password: '' }, { password: 'wrong' }]) assert.equal((await c.post('/api/v1/account/export', bad)).status, 422);
  assert.notEqual((await c.get('/api/v1/account/export')).status, 200);
  const file = await c.post('/api/v1/account/export', { password: dave.password });
  assert.equal(file.status, 200, file.text);
  assert.match(file.headers['content-disposition'], /^attachment; filename="?waxseal-dave@demo\.test\.json/);
  assert.deepEqual([file.json.format, file.json.version, file.json.address], ['waxseal-export', 1, dave.address]);
  assert.equal(file.json.settings.labels[0].name, 'Wörk');
  assert.ok(file.json.contacts.some((x) => x.name === 'Zoë'));
  assert.equal(file.json.photos[zoe.id], photo.toString('base64'));
  assert.equal(file.json.sessions.filter((s) => s.current).length, 1);
  assert.ok(!file.text.includes(dave.password));
  assert.equal((await c.post('/api/v1/account/delete', { password: 'wrong' })).json.details.field, 'password');
  assert.equal((await c.post('/api/v1/account/delete', {})).status, 422);
  assert.ok(keysOf().some((k) => k.startsWith(prefix)));
  const messages = (await c.get('/api/v1/folders')).json.folders.length;
  assert.equal((await c.post('/api/v1/account/delete', { password: dave.password })).status, 200);
  assert.deepEqual(keysOf(), []);
  for (const x of [c, other]) assert.equal((await x.get('/api/v1/session')).status, 401);
  const again = await signedIn('dave');
  assert.deepEqual((await again.get('/api/v1/contacts')).json.contacts, []);
  assert.equal((await again.get('/api/v1/folders')).json.folders.length, messages, 'the mail is untouched');
  for (const x of [c, other, again]) x.close();
});

test('the export of a user with keys holds every key file, encrypted, and nothing is left out', async () => {
  const c = await signedIn('alice');
  await fillVault(c, 'alice');
  const { password } = account('alice');
  const file = (await c.post('/api/v1/account/export', { password })).json;
  const log = (f) => f.keys.keys.map((k) => k.downloads.length);
  const second = (await c.post('/api/v1/account/export', { password })).json;
  assert.ok(log(file).every((n) => n > 0), 'each is a download that its owner sees');
  assert.deepEqual(log(second), log(file).map((n) => Math.min(n + 1, 50)));
  assert.ok(file.key_files.length > 0);
  assert.equal(file.key_files.length, file.keys.keys.length);
  for (const f of file.key_files) {
    const given = await c.post(`/api/v1/smime/keys/${f.key}/file`);
    assert.equal(given.json.p12, f.p12);
  }
  const names = redis('web', 'SCAN', '0', 'MATCH', `${instance.instance}:u:${account('alice').address}:*`, 'COUNT', '1000000').trim().split('\n').slice(1)
    .map((k) => k.slice(`${instance.instance}:u:${account('alice').address}:`.length));
  // What is not in the file by this name is derived from what is, a counter, or what a directory answered (gone in a day).
  const told = new Set(['settings', 'keys', 'trust', 'contacts', 'verified', 'sessions', 'totp', 'epoch', 'contact-index', 'contact-lines', 'contact-state', 'contact-photos', 'groups', 'met', 'met-used', 'modes', 'modes-used', 'verified-order', 'listed', 'waiting', 'waiting-news']);
  assert.deepEqual(names.filter((n) => !told.has(n) && !n.startsWith('keyfile:') && !n.startsWith('found:')), []);
  c.close();
});

test('exports and deletions are counted, so that nobody has all of Redis searched again and again', async () => {
  const c = await signedIn('bob');
  const codes = [];
  for (let i = 0; i < 12; i++) codes.push((await c.post('/api/v1/account/export', { password: account('bob').password })).status);
  assert.deepEqual([codes[0], codes.at(-1)], [200, 429]);
  c.close();
});
