// Preferences and address book over HTTP; what happens while Redis or IMAP is away.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { Server } from '../lib/fastcgi.mjs';
import { account, instance, signedIn, top } from '../lib/instance.mjs';

const program = path.join(top, process.env.BUILD ?? 'build', 'waxseald');

test('preferences take a subset, keep the rest, and follow the user', async () => {
  const c = await signedIn('carol');
  const before = (await c.get('/api/v1/settings')).json;
  assert.deepEqual(Object.keys(before).sort(), ['composing', 'identities', 'labels', 'list', 'notifications', 'reading', 'remote_images', 'security', 'shortcuts', 'time_zone', 'ui', 'version']);
  const theme = before.ui.theme === 'dark' ? 'light' : 'dark';
  const r = await c.put('/api/v1/settings', { ui: { theme }, identities: [{ ...before.identities[0], name: 'Carol <b>"Chen"</b> Ünïcode' }] });
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.ui.theme, theme);
  assert.deepEqual(r.json.security, before.security);
  const elsewhere = await signedIn('carol');
  assert.equal(elsewhere.session.settings.ui.theme, theme);
  assert.equal(elsewhere.session.user.name, 'Carol <b>"Chen"</b> Ünïcode');
  const page = await elsewhere.get('/mail/');
  assert.match(page.text, new RegExp(`data-theme="${theme}"`));
  assert.ok(!page.text.includes('<b>"Chen"'), 'the name is data in the page, not markup');
  const boot = JSON.parse(/id="boot">([^]*?)<\/script>/.exec(page.text)[1]);
  assert.equal(boot.user.name, 'Carol <b>"Chen"</b> Ünïcode');
  await c.put('/api/v1/settings', { ui: { theme: before.ui.theme }, identities: before.identities });
});

test('two who change a list do not overwrite each other', async () => {
  const [a, b] = [await signedIn('carol'), await signedIn('carol')];
  const before = (await a.get('/api/v1/settings')).json;
  const label = (keyword) => ({ keyword: `${keyword}-${process.pid}`, name: keyword, colour: 'red' });
  const first = await a.put('/api/v1/settings', { labels: [label('one')], version: before.version });
  assert.equal(first.status, 200, first.text);
  assert.notEqual(first.json.version, before.version);
  const late = await b.put('/api/v1/settings', { labels: [label('two')], version: before.version });
  assert.equal(late.status, 409, late.text);
  assert.deepEqual((await b.get('/api/v1/settings')).json.labels, [label('one')]);
  assert.equal((await b.put('/api/v1/settings', { labels: [label('one'), label('two')], version: first.json.version })).status, 200);
  assert.equal((await b.put('/api/v1/settings', { ui: { theme: before.ui.theme } })).status, 200, 'without a version: what is named is merged');
  assert.equal((await b.put('/api/v1/settings', { version: 7 })).status, 422);
  await b.put('/api/v1/settings', { labels: [] });
});

test('a preference that is not one is named and nothing is kept', async () => {
  const c = await signedIn('carol');
  const before = (await c.get('/api/v1/settings')).json;
  const one = (more) => ({ ...before.identities[0], ...more });
  for (const [body, field] of [[{ security: { mode: 'always' } }, 'security.mode'], [{ ui: { theme: 'dark' }, list: { density: 'airy' } }, 'list.density'],
    [{ ui: { nonsense: 1 } }, 'ui.nonsense'], [{ nonsense: { a: 1 } }, 'nonsense'], [{ identities: [one({ name: 'a\r\nBcc: x@evil.example' })] }, 'identities[0].name'],
    [{ identities: [one({ address: 'alice@demo.test' })] }, 'identities[0].address'],
    [{ security: { lock_after_minutes: -1 } }, 'security.lock_after_minutes'], [{ identities: [one({ signature: 'x'.repeat(20000) })] }, 'identities[0].signature'],
    [{ labels: [{ keyword: 'a\r\nb', name: 'x', colour: 'red' }] }, 'labels[0].keyword'], [{ time_zone: '../../etc/passwd' }, 'time_zone']]) {
    const r = await c.put('/api/v1/settings', body);
    assert.equal(r.status, 422, JSON.stringify(body));
    assert.equal(r.json.code, 'invalid');
    assert.equal(r.json.details.field, field);
  }
  assert.equal((await c.put('/api/v1/settings', { identities: [one({ signature: 'x'.repeat(270000) })] })).status, 413);
  assert.deepEqual((await c.get('/api/v1/settings')).json, before);
});

