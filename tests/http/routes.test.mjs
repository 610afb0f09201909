// Every API route of docs/API.md (made from the route table), so that a new one is held to the same from its first day.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { Client } from '../lib/http.mjs';
import { folderId, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { fillVault } from '../lib/keyring.mjs';

const text = execFileSync(path.join(top, process.env.BUILD ?? 'build', 'waxseald'), ['--print-api'], { encoding: 'utf8' });
const routes = text.split('\n').filter((l) => /^\| `[A-Z]+ \//.test(l)).map((l) => {
  const [, route, auth, guard, feature, , request] = l.split(/(?<!\\)\|/).map((x) => x.trim());
  const [method, pattern] = route.replaceAll('`', '').split(' ');
  return { method, pattern, auth, guard, feature, request };
});
const api = routes.filter((r) => r.pattern.startsWith('/api/') && r.pattern !== '/api/v1/signin');
const changing = api.filter((r) => r.method !== 'GET');
const withFolder = (f) => (p) => p.replace('{f}', f).replace('{uid}', '1').replace('{id}', '0123456789abcdef').replace('{submission}', '00000000-0000-4000-8000-000000000000').replace('*', '1');
const fill = withFolder(folderId('INBOX'));
const name = (r) => `${r.method} ${r.pattern}`;
// The body is JSON unless the table says what else it is.
const takesJson = (r) => changing.includes(r) && /^\{/.test(r.request) && !r.pattern.endsWith('/signout') && !['message/rfc822', 'Compose body'].includes(r.request);

/** All but the event stream, which goes on until somebody ends it (events.test.mjs). */
const ending = api.filter((r) => r.pattern !== '/api/v1/events');

test('the table has every kind of route', () => {
  assert.ok(api.length >= 35, `${api.length} routes`);
  assert.ok(changing.length > 20);
  assert.ok(api.filter((r) => r.feature === 'smime').length > 8);
});

test('every API route needs a session', async () => {
  const c = new Client(instance.origin);
  for (const r of api) {
    const answer = await c.request(r.method, fill(r.pattern), r.method === 'GET' ? {} : { json: {} });
    assert.equal(answer.status, 401, name(r));
    assert.equal(answer.json.code, 'unauthenticated', name(r));
    assert.ok(!answer.headers['set-cookie'], name(r));
  }
});

test('every route that changes something needs the token and our origin', async () => {
  const c = await signedIn('alice');
  for (const r of changing) {
    assert.equal(r.guard, 'token', name(r));
    for (const options of [{ csrf: false }, { csrf: 'x' }, { origin: 'https://evil.example' }, { headers: { 'Sec-Fetch-Site': 'cross-site' } }]) {
      const answer = await c.request(r.method, fill(r.pattern), { json: {}, ...options });
      assert.equal(answer.status, 403, `${name(r)} ${JSON.stringify(options)}`);
      assert.equal(answer.json.code, 'csrf', name(r));
    }
  }
});

test('every S/MIME route is closed for a plan without the feature', async () => {
  const c = await signedIn('carol');
  for (const r of api.filter((x) => x.feature === 'smime')) {
    const answer = await c.request(r.method, fill(r.pattern), r.method === 'GET' ? {} : { json: {} });
    assert.equal(answer.status, 403, name(r));
    assert.equal(answer.json.code, 'feature_disabled', name(r));
  }
  for (const r of api.filter((x) => x.pattern.includes('/smime/'))) assert.equal(r.feature, 'smime', name(r));
});

test('a body that is not what the route takes is refused', async () => {
  const c = await signedIn('alice');
  const json = { 'Content-Type': 'application/json' };
  for (const r of changing.filter(takesJson)) {
    for (const body of ['', '{', '[]', '"x"', '{"a":1,"a":2}', '{"a":"\\ud800"}', `{"a":${'['.repeat(3000)}`]) {
      const answer = await c.request(r.method, fill(r.pattern), { body, headers: json });
      assert.equal(answer.status, 400, `${name(r)} ${body.slice(0, 12)}: ${answer.text.slice(0, 80)}`);
    }
    const empty = await c.request(r.method, fill(r.pattern), { body: '{}', headers: json });
    // An absent draft is refused by the spell checker in its own words.
    const ownWords = empty.json?.code === 'spell_check_off';
    assert.ok(empty.status === 422 || ownWords || ((r.method === 'PUT' || r.pattern.endsWith('/search')) && empty.status === 200), `${name(r)} {}: ${empty.status} ${empty.text.slice(0, 80)}`);
    const type = await c.request(r.method, fill(r.pattern), { body: '{}', headers: { 'Content-Type': 'text/plain' } });
    assert.equal(type.status, 400, `${name(r)} as text`);
    const big = await c.request(r.method, fill(r.pattern), { body: `{"a":"${'x'.repeat(2 << 20)}"}`, headers: json });
    assert.equal(big.status, 413, `${name(r)} with 2 MB`);
  }
});

test('a folder of nobody is 404 on every route that names one', async () => {
  const c = await signedIn('alice');
  const nowhere = [folderId('No such folder'), 'x', '%25', folderId('a\r\nb'), folderId('user/bob/INBOX'), 'A'.repeat(1500)];
  for (const r of api.filter((x) => x.pattern.includes('{f}'))) {
    for (const f of nowhere) {
      const p = withFolder(f)(r.pattern);
      const json = { uidvalidity: 1, uid: 1, uids: [1], keys: [], part: '1', to: folderId('Trash'), text: 'x' };
      const options = r.request === 'message/rfc822' ? { body: 'Subject: x\r\n\r\nx', headers: { 'Content-Type': 'message/rfc822' } } : { json };
      const answer = await c.request(r.method, r.method === 'GET' ? `${p}?uidvalidity=1&modseq=1&uidnext=1` : p, r.method === 'GET' ? {} : options);
      assert.equal(answer.status, 404, `${name(r)} in ${f.slice(0, 20)}: ${answer.status} ${answer.text.slice(0, 80)}`);
    }
  }
});

test('another method is 405, another path 404, both in our shape', async () => {
  const c = await signedIn('alice');
  for (const p of new Set(api.map((r) => r.pattern))) {
    const used = api.filter((r) => r.pattern === p).map((r) => r.method);
    const other = ['PUT', 'DELETE', 'POST', 'GET'].find((m) => !used.includes(m));
    const answer = await c.request(other, fill(p), other === 'GET' ? {} : { json: {} });
    assert.ok([404, 405].includes(answer.status), `${other} ${p}: ${answer.status}`);
    assert.ok(answer.json.code && answer.json.message, `${other} ${p}`);
  }
});

test('no GET changes what is kept of a user', async () => {
  const c = await signedIn('alice');
  await fillVault(c, 'alice');
  const key = (what) => `${instance.instance}:u:alice@${instance.domain}:${what}`;
  const files = (await c.get('/api/v1/smime/keys')).json.keys.map((k) => `keyfile:${k.id}`);
  const kept = () => JSON.stringify([...['settings', 'keys', 'trust', ...files].map((w) => redis('web', 'GET', key(w))),
    ...['contacts', 'contact-index', 'contact-lines', 'verified'].map((w) => redis('web', 'HGETALL', key(w)).split('\n').sort())]);
  const { json } = await c.get(`/api/v1/folders/${folderId('INBOX')}/messages?offset=0&limit=200`);
  const before = kept();
  assert.ok(before.length > 500, 'there is something to change');
  for (const r of ending.filter((x) => x.method === 'GET')) {
    for (const row of r.pattern.includes('{uid}') ? json.messages : [null]) {
      const answer = await c.get(`${fill(row ? r.pattern.replace('{uid}', row.uid) : r.pattern)}${row ? `?uidvalidity=${json.uidvalidity}` : ''}`);
      const asked = row || r.pattern.endsWith('/changes') || r.pattern.startsWith('/api/v1/contacts/'); // wants numbers, or one that is there
      const unsigned = r.pattern === '/api/v1/image'; // a path of its own for each picture
      assert.ok(answer.status === (unsigned ? 403 : 200) || asked, `${name(r)}: ${answer.status}`);
    }
  }
  assert.ok(kept() === before, 'documents, address book, trust, verifications and key files are as they were');
});

test('no error tells of paths, files or libraries', async () => {
  const c = await signedIn('alice');
  for (const r of ending) {
    const answer = await c.request(r.method, fill(r.pattern), r.method === 'GET' ? {} : { json: { uidvalidity: 'x', uids: {}, keys: 5, p12: 'AAAA' } });
    assert.ok(!/\.c:|\/usr|\/var|\/tmp|libetpan|hiredis|OpenSSL|error:[0-9A-F]{8}/i.test(answer.text.slice(0, 2000)), `${name(r)}: ${answer.text.slice(0, 200)}`);
    assert.ok(answer.status < 500, `${name(r)}: ${answer.status} ${answer.text.slice(0, 100)}`);
    if (answer.status >= 400) assert.deepEqual(Object.keys(answer.json).sort(), ['code', 'details', 'message'], name(r));
  }
});
