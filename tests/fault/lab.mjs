// A laboratory for sending: a waxseald built with kill points (make KILL=1), a recording SMTP server in place of the
// outgoing one, a counting IMAP proxy in front of the real one, and the person's keys. tests/fault/*.test.mjs are the
// short form of CI, tests/fault/report.mjs (make fault) the long one.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FakeSmtp, ImapProxy } from '../lib/faulty.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { eventually, imapOf, instance, top } from '../lib/instance.mjs';
import { composeBody, fingerprint } from '../lib/keyring.mjs';
import { Outgoing, address } from '../lib/outgoing.mjs';

export { address };
export const program = path.join(top, 'build/kill/waxseald');
/** A reason to skip, or false. */
export const missing = existsSync(program) ? false : 'build/kill/waxseald is missing: run make KILL=1 build/kill/waxseald';

/** The names of all kill points, from the source. */
export function killPoints({ aside = false } = {}) {
  const lines = execFileSync('grep', ['-rhoE', 'WX_KILL_POINT\\("[a-z_]+"\\)', '--include=*.c', ...['base', 'mail', 'webmail'].map((d) => path.join(top, d))], { encoding: 'utf8' });
  const all = [...new Set(lines.match(/[a-z_]+(?="\))/g))].sort();
  return aside ? all : all.filter((name) => !/^(hold|discard)_/.test(name)); // not on the way of a send: races.mjs
}

/** What is written: signed and encrypted with a blind copy (two envelopes), signed, or plain. */
const KINDS = {
  sign_encrypt: () => ({ mode: 'sign_encrypt', may_encrypt: true, signer: fingerprint('alice'), bcc: [{ name: null, address: address('alice') }] }),
  sign: () => ({ mode: 'sign', signer: fingerprint('alice') }),
  none: () => ({ mode: 'none' }),
};
export const kinds = Object.keys(KINDS);

export class Lab extends Outgoing {
  static async make(options = {}) {
    const smtp = await new FakeSmtp().start(), imap = await new ImapProxy(instance.ports.imap).start(), dir = mkdtempSync(path.join(os.tmpdir(), 'waxseal-kill-'));
    const lab = new this({ ports: { imap: imap.port, smtp: smtp.port }, letter: { subject: 'Fault' }, program, env: { WAXSEAL_KILL_DIR: dir }, ...options });
    Object.assign(lab, { smtp, imap, dir });
    await lab.start();
    lab.mail = await imapOf('alice');
    return lab;
  }
  async stop() {
    this.mail?.close();
    await super.stop();
    this.smtp.close();
    this.imap.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
  async restart() {
    await this.server.kill();
    await this.server.start();
  }

  // --- the browser's part ---
  letter(kind, fields = {}) { return super.letter({ ...KINDS[kind](), ...fields }); }

  // --- what others saw ---
  /** The messages of this submission that the outgoing server took, as lists of recipients. */
  delivered(fields) {
    return this.smtp.messages.filter((m) => m.text.includes(`<${fields.submission}@`)).map((m) => m.to.join(' '));
  }
  async count(mailbox, criteria) {
    await this.mail.select(mailbox);
    return (await this.mail.search(criteria)).length;
  }
  drafts(fields) { return this.count('Drafts', `HEADER X-Waxseal-Submission "${fields.submission}"`); }
  copies(fields) { return this.count('Sent', `HEADER Message-ID "<${fields.submission}@${instance.domain}>"`); }

  // --- dying ---
  arm(point, nth = 1) { writeFileSync(path.join(this.dir, 'armed'), nth > 1 ? `${point}:${nth}` : point); }
  get isArmed() { return existsSync(path.join(this.dir, 'armed')); }
  disarm() { rmSync(path.join(this.dir, 'armed'), { force: true }); }
  /** How often the worker died at each point. */
  killed() {
    const file = path.join(this.dir, 'killed');
    const out = new Map();
    for (const name of existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []) out.set(name, (out.get(name) ?? 0) + 1);
    return out;
  }

  /** One send in which the worker dies at a point. Answers what is to be judged, without having repaired anything. */
  async run(point, kind, nth = 1) {
    const fields = this.letter(kind);
    const before = await this.compose('draft', { ...fields, text: 'Older text\n' }); // what auto-save kept before
    assert.equal(before?.status, 200, before?.text);
    this.arm(point, nth);
    const prepared = await this.compose('prepare', fields);
    const finished = prepared?.status === 200 ? await this.finish(prepared.json) : null;
    const died = !this.isArmed;
    this.disarm();
    return { point, nth, kind, fields, died, prepared: prepared?.status === 200 ? prepared.json : null, answer: finished?.status === 200 ? finished.json.status : null };
  }

  /** What a send that was broken off must leave. Answers its end: 'not sent', 'sent', 'in doubt'. */
  async judge(run) {
    const { fields, kind } = run;
    const what = `${run.point}:${run.nth} ${kind} ${fields.submission}`;
    const s = await this.status(fields);
    const envelopes = kind === 'sign_encrypt' ? [address('bob'), address('alice')] : [address('bob')];
    const delivered = this.delivered(fields);
    assert.equal(new Set(delivered).size, delivered.length, `${what}: sent twice`);
    for (const d of delivered) assert.ok(envelopes.includes(d), `${what}: sent to ${d}`);
    const drafts = await this.drafts(fields);
    if (run.answer) assert.equal(run.answer, 'sent', `${what}: the answer arrived`);
    if (s.status === 404) {
      assert.equal(delivered.length, 0, `${what}: "not sent", but it was`);
      assert.ok(drafts >= 1, `${what}: the draft is lost`);
      return 'not sent';
    }
    assert.equal(s.status, 200, `${what}: ${s.text}`);
    if (['pending', 'unknown'].includes(s.json.status)) {
      assert.ok(drafts >= 1, `${what}: the draft of a doubtful one is lost`);
      assert.equal(run.answer, null, `${what}: was said to be sent`);
      return 'in doubt';
    }
    assert.equal(s.json.status, 'sent', what);
    assert.deepEqual(delivered.toSorted(), envelopes.toSorted(), `${what}: "sent", but not to everybody`);
    return 'sent';
  }

  /** Whatever is tried again makes one mail of it at most. One that was not sent is sent now. */
  async tryAgain(run, end) {
    const what = `${run.point}:${run.nth} ${run.kind} ${run.fields.submission}`;
    const before = this.delivered(run.fields).length;
    if (run.prepared) {
      const again = await this.finish(run.prepared);
      if (again.status === 200) assert.ok(run.point.startsWith('prepare') || run.point.startsWith('ticket'), `${what}: the ticket worked twice`);
      else assert.equal(again.status, 409, `${what}: ${again.text}`);
    }
    const p = await this.compose('prepare', run.fields);
    if (end !== 'not sent') {
      assert.equal(p.status, 409, `${what}: ${p.text}`);
      assert.equal(this.delivered(run.fields).length, before, `${what}: sent again`);
      return;
    }
    assert.equal(p.status, 200, `${what}: ${p.text}`);
    const f = await this.finish(p.json);
    assert.equal(f.json?.status, 'sent', `${what}: ${f.text}`);
    assert.equal(this.delivered(run.fields).length, run.kind === 'sign_encrypt' ? 2 : 1, what);
    assert.deepEqual([await this.copies(run.fields), await this.drafts(run.fields)], [1, 0], `${what}: copies and drafts`);
  }

  /** Who was sent, but died before Sent had the copy or the draft was gone, gets both when the status is asked for. */
  async settle(run, seconds) {
    const what = `${run.point}:${run.nth} ${run.kind} ${run.fields.submission}`;
    await eventually(async () => { const s = (await this.status(run.fields)).json; return s.sent_copy !== null && s.draft === null; }, `${what}: the Sent copy`, seconds);
    assert.deepEqual([await this.copies(run.fields), await this.drafts(run.fields)], [1, 0], `${what}: copies and drafts`);
  }

  /** Who died in doubt is said to be so before long, for as long as nobody decides. */
  async flagged(run, seconds) {
    const what = `${run.point}:${run.nth} ${run.kind} ${run.fields.submission}`;
    const s = await eventually(async () => { const x = (await this.status(run.fields)).json; return x.status === 'unknown' ? x : null; }, `${what}: said to be in doubt`, seconds);
    assert.match(s.message, /may have been sent/, what);
    assert.ok(await this.drafts(run.fields) >= 1, `${what}: the draft is lost`);
  }

  /** R2: the same letter prepared and finished n times at once, by turns over two servers. */
  async flood(kind, n) {
    const other = await Server.start(instance, this.program, this.changes);
    try {
      Object.assign(other, { cookie: this.server.cookie, csrf: this.server.csrf });
      const fields = this.letter(kind);
      const prepared = (await Promise.all(Array.from({ length: n }, async (_, i) => {
        const server = i % 2 ? other : this.server;
        return { server, p: await server.request('POST', '/api/v1/compose/prepare', composeBody(fields, [])) };
      }))).filter(({ p }) => p?.status === 200);
      const finished = await Promise.all(prepared.map(({ server, p }) => this.finish(p.json, server)));
      return { fields, finished };
    } finally { await other.stop(); }
  }

  /** R4: one send whose outgoing server does `reply` at `step` (to the recipient `to`, where that is given). */
  async refuse({ step, reply, to, kind = 'none' }) {
    const what = `${step} ${reply} ${to ?? ''} ${kind}`;
    const fields = this.letter(kind, to ? { to: [{ name: null, address: address('bob') }, { name: null, address: address('alice') }], bcc: [] } : { bcc: [] });
    const wanted = fields.to.map((x) => x.address);
    this.smtp.script = (s, line) => {
      if (s !== step || (to && !line.includes(to))) return null;
      return reply === 'silence' ? new Promise(() => {}) : reply;
    };
    const canary = `in the clear ${crypto.randomUUID()}`;
    const p = await this.compose('prepare', { ...fields, text: canary });
    assert.equal(p.status, 200, `${what}: ${p.text}`);
    const r = await this.finish(p.json);
    this.smtp.script = () => null;
    const doubtful = step === 'dot' && ['cut', 'silence'].includes(reply);
    assert.equal(r.status, 200, `${what}: ${r.text}`);
    assert.equal(r.json.status, doubtful ? 'unknown' : 'failed', `${what}: ${r.text}`);
    assert.ok(r.json.message.length > 20, `${what}: a sentence`);
    assert.deepEqual(r.json.envelopes[0].recipients.map((x) => x.address), wanted, what);
    const code = Number(reply.slice(0, 3)) || 0;
    for (const x of r.json.envelopes[0].recipients) {
      assert.equal(x.status, doubtful ? 'unknown' : 'failed', `${what}: ${x.address}`);
      const refused = (step === 'rcpt' && (!to || x.address === to)) || ['data', 'dot'].includes(step);
      if (code && refused) assert.deepEqual([x.code, x.reply], [code, reply.slice(4)], `${what}: ${x.address}`);
      if (code && step === 'rcpt' && to && x.address !== to) assert.equal(x.code, 250, `${what}: ${x.address} was welcome`);
    }
    assert.equal(await this.drafts(fields), 1, `${what}: the draft`);
    assert.equal(await this.copies(fields), 0, `${what}: no copy of what was not sent`);
    if (!doubtful) assert.deepEqual(this.delivered(fields), [], what);
    for (const m of this.smtp.messages) assert.ok(kind !== 'sign_encrypt' || !m.text.includes(canary), `${what}: sent in the clear`);
    const again = await this.compose('prepare', fields);
    if (doubtful) { assert.equal(again.status, 409, `${what}: ${again.text}`); return; }
    assert.equal((await this.finish(again.json)).json?.status, 'sent', `${what}: sent at last`);
    assert.equal(this.delivered(fields).length, 1, what);
  }
}

/** R4's cases, by what happens: [name, [{step, reply, to?, kind?}]]. */
export function refusals() {
  const steps = ['ehlo', 'auth', 'mail', 'rcpt', 'data', 'dot'];
  const replies = ['421 4.3.2 closing down', '450 4.2.1 come later', '452 4.3.1 no room', '550 5.7.1 not here'];
  const each = (reply) => steps.map((step, i) => ({ step, reply, kind: kinds[i % kinds.length] }));
  return [
    ...replies.map((r) => [r.slice(0, 3), each(r)]),
    ['one recipient of two', replies.flatMap((reply) => ['bob', 'alice'].map((n) => ({ step: 'rcpt', reply, to: address(n) })))],
    ['cut', each('cut')],
    ['silence', steps.map((step) => ({ step, reply: 'silence' }))],
  ];
}
