// Recipients that are none, as they go along with a draft: never what would cost the draft itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address } from '../src/api/types.ts';
import { apart } from '../src/core/faulty.ts';
import { parseRecipients } from '../src/core/recipients.ts';

const lists = (to: Address[]) => ({ to, cc: [], bcc: [], reply_to: [] });

test('control characters and half letters become blanks, and make no address of it', () => {
  for (const text of ['Bob <bob\t.x>', 'Bob <bob\u0007@x.test>', 'a\ud800b <c d>']) {
    const kept = apart(lists(parseRecipients(text)));
    assert.equal(kept.to.length, 0, text);
    assert.equal(kept.faulty?.to.length, 1, text);
    assert.doesNotMatch(JSON.stringify(kept.faulty), /\\[tun]|\p{Cc}/u, text);
  }
});

test('so many as the server takes: in number, in letters and in bytes', () => {
  const bad = (n: number, name = ''): Address[] => Array.from({ length: n }, (_, i) => ({ name, address: `${i} nowhere` }));
  assert.equal(apart(lists(bad(101))).faulty?.to.length, 100);
  assert.equal(apart(lists([{ name: '', address: `${'x'.repeat(300)} y` }])).faulty, undefined);
  const kept = apart(lists(bad(100, 'ж'.repeat(300)))).faulty;
  const bytes = new TextEncoder().encode(JSON.stringify(kept)).length;
  assert.ok(bytes < 65_536 - 64 && bytes > 55_000, `${bytes}`);
});
