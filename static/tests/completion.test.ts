// What is offered while typing: only for what stands there, without flicker, and nothing of before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Found } from '../src/api/complete.ts';
import { memberAddress } from '../src/api/complete.ts';
import { Completion, stillFits } from '../src/store/completion.ts';

const who = (name: string, address: string, source: Found['source'] = 'contact'): Found => ({ name, address, source, id: null, ready: null });

interface Asked { text: string; signal: AbortSignal; answer: (f: Found[]) => void; fail: () => void }
function world(more: (text: string) => Found[] = () => []): { c: Completion; asked: Asked[]; shown: { names: string; settled: boolean }[]; until: (n: number) => Promise<void> } {
  const asked: Asked[] = [];
  const shown: { names: string; settled: boolean }[] = [];
  const c = new Completion((text, _limit, signal) => new Promise((answer, reject) => { asked.push({ text, signal, answer, fail: () => reject(new Error('away')) }); }), (f, settled) => { shown.push({ names: f.map((x) => x.name).join(' '), settled }); }, more, 0);
  const until = async (n: number): Promise<void> => { while (asked.length < n) await new Promise((r) => setTimeout(r, 1)); };
  return { c, asked, shown, until };
}
const settle = (): Promise<void> => new Promise((r) => setTimeout(r, 1));

test('answers that come late or in another order are not shown', async () => {
  const { c, asked, shown, until } = world();
  c.type('a');
  await until(1);
  c.type('an');
  await until(2);
  assert.ok(asked[0]!.signal.aborted, 'the question of before is taken back');
  asked[1]!.answer([who('Ana', 'ana@x.org')]);
  await settle();
  asked[0]!.answer([who('Abel', 'abel@x.org')]);
  await settle();
  assert.equal(shown.at(-1)!.names, 'Ana');
  assert.ok(!shown.some((s) => s.names.includes('Abel')));
});

test('while an answer is under way, those that still fit stay; nobody else flickers past', async () => {
  const { c, asked, shown, until } = world();
  c.type('a');
  await until(1);
  asked[0]!.answer([who('Ana Berg', 'ana@x.org'), who('Abel', 'abel@x.org')]);
  await settle();
  c.type('an');
  assert.deepEqual(shown.at(-1), { names: 'Ana Berg', settled: false });
  await until(2);
  asked[1]!.answer([who('Ana Berg', 'ana@x.org'), who('Anton', 'anton@x.org')]);
  await settle();
  assert.deepEqual(shown.at(-1), { names: 'Ana Berg Anton', settled: true });
  c.type('a');
  assert.deepEqual(shown.at(-1), { names: 'Ana Berg Abel', settled: true }, 'what was answered is not asked again');
  assert.equal(asked.length, 2);
  c.forget();
  c.type('a');
  await until(3);
});

test('a letter that follows at once asks once; nothing is asked for nothing', async () => {
  const { c, asked, shown, until } = world();
  c.type('   ');
  assert.deepEqual(shown, [{ names: '', settled: true }]);
  c.type('a');
  c.type('an');
  c.type('ana');
  await until(1);
  await settle();
  assert.deepEqual(asked.map((a) => a.text), ['ana']);
  c.stop();
  asked[0]!.answer([who('Ana', 'ana@x.org')]);
  await settle();
  assert.ok(!shown.some((s) => s.names === 'Ana'), 'closed meanwhile');
});

test('who is at hand comes after those of the server, once; and is all there is when it is away', async () => {
  const { c, asked, shown, until } = world((text) => (text.startsWith('an') ? [who('Ana again', 'ANA@x.org', 'shown'), who('Anke', 'anke@x.org', 'shown')] : []));
  c.type('an');
  await until(1);
  asked[0]!.answer([who('Ana', 'ana@x.org')]);
  await settle();
  assert.equal(shown.at(-1)!.names, 'Ana Anke');
  c.type('ank');
  await until(2);
  asked[1]!.fail();
  await settle();
  assert.deepEqual(shown.at(-1), { names: 'Ana again Anke', settled: true });
  c.type('an');
  c.type('ank');
  await until(3);
  assert.equal(asked[2]!.text, 'ank', 'a failure is not remembered');
});

test('what fits is told as the server tells it', () => {
  const ana = { name: 'Ána Berg-Ström', address: 'a.b@x.org' };
  for (const yes of ['an', 'ana', 'berg', 'strom an', 'a.b@x', 'x.org', 'BERG']) assert.ok(stillFits(ana, yes), yes);
  for (const no of ['na', 'ana x.net', 'berg@', '']) assert.ok(!stillFits(ana, no), no);
});

test('a member of a group is an address or a contact, which may have none', () => {
  const contact = { id: '1', name: 'Ana', addresses: [{ address: 'ana@x.org', label: '' }, { address: 'b@x.org', label: '' }], phone: '', photo: false, groups: [], version: 0, certificates: [] };
  assert.deepEqual(memberAddress('1', contact), { name: 'Ana', address: 'ana@x.org' });
  assert.deepEqual(memberAddress('1', { ...contact, addresses: [] }), { name: 'Ana', address: '' });
  assert.deepEqual(memberAddress('b@x.org', undefined), { name: '', address: 'b@x.org' });
  assert.equal(memberAddress('0123456789abcdef', undefined), null, 'an id is shown to nobody');
});
