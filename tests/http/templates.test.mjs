// Templates: kept as a whole, one person's only, never over what another tab wrote meanwhile.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { signedIn } from '../lib/instance.mjs';

let alice, bob;
before(async () => { alice = await signedIn('alice'); bob = await signedIn('bob'); });
const get = async (c) => (await c.get('/api/v1/templates')).json;
const put = (c, templates, version) => c.request('PUT', '/api/v1/templates', { body: JSON.stringify({ templates, version }), headers: { 'Content-Type': 'application/json' } });
const one = (more) => ({ id: randomUUID(), name: 'Offer', subject: 'Our offer', html: '<div>Dear <b>you</b></div>', text: 'Dear you', priority: 'normal', receipt: false, dsn: [], ...more });
after(async () => {
  await put(alice, [], (await get(alice)).version);
  alice.close();
  bob.close();
});

test('templates are kept, changed by version, and nobody else has them', async () => {
  const { version } = await get(alice);
  const first = one({ name: '  Größe  ', priority: 'high', receipt: true, dsn: ['success', 'failure'] }), second = one({ name: 'Plain', html: null, text: 'a\nb', more: 'unknown' });
  const r = await put(alice, [first, second], version);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.version, version + 1);
  assert.deepEqual((await get(alice)).templates, [{ ...first, name: 'Größe' }, one({ id: second.id, name: 'Plain', html: null, text: 'a\nb' })], 'nothing unknown is kept');
  assert.ok((await get(bob)).templates.every((x) => x.id !== first.id));
  const late = await put(alice, [], version);
  assert.deepEqual([late.status, late.json.code], [409, 'conflict']);
  assert.equal((await get(alice)).templates.length, 2);
});

test('what is no template, or too much, is refused and changes nothing', async () => {
  const before = await get(alice);
  const twin = one();
  for (const [templates, status] of [
    [[one({ id: 'x' })], 422], [[one({ name: ' ' })], 422], [[one({ name: 'a\nb' })], 422], [[one({ name: 'x'.repeat(201) })], 422], [[one({ subject: 'a\r\nBcc: x@y.test' })], 422], [[one({ subject: 5 })], 422], [[one({ priority: 'urgent' })], 422], [[one({ receipt: 'yes' })], 422], [[one({ dsn: ['never'] })], 422], [[one({ dsn: ['delay', 'delay'] })], 422], [[one({ dsn: 'delay' })], 422], [['x'], 422], [[twin, one(), { ...twin, name: 'Twin' }], 422],
    [Array.from({ length: 201 }, () => one()), 413], [[one({ text: 'x'.repeat(256 << 10) })], 413], ['x', 422],
  ]) {
    const r = await put(alice, templates, before.version);
    assert.equal(r.status, status, `${JSON.stringify(templates).slice(0, 100)}: ${r.text.slice(0, 100)}`);
  }
  assert.deepEqual(await get(alice), before);
});
