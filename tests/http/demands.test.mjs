// What the composer is told of its organisation's rules while it writes, what prepare and finish make of it, and what the log of
// decisions says. Rules that could touch other tests' mail are for addresses of this file only.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { ctl, dropFolder, folderId, imapOf, instance, redis, signedIn, top } from '../lib/instance.mjs';
import { composeBody, fillVault, fingerprint, signAttributes, unwrap } from '../lib/keyring.mjs';
import { message, multipart, text } from '../lib/mime.mjs';
import { Smime } from '../lib/smime.mjs';

const ALICE = `alice@${instance.domain}`;
const PAT = 'pat@demands.example', XENA = 'xena@demands-else.example';
const dir = mkdtempSync(path.join(tmpdir(), 'waxseal-demands-'));
let alice;

const people = (...list) => list.map((address) => ({ name: '', address }));
function setRules(organisation, document) {
  writeFileSync(path.join(dir, 'rules.json'), JSON.stringify(document));
  ctl('rules', 'set', organisation, path.join(dir, 'rules.json'));
}
const demo = (rules, more = {}) => setRules('demo', { rules: rules.map((r, i) => ({ id: `R${i}`, priority: i + 1, from: [ALICE], to: ['demands.example'], ...r })), ...more });
async function ask(over = {}) {
  const r = await alice.post('/api/v1/compose/demands', { from: people(ALICE)[0], to: people('Pat@demands.example'), cc: [], bcc: [], subject: 'Report', mode: 'none', decision: true, ...over });
  assert.equal(r.status, 200, r.text);
  return r.json;
}
const prepare = (over = {}) => alice.request('POST', '/api/v1/compose/prepare', composeBody({ submission: randomUUID(), from: people(ALICE)[0], to: people(PAT), cc: [], bcc: [], reply_to: [], subject: 'Report', text: 'Nobody logs this text', html: null,
  mode: 'none', may_encrypt: false, signer: fingerprint('alice'), attachments: [], remember: false, ...over }));
/** The newest entry about a message, as the administrators' tools read it. */
function logged(messageId, organisation = 'demo') {
  for (const line of redis('ctl', '--json', 'XREVRANGE', `${instance.instance}:log:${organisation}`, '+', '-', 'COUNT', '50').split('\n').filter(Boolean).map((l) => JSON.parse(l))) for (const [, fields] of line) {
    const entry = Object.fromEntries(fields.flatMap((f, i) => (i % 2 ? [] : [[f, fields[i + 1]]])));
    if (entry.message_id === messageId) return { ...entry, groups: JSON.parse(entry.groups) };
  }
  return null;
}

before(async () => {
  alice = await signedIn('alice');
  await fillVault(alice, 'alice');
  demo([]);
});
after(() => {
  demo([]);
  rmSync(dir, { recursive: true });
  alice.close();
});

test('says per recipient what counts, who says so by name, and what the composer locks or presets', async () => {
  demo([{ encrypt: 'require', name: 'Partners', note: 'By contract' }, { sign: 'on', to: ['demands-else.example'] }]);
  const a = await ask({ cc: people(XENA), user: { sign: false, encrypt: false } });
  assert.equal(a.organisation, 'demo');
  assert.deepEqual(a.recipients.map((r) => [r.address, r.encrypt.level, r.encrypt.by.kind, r.sign.level, r.rule?.id]), [[PAT, 'require', 'rule', 'on', 'R0'], [XENA, 'off', 'default', 'on', 'R1']]);
  assert.deepEqual(a.locked, { sign: null, encrypt: { kind: 'rule', id: 'R0', name: 'Partners', note: 'By contract' } });
  assert.deepEqual([a.wished.sign.id, a.wished.encrypt, a.trigger, a.subject, a.may], ['R1', null, null, null, { sign: false, encrypt: true, subject: false }]);
  // the person's no: lowers the wish, never the demand
  const said = a.decision.recipients[XENA].passes[0];
  assert.deepEqual([said.effective.sign, said.from_rule.sign, said.actions.sign.reason], ['off', 'user', 'user_declined']);
  assert.equal(a.decision.recipients[PAT].passes[0].effective.encrypt, 'require');
  assert.equal('decision' in (await ask({ decision: false })), false);
  const nobody = await ask({ to: [] });
  assert.deepEqual([nobody.recipients, nobody.locked, nobody.may.encrypt], [[], { sign: null, encrypt: null }, true]);
});

test('whoever may not write so, or asks about what is none, gets the refusal of the composer', async () => {
  const r = await alice.post('/api/v1/compose/demands', { from: people('bob@demo.test')[0], to: people(PAT) });
  assert.deepEqual([r.status, r.json.details.field], [403, 'from']);
  const bad = await alice.post('/api/v1/compose/demands', { from: people(ALICE)[0], to: people('no address') });
  assert.deepEqual([bad.status, bad.json.details.field], [422, 'to[0]']);
});