test('contacts are made, changed and removed; another user has his own', async () => {
  const c = await signedIn('carol');
  const made = await c.put('/api/v1/contacts/new', { name: 'Zoë', addresses: ['zoe@example.test', 'z@example.test'] });
  assert.equal(made.status, 200, made.text);
  const { id } = made.json;
  assert.deepEqual(made.json.certificates, []);
  const doubled = await c.put('/api/v1/contacts/new', { name: 'Other', addresses: ['ZOE@example.test'] });
  assert.equal(doubled.status, 422);
  assert.equal(doubled.json.details.field, 'addresses');
  const changed = await c.put(`/api/v1/contacts/${id}`, { name: 'Zoë K.', addresses: ['zoe@example.test'] });
  assert.equal(changed.json.name, 'Zoë K.');
  const other = await signedIn('bob');
  assert.ok(!(await other.get('/api/v1/contacts')).json.contacts.some((x) => x.id === id));
  assert.equal((await other.put(`/api/v1/contacts/${id}`, { name: 'x', addresses: ['x@example.test'] })).status, 404);
  assert.equal((await other.delete(`/api/v1/contacts/${id}`)).status, 404);
  assert.ok((await c.get('/api/v1/contacts')).json.contacts.some((x) => x.id === id));
  assert.equal((await c.delete(`/api/v1/contacts/${id}`)).status, 200);
  assert.equal((await c.delete(`/api/v1/contacts/${id}`)).status, 404);
  assert.equal((await c.put('/api/v1/contacts/new', { addresses: Array(21).fill('a@b.test') })).status, 413);
  for (const body of [{}, { addresses: [] }, { addresses: ['nobody'] }, { addresses: [7] }, { name: 'x\u0007', addresses: ['a@b.test'] }]) {
    assert.equal((await c.put('/api/v1/contacts/new', body)).status, 422, JSON.stringify(body));
  }
});

test('while Redis is away there is a sentence at once, and no answer from old knowledge', async () => {
  const s = await Server.start(instance, program, { redis_socket: '/nonexistent/redis.sock' });
  const a = account('alice');
  const r = await s.request('POST', '/api/v1/signin', { json: { username: a.address, password: a.password } });
  assert.equal(r.status, 503, r.text);
  assert.equal(r.json.code, 'state_unavailable');
  assert.equal((await s.request('GET', '/healthz')).status, 503);
  assert.equal((await s.request('GET', '/signin')).status, 200, 'the page itself needs no Redis');
  s.cookie = `__Host-waxseal-${instance.instance}=${'A'.repeat(64)}`;
  const page = await s.request('GET', '/mail/');
  assert.equal(page.status, 503);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.equal((await s.request('GET', '/api/v1/folders')).json.code, 'state_unavailable');
  await s.stop();
});

test('while IMAP is away sign-in says so, and does not count it as a wrong password', async () => {
  const s = await Server.start(instance, program, { imap: 'imap://127.0.0.1:1' });
  const a = account('bob');
  for (let i = 0; i < 12; i++) {
    const r = await s.request('POST', '/api/v1/signin', { json: { username: a.address, password: a.password } });
    assert.equal(r.status, 503, r.text);
    assert.equal(r.json.code, 'imap_unavailable');
  }
  await s.stop();
});
