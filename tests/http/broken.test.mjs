// What was begun and cannot be finished must not look whole: nobody may take a part of his address book for all of it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { account, instance, redis, signedIn } from '../lib/instance.mjs';

const who = await signedIn('erin');
const made = [];
after(async () => {
  for (const id of made) await who.delete(`/api/v1/contacts/${id}`);
  who.close();
});

test('an export that fails midway is cut off, in the client\'s sight too', async () => {
  const key = `${instance.instance}:u:${account('erin').address}:contacts`;
  const notes = 'n'.repeat(4000);
  for (let i = 100; i < 420; i++) {
    const r = await who.put('/api/v1/contacts/new', { name: `Broken ${i}`, addresses: [`broken${i}@x.test`], notes });
    assert.equal(r.status, 200, r.text);
    made.push(r.json.id);
  }
  const whole = await who.get('/api/v1/contacts/export');
  assert.equal(whole.status, 200);
  assert.ok(whole.text.indexOf('Broken 418') > 1 << 20, 'more than is kept back before the first byte goes');
  assert.ok(whole.text.includes('Broken 419'));
  // Names are listed from an index; the contact itself is only read when its turn comes.
  assert.equal((await who.post('/api/v1/contacts/complete', { text: 'broken' })).status, 200);
  const late = made.at(-2); // by then more has gone than is kept back
  redis('web', 'HSET', key, late, 'a value that nobody sealed, long enough to hold all that a sealed one begins with');
  try {
    await assert.rejects(who.get('/api/v1/contacts/export'), /aborted|hang up|reset/i);
  } finally {
    redis('web', 'HDEL', key, late);
  }
});