test('filters see the header that the message will have, in the preview and at prepare', async () => {
  demo([{ sign: 'require', filter: { field: 'header:importance', op: 'equals', value: 'high' } }, { encrypt: 'require', filter: { field: 'header:Cc', op: 'contains', value: XENA } }]);
  assert.deepEqual((await ask()).locked, { sign: null, encrypt: null });
  assert.equal((await ask({ priority: 'high' })).locked.sign.id, 'R0');
  assert.equal((await ask({ cc: people(XENA) })).locked.encrypt.id, 'R1');
  const refused = await prepare({ priority: 'high' });
  assert.deepEqual([refused.status, refused.json.details.demands?.[0].rule], [403, 'R0'], refused.text);
  assert.equal((await prepare()).status, 200);
});

test('a trigger locks, is taken out of what leaves, and is still seen by the rules at finish', async () => {
  demo([{ sign: 'off', filter: { field: 'subject', op: 'contains', value: '[s]' } }], { triggers: { sign: '[s]' } });
  const a = await ask({ subject: 'Plan [S]  two', user: { sign: false } });
  assert.deepEqual([a.locked.sign, a.trigger, a.subject, a.may.subject], [{ kind: 'trigger' }, { sign: true, encrypt: false }, 'Plan two', true]);
  assert.equal(a.decision.subject, 'Plan two');
  const p = await prepare({ subject: 'Plan [S]  two', mode: 'sign' });
  assert.equal(p.status, 200, p.text);
  assert.equal(p.json.subject, 'Plan two');
  const text = Buffer.concat(p.json.skeleton.map((x) => Buffer.from(x.bytes ?? '', 'base64'))).toString();
  assert.match(text, /^Subject: Plan two\r$/m);
  const done = await alice.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: signAttributes('alice', p.json.attributes), content_key: null });
  assert.equal(done.status, 200, done.text);
  // another trigger since: another decision, and nothing leaves by the old one
  const later = await prepare({ subject: 'Plan [S] three', mode: 'sign' });
  demo([], { triggers: { sign: 'plan' } });
  const r = await alice.post('/api/v1/compose/finish', { ticket: later.json.ticket, signature: signAttributes('alice', later.json.attributes), content_key: null });
  assert.deepEqual([r.status, r.json.code], [409, 'conflict'], r.text);
});

test('what was sent and what was refused stands in the log, without a word of it', async () => {
  demo([{ sign: 'require' }]);
  const sent = await prepare({ mode: 'sign', cc: people(XENA), subject: 'Utopia' });
  assert.equal((await alice.post('/api/v1/compose/finish', { ticket: sent.json.ticket, signature: signAttributes('alice', sent.json.attributes), content_key: null })).status, 200);
  const entry = logged(sent.json.message_id);
  assert.deepEqual([entry.source, entry.from, entry.recipients, entry.direction, entry.outcome, entry.status, entry.rules], ['web', ALICE, `${PAT} ${XENA}`, 'outbound', 'deliver', '2.0.0', 'R0 -']);
  assert.deepEqual([entry.groups[0].trace, entry.groups[0].actions.sign], [{ R0: 'selected' }, { result: 'satisfied', reason: 'already_signed' }]);
  const submission = randomUUID();
  assert.equal((await prepare({ submission, cc: people(XENA), subject: 'Utopia' })).status, 403);
  const refused = logged(`<${submission}@${instance.domain}>`);
  assert.deepEqual([refused.outcome, refused.status], ['reject', '5.7.3']);
  assert.deepEqual(refused.groups.map((g) => [g.recipients, g.held ?? false, g.actions.sign?.reason]), [[[PAT], false, 'user_declined'], [[XENA], true, undefined]]);
  assert.doesNotMatch(JSON.stringify([entry, refused]), /Utopia|Nobody logs/);
});

