import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { Client } from '../lib/http.mjs';
import { account, instance, signedIn } from '../lib/instance.mjs';

const fresh = () => new Client(instance.origin);
const alice = account('alice');

test('a signed-out visitor is sent to the sign-in page, and the API says 401', async () => {
  const c = fresh();
  const root = await c.get('/');
  assert.equal(root.status, 303);
  assert.equal(new URL(root.headers.location, instance.origin).pathname, '/signin');
  const deep = await c.get('/mail/');
  assert.equal(deep.status, 303);
  const api = await c.get('/api/v1/folders');
  assert.equal(api.status, 401);
  assert.equal(api.json.code, 'unauthenticated');
});

test('signing in gives a session and a cookie that only this instance can use', async () => {
  const c = fresh();
  const r = await c.post('/api/v1/signin', { username: alice.address, password: alice.password });
  assert.equal(r.status, 200, r.text);
  const cookie = r.headers['set-cookie'].find((x) => x.startsWith(`__Host-waxseal-${instance.instance}=`));
  assert.ok(cookie, 'the cookie carries the instance name');
  for (const word of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/']) assert.match(cookie, new RegExp(word, 'i'));
  assert.doesNotMatch(cookie, /Domain=/i);
  assert.equal(r.json.user.address, alice.address);
  assert.equal(r.json.features.smime, true);
  assert.equal(r.json.instance, instance.instance);
  assert.ok(r.json.csrf.length >= 20);
  const again = await c.get('/api/v1/session');
  assert.equal(again.status, 200);
  assert.equal(again.json.user.address, alice.address);
});

test('each sign-in has a new session id, and an id from outside is not taken over', async () => {
  const c = fresh();
  const name = `__Host-waxseal-${instance.instance}`;
  c.cookies.set(name, 'A'.repeat(43));
  await c.signIn(alice.address, alice.password);
  const first = c.cookies.get(name);
  assert.notEqual(first, 'A'.repeat(43));
  await c.signIn(alice.address, alice.password);
  assert.notEqual(c.cookies.get(name), first);
});

test('a wrong password and an unknown user get the same answer', async () => {
  const wrong = await fresh().post('/api/v1/signin', { username: alice.address, password: 'not it' });
  const unknown = await fresh().post('/api/v1/signin', { username: `nobody-${randomBytes(6).toString('hex')}@${instance.domain}`, password: 'not it' });
  assert.equal(wrong.status, 401);
  assert.equal(wrong.json.code, 'wrong_password');
  assert.deepEqual([unknown.status, unknown.json], [wrong.status, wrong.json]);
  assert.equal(wrong.headers['set-cookie'], undefined);
});

test('input that is no sign-in is refused with a sentence', async () => {
  const c = fresh();
  for (const body of [{}, { username: alice.address }, { username: 7, password: [] }, { username: '', password: '' },
    { username: 'a\r\nA1 LOGOUT', password: 'x' }, { username: 'x'.repeat(5000), password: 'x' }]) {
    const r = await c.post('/api/v1/signin', body);
    assert.ok(r.status >= 400 && r.status < 500, `${JSON.stringify(body).slice(0, 40)}: ${r.status}`);
    assert.match(r.json.message, /[A-Za-z]{3}/);
  }
  const notJson = await c.request('POST', '/api/v1/signin', { body: '{"username":', headers: { 'Content-Type': 'application/json' } });
  assert.equal(notJson.status, 400);
});

test('ten failures for one account and address, and the next attempt is 429', async () => {
  const username = `throttle-${randomBytes(6).toString('hex')}@${instance.domain}`;
  const c = fresh();
  for (let i = 0; i < 10; i++) {
    const r = await c.post('/api/v1/signin', { username, password: 'guess' });
    assert.equal(r.status, 401, `attempt ${i + 1}`);
  }
  const r = await c.post('/api/v1/signin', { username, password: 'guess' });
  assert.equal(r.status, 429);
  assert.equal(r.json.code, 'throttled');
  assert.ok(Number(r.headers['retry-after']) > 0);
  const other = await fresh().post('/api/v1/signin', { username: alice.address, password: alice.password });
  assert.equal(other.status, 200, 'another account is not affected');
});

test('the form signs in and out without JavaScript', async () => {
  const c = fresh();
  const page = await c.get('/signin');
  assert.equal(page.status, 200);
  assert.match(page.text, /<form[^>]*method="post"/i);
  assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)[^>]*>(?!\s*<\/script>)/i);
  const form = (o) => ({ body: new URLSearchParams(o).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
  const bad = await c.request('POST', '/signin', form({ username: alice.address, password: 'not it' }));
  assert.equal(bad.status, 401);
  assert.match(bad.headers['content-type'], /^text\/html/);
  assert.ok(!bad.text.includes('not it'), 'the password is not sent back');
  const good = await c.request('POST', '/signin', form({ username: alice.address, password: alice.password }));
  assert.equal(good.status, 303);
  const shell = await c.get('/mail/');
  assert.equal(shell.status, 200);
  const boot = JSON.parse(/<script type="application\/json" id="boot">(.*?)<\/script>/s.exec(shell.text)[1]);
  assert.equal(boot.user.address, alice.address);
  const without = await c.request('POST', '/signout', form({}));
  assert.equal(without.status, 403, 'signing out needs the token too');
  const out = await c.request('POST', '/signout', form({ csrf: boot.csrf }));
  assert.equal(out.status, 303);
  assert.equal((await c.get('/api/v1/session')).status, 401);
});

test('after signing out the old cookie is worth nothing', async () => {
  const c = await signedIn('alice');
  const kept = new Map(c.cookies);
  const r = await c.post('/api/v1/signout', {});
  assert.equal(r.status, 200);
  assert.ok(r.headers['clear-site-data']);
  c.cookies = kept;
  assert.equal((await c.get('/api/v1/session')).status, 401);
});

test('a cookie that was changed by one letter is refused', async () => {
  const c = await signedIn('alice');
  const [name, value] = [...c.cookies][0];
  for (const at of [0, value.length >> 1, value.length - 2]) {
    const other = value[at] === 'A' ? 'B' : 'A';
    c.cookies.set(name, value.slice(0, at) + other + value.slice(at + 1));
    assert.equal((await c.get('/api/v1/session')).status, 401, `letter ${at}`);
  }
});
