// What an organisation's rules demand of those who write: refused at prepare with rule and recipient, again at finish, and in
// effect at the next request. Without rules nothing changes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { ctl, instance, signedIn } from '../lib/instance.mjs';
import { composeBody, fillVault, fingerprint } from '../lib/keyring.mjs';

const ALICE = `alice@${instance.domain}`;
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-rules-'));
let alice;

function setRules(rules, more = {}) {
  writeFileSync(path.join(dir, 'rules.json'), JSON.stringify({ rules: rules.map((r, i) => ({ id: `R${i}`, priority: i + 1, from: ['@managed'], to: ['*'], ...r })), ...more }));
  ctl('rules', 'set', 'demo', path.join(dir, 'rules.json'));
}
const prepare = (over = {}) => alice.request('POST', '/api/v1/compose/prepare', composeBody({ submission: randomUUID(), from: { name: '', address: ALICE }, to: [{ name: '', address: 'Pat@partner.example' }],
  cc: [], bcc: [], reply_to: [], subject: 'Report', text: 't', html: null, mode: 'none', may_encrypt: false, signer: fingerprint('alice'), attachments: [], ...over }));
async function demands(over) {
  const r = await prepare(over);
  if (r.status === 200) return [];
  assert.deepEqual([r.status, r.json.code, r.json.details.field], [403, 'forbidden', 'mode'], r.text);
  return r.json.details.demands.map((d) => [d.address, d.sign, d.encrypt, d.rule]);
}

before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  setRules([]);
});
after(() => {
  setRules([]);
  ctl('organisation', 'set', 'demo', '--smime', 'enabled');
  rmSync(dir, { recursive: true });
  alice.close();
});

test('an organisation without rules demands nothing', async () => {
  assert.deepEqual(await demands(), []);
});

test('a demanded signature is demanded, and a personal one meets it; a wish is none', async () => {
  setRules([{ sign: 'require', to: ['partner.example'] }, { sign: 'on', encrypt: 'on' }]);
  assert.deepEqual(await demands(), [['pat@partner.example', true, false, 'R0']]);
  assert.deepEqual(await demands({ mode: 'sign' }), []);
  assert.deepEqual(await demands({ to: [{ name: '', address: 'xena@other.example' }] }), []);
  // whoever is in Bcc counts, and each is named once
  assert.deepEqual(await demands({ to: [{ name: '', address: 'xena@other.example' }], bcc: [{ name: '', address: 'pat@partner.example' }, { name: '', address: 'PAT@partner.example' }] }),
    [['pat@partner.example', true, false, 'R0']]);
});

test('demanded encryption is not met by a signature, and the sentence says which rule it is', async () => {
  setRules([{ outbound: 'enforce', filter: { field: 'subject', op: 'contains', value: 'SECRET' } }]);
  assert.deepEqual(await demands(), []);
  assert.deepEqual(await demands({ mode: 'sign', subject: 'A secret' }), [['pat@partner.example', false, true, 'R0']]);
  const r = await prepare({ subject: 'A secret' });
  assert.equal(r.json.message, 'Your organisation demands that this message is signed and encrypted (rule “R0”).');
});

test('a trigger in the subject is a demand of the writer', async () => {
  setRules([], { triggers: { sign: '[sign]' } });
  assert.deepEqual(await demands({ subject: 'x [SIGN]' }), [['pat@partner.example', true, false, null]]);
  assert.deepEqual(await demands({ mode: 'sign', subject: 'x [SIGN]' }), []);
});

test('a rule made between prepare and finish counts', async () => {
  setRules([]);
  const prepared = await prepare({ subject: 'Between' });
  assert.equal(prepared.status, 200, prepared.text);
  setRules([{ sign: 'require', filter: { field: 'subject', op: 'equals', value: 'between' } }]);
  const r = await alice.post('/api/v1/compose/finish', { ticket: prepared.json.ticket });
  assert.deepEqual([r.status, r.json.code, r.json.details.demands?.[0].rule], [403, 'forbidden', 'R0'], r.text);
});

test('whoever is in Cc or Bcc is judged again at finish, too', async () => {
  const other = [{ name: '', address: 'xena@other.example' }], pat = [{ name: '', address: 'Pat@partner.example' }];
  for (const lists of [{ to: other, cc: pat }, { to: other, cc: [], bcc: pat }, { to: pat, cc: pat, bcc: pat }]) {
    setRules([]);
    const prepared = await prepare({ subject: 'Copies', ...lists });
    assert.equal(prepared.status, 200, prepared.text);
    setRules([{ sign: 'require', to: ['partner.example'] }]);
    const r = await alice.post('/api/v1/compose/finish', { ticket: prepared.json.ticket });
    assert.deepEqual([r.status, r.json.details?.demands?.map((d) => d.address)], [403, ['pat@partner.example']], r.text);
  }
});

test('an edit that does not concern the message breaks nobody\'s send', async () => {
  setRules([]);
  const prepared = await prepare({ subject: 'Elsewhere', to: [{ name: '', address: ALICE }] });
  assert.equal(prepared.status, 200, prepared.text);
  setRules([{ sign: 'require', to: ['partner.example'] }]);
  const r = await alice.post('/api/v1/compose/finish', { ticket: prepared.json.ticket });
  assert.equal(r.status, 200, r.text);
});

test('the feature switched off ends all demands, at the next request', async () => {
  setRules([{ sign: 'require' }]);
  assert.deepEqual(await demands(), [['pat@partner.example', true, false, 'R0']]);
  ctl('organisation', 'set', 'demo', '--smime', 'disabled');
  assert.deepEqual(await demands(), []);
  ctl('organisation', 'set', 'demo', '--smime', 'enabled');
  assert.deepEqual(await demands(), [['pat@partner.example', true, false, 'R0']]);
});