test('on reading, a demand that is not met warns beside the verdict, and makes nothing better', async () => {
  const smime = new Smime(instance.keys);
  const FROM = 'pat@demands-in.example', BOB = `bob@${instance.domain}`;
  const imap = await imapOf('alice');
  const put = async (body, from, extra = []) => {
    await imap.create('Demands');
    const uid = await imap.append('Demands', message({ from, to: ALICE, subject: 'Read', date: new Date(), id: `<${randomUUID()}@demands-in.example>`, more: extra }, body));
    const { uidvalidity } = await imap.select('Demands');
    const at = `/api/v1/folders/${folderId('Demands')}/messages/${uid}`;
    const get = async () => (await alice.get(`${at}?uidvalidity=${uidvalidity}`)).json.security;
    get.open = async () => { const { job } = await get(); return (await alice.post(`${at}/open`, { uidvalidity, keys: [{ layer: job.layer, content_key: unwrap('alice', job) }] })).json.security; };
    return get;
  };
  const said = (x) => x && [x.level, x.policy?.refused, x.policy?.reason, x.policy?.rule?.name];
  try {
    const plain = await put(text('x'), FROM);
    assert.equal(await plain(), null, 'nothing is demanded');
    demo([{ from: ['demands-in.example', BOB], to: [ALICE], validate: 'require', decrypt: 'on', name: 'In' }]);
    assert.deepEqual(said(await plain()), ['warning', true, 'unsigned', 'In']);
    const signed = await put(smime.clearSigned(text('x'), 'bob'), BOB);
    assert.deepEqual(said(await signed()), ['good', false, 'valid', 'In']);
    const other = await put(smime.clearSigned(text('x'), 'bob'), FROM);
    assert.deepEqual(said(await other()), ['bad', true, 'mismatch', 'In'], 'worse stays worse');
    const report = await put(multipart('report', [text('x')], '; report-type=delivery-status'), FROM, [['Return-Path', '<>']]);
    assert.equal((await report())?.policy?.refused ?? false, false, 'nobody could have signed it');
    const sealed = await put(smime.encrypted(text('x'), ['alice']), FROM);
    assert.deepEqual(said(await sealed()).slice(1, 3), [false, 'pending']);
    assert.deepEqual(said(await sealed.open()).slice(1, 3), [true, 'unsigned']);
    demo([{ from: ['demands-in.example'], to: [ALICE], decrypt: 'force', name: 'In' }]);
    assert.deepEqual(said(await plain()), ['warning', true, 'not_encrypted', 'In']);
    assert.deepEqual(said(await sealed.open()).slice(1, 3), [false, 'ok']);
    // what the reader wrote was not received
    demo([{ from: ['*'], to: [ALICE], validate: 'require' }]);
    assert.equal(await (await put(text('x'), ALICE))(), null);
  } finally {
    demo([]);
    imap.close();
    await dropFolder('alice', 'Demands');
  }
});

// The sender's side of every worked example that somebody in an organisation writes: the same rules and message, of an organisation of
// its own, asked of the composer and of `waxsealctl rules simulate`. (That the composer's function decides each example exactly as
// expected, certificates and all, is unit/webmail/demand_preview_test.)
test('the preview decides the worked examples as simulate does', async () => {
  const { examples } = JSON.parse(readFileSync(path.join(top, 'tests/fixtures/policy/examples.json'), 'utf8'));
  const ours = examples.filter((x) => x.message.authenticated && x.message.from === 'ann@acme.example' && !x.message.signed && !x.message.encrypted && !x.message.headers && !x.state && x.orgs[0].smime === 'enabled');
  const org = 'examples';
  const undo = [];
  const once = (back, ...args) => { ctl(...args); undo.unshift(back); };
  try {
    once(['organisation', 'remove', org], 'organisation', 'add', org, '--customer', 'demo');
    once(['domain', 'detach', 'acme.example'], 'domain', 'attach', 'acme.example', org);
    once(['alias', 'remove', ALICE, 'ann@acme.example'], 'alias', 'add', ALICE, 'ann@acme.example');
    let compared = 0;
    for (const x of ours) {
      const { rules, datasets, defaults, triggers, domains } = x.orgs[0];
      if (domains.length !== 1 || x.orgs[0].ops) continue;
      setRules(org, { rules, ...(datasets && { datasets }), ...(defaults && { defaults }), ...(triggers && { triggers }) });
      const m = x.message;
      const a = await ask({ from: people('ann@acme.example')[0], to: people(...m.to ?? []), cc: people(...m.cc ?? []), bcc: people(...m.bcc ?? []), subject: m.subject, user: m.user ?? {}, size: m.size ?? 0, attachment: m.has_attachment ?? false });
      writeFileSync(path.join(dir, 'mail.json'), JSON.stringify({ message: { ...m, mail_from: 'ann@acme.example' } }));
      const simulated = JSON.parse(ctl('rules', 'simulate', path.join(dir, 'mail.json')));
      assert.deepEqual(a.decision, simulated.decision ?? simulated, x.id);
      assert.deepEqual(Object.fromEntries(Object.entries(a.decision.recipients).map(([k, r]) => [k, [r.passes[0].rule, r.passes[0].trace, r.passes[0].effective]])),
        Object.fromEntries(Object.entries(x.expect.recipients).map(([k, r]) => [k, [r.passes[0].rule, r.passes[0].trace, r.passes[0].effective]])), x.id);
      compared++;
    }
    assert.ok(compared >= 40, `${compared} examples`);
  } finally { for (const args of undo) try { ctl(...args); } catch (error) { console.log(`# ${args.join(' ')}: ${error.message}`); } }
});
