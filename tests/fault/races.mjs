// Races of drafts (R6): two windows, or one window whose answer was lost, do two things with one draft at the same time,
// over two servers, of which one may die on the way. A Window does what the browser does: it names its base and its
// turn with every request, repeats what had no answer, and where another one was quicker makes a message of its own.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { Server } from '../lib/fastcgi.mjs';
import { instance } from '../lib/instance.mjs';
import { certificateFile, composeBody, keyFile, signAttributes } from '../lib/keyring.mjs';
import { openssl } from '../lib/smime.mjs';
import { Lab } from './lab.mjs';

const REPEATS = 4;

class Window {
  key = crypto.randomUUID();
  n = 0;
  base = null;
  state = 'open'; // discarded, sent, doubt
  told = 0; // how often it was said that another one was quicker
  constructor(server, kind, fields, base = null) { Object.assign(this, { server, kind, base, fields: { ...fields } }); }

  next() { return { ...(this.base ? { base: this.base } : {}), turn: { window: this.key, n: ++this.n, ...(this.was ? { was: this.was } : {}) } }; }
  write() { this.fields.text = `${crypto.randomUUID()}\n`; }
  get text() { return this.fields.text.trim(); }
  at(place) { this.base = { uid: place.uid, uidvalidity: place.uidvalidity }; }
  compose(what) { return this.server.request('POST', `/api/v1/compose/${what}`, composeBody({ ...this.fields, ...this.next() }, [])); }

  /** Until it is answered. */
  async answered(ask, up) {
    for (let i = 0; i < REPEATS; i++) {
      const r = await ask().catch(() => null);
      if (r) return r;
      await up();
    }
    throw new Error('nobody answers');
  }
  async apart(up) {
    this.told++;
    Object.assign(this, { base: null, n: 0, was: this.fields.submission });
    this.fields.submission = crypto.randomUUID();
    await this.save(up);
  }
  async save(up) {
    const r = await this.answered(() => this.compose('draft'), up);
    if (r.status === 409) return this.apart(up);
    assert.equal(r.status, 200, `save: ${r.text}`);
    this.was = null;
    return this.at(r.json);
  }
  async hold(up, seconds = 30) {
    const r = await this.answered(() => this.server.post('/api/v1/compose/hold', { submission: this.fields.submission, seconds, ...this.next() }), up);
    if (r.status === 409) return this.apart(up);
    assert.equal(r.status, 200, `hold: ${r.text}`);
    return this.at(r.json);
  }
  back(up) { return this.hold(up, 0); }
  async discard(up) {
    const r = await this.answered(() => this.server.request('DELETE', '/api/v1/compose/draft', { json: { submission: this.fields.submission, ...this.next() } }), up);
    if (r.status === 409) this.told++;
    else assert.equal(r.status, 200, `discard: ${r.text}`);
    this.state = 'discarded';
  }
  async send(up) {
    const p = await this.answered(() => this.compose('prepare'), up);
    if (p.status === 409) return this.apart(up);
    assert.equal(p.status, 200, `prepare: ${p.text}`);
    this.at(p.json.draft);
    const f = await this.server.post('/api/v1/compose/finish', { ticket: p.json.ticket, signature: p.json.attributes ? signAttributes('alice', p.json.attributes, p.json.digest) : null, content_key: p.json.content_key }).catch(() => null);
    if (f?.status === 409) return this.apart(up);
    if (f) {
      assert.equal(f.json?.status, 'sent', `finish: ${f.text}`);
      this.state = 'sent';
      return null;
    }
    await up();
    const s = await this.answered(() => this.server.post(`/api/v1/compose/status/${this.fields.submission}`, {}), up);
    if (s.status === 404) return this.save(up); // nothing left: it is a draft again
    this.state = s.json.status === 'sent' ? 'sent' : 'doubt';
    return null;
  }
  /** A request is given up by the window (the connection broke, the person cancelled it): the server goes on with it. */
  lose(what) { return this.compose(what).catch(() => null); }
}

/** name: [what the first does, what the second does]; `own`: one window, whose first request had no answer. */
export const races = {
  'save, save': { first: 'save', second: 'save' },
  'save, send': { first: 'save', second: 'send' },
  'save, hold': { first: 'save', second: 'hold' },
  'send, hold': { first: 'send', second: 'hold' },
  'send, send': { first: 'send', second: 'send' },
  'discard, save': { first: 'discard', second: 'save' },
  'discard, send': { first: 'discard', second: 'send' },
  'discard, hold': { first: 'discard', second: 'hold' },
  'time runs out, taken back': { first: 'send', second: 'back', held: true },
  'taken back, saved': { first: 'back', second: 'save', held: true },
  'encryption on, save in clear': { first: 'save', second: 'save', seals: true },
  'save lost, save': { own: true, first: 'draft', second: 'save' },
  'save lost, hold': { own: true, first: 'draft', second: 'hold' },
  'save lost, send': { own: true, first: 'draft', second: 'send' },
  'save lost, discard': { own: true, first: 'draft', second: 'discard' },
  'prepare lost, send': { own: true, first: 'prepare', second: 'send' },
  'prepare lost, save': { own: true, first: 'prepare', second: 'save' },
};
const DRAFT = ['draft_before', 'imap_append_sent', 'imap_append_answered', 'draft_appended', 'draft_noted', 'draft_replaced'];
const POINTS = {
  save: DRAFT, draft: DRAFT, prepare: [...DRAFT, 'ticket_issued'], hold: ['hold_read', ...DRAFT, 'hold_done'], back: ['hold_read', ...DRAFT, 'hold_done'],
  discard: ['discard_found', 'discard_noted', 'discard_done'],
  send: [...DRAFT, 'ticket_issued', 'entity_read', 'claimed', 'envelope_submitted', 'result_noted', 'copy_noted'],
};
/** Where the server of the first one may die. */
export const pointsOf = (name) => POINTS[races[name].first];
export const kindsOf = (name) => (races[name].seals ? ['sign_encrypt'] : ['none', 'sign_encrypt']);

export class Races extends Lab {
  async start() {
    await super.start();
    this.other = await Server.start(instance, this.program, this.changes);
    Object.assign(this.other, { cookie: this.server.cookie, csrf: this.server.csrf });
    return this;
  }
  async stop() {
    await this.other?.stop();
    await super.stop();
  }

  /** Every draft of this submission as a text, opened where it is encrypted; `clear`: as it lies there. */
  async texts(submission) {
    await this.mail.select('Drafts');
    const out = [];
    for (const uid of await this.mail.search(`HEADER X-Waxseal-Submission "${submission}"`)) {
      const raw = await this.mail.source(uid);
      const clear = raw.toString('latin1');
      const sealed = /^Content-Type: application\/pkcs7-mime/mi.test(clear);
      out.push({ uid, clear, sealed, text: sealed ? openssl(['cms', '-decrypt', '-inform', 'SMIME', '-recip', certificateFile('alice'), '-inkey', keyFile('alice')], raw).toString('latin1') : clear });
    }
    return out;
  }

  /** One race; `point`: the server of the first dies there; `lag`: ms by which the second begins later (or, below 0, earlier). */
  async race(name, kind, lag, point = null) {
    const r = races[name];
    const label = `${name}, ${kind}, ${lag} ms${point ? `, dies at ${point}` : ''}`;
    const letter = this.letter(r.seals ? 'none' : kind);
    const first = new Window(this.server, kind, letter);
    const up = async () => { if (!this.isArmed && point && !this.again) { this.again = this.restart(); } await this.again; };
    this.again = null;
    first.write();
    await first.save(up);
    if (r.held) await first.hold(up);
    const second = r.own ? first : new Window(this.other, kind, first.fields, first.base);
    if (point) this.arm(point);
    let given = null;
    const one = async () => {
      if (lag < 0) await new Promise((done) => { setTimeout(done, -lag); });
      if (r.own) { first.write(); given = first.lose(r.first); return; }
      if (r.seals) Object.assign(first.fields, { mode: 'sign_encrypt', may_encrypt: true });
      if (r.first === 'save') first.write();
      await first[r.first](up);
    };
    const two = async () => {
      if (lag > 0) await new Promise((done) => { setTimeout(done, lag); });
      if (r.own) second.server = this.other;
      if (r.second === 'save' || r.own) second.write();
      await second[r.second](up);
    };
    if (r.own) { await one(); await two(); } else await Promise.all([one(), two()]);
    await given;
    const died = point !== null && !this.isArmed;
    this.disarm();
    if (died) { this.again ??= this.restart(); await this.again; }
    const windows = r.own ? [first] : [first, second];
    // What the next auto-save of an open window finds.
    for (const w of windows) if (w.state === 'open') { w.server = this.server; await w.save(up); }
    // Whoever dies between the mail server and the state, of a draft that is discarded meanwhile, leaves that draft.
    const left = died && r.second === 'discard' && ['imap_append_sent', 'imap_append_answered', 'draft_appended'].includes(point);
    await this.judgeRace(label, windows, { secret: r.seals || kind === 'sign_encrypt', sealed: r.seals, left });
    return { label, died, told: windows.some((w) => w.told > 0), ends: windows.map((w) => w.state) };
  }

  async judgeRace(label, windows, { secret, sealed, left }) {
    const seen = new Set();
    for (const w of windows) {
      const { submission } = w.fields;
      const what = `${label}: ${submission} ${w.state}`;
      const drafts = await this.texts(submission);
      const delivered = this.delivered(w.fields);
      assert.equal(new Set(delivered).size, delivered.length, `${what}: sent twice`);
      if (secret && !sealed) for (const d of drafts) assert.ok(d.sealed, `${what}: a secret in the clear`);
      if (w.state === 'sent') {
        // Who died after it was sent: the copy is filed, and the draft goes, when the status is asked for.
        if (drafts.length) await this.settle({ point: label, nth: 1, kind: w.kind, fields: w.fields }, 20);
        assert.equal(delivered.length, w.kind === 'none' ? 1 : 2, `${what}: "sent", but not to everybody`);
        if (w.kind === 'none') assert.ok(this.smtp.messages.some((m) => m.text.includes(w.text)), `${what}: its text is lost`);
        assert.equal(await this.drafts(w.fields), 0, `${what}: its draft is still there`);
        assert.equal(await this.copies(w.fields), 1, `${what}: copies in Sent`);
      } else if (w.state === 'discarded') {
        const others = windows.some((x) => x !== w && x.state !== 'discarded' && x.fields.submission === submission);
        if (!others && !delivered.length && !left) assert.deepEqual(drafts.map((d) => d.uid), [], `${what}: a discarded draft came back`);
      } else {
        assert.equal(drafts.filter((d) => d.text.includes(w.text)).length, 1, `${what}: its text is lost`);
        if (w.state === 'open') assert.equal(drafts.length, 1, `${what}: two drafts`);
        if (w.state === 'open') assert.deepEqual(delivered, [], `${what}: sent, and not said so`);
        if (sealed && w === windows[0]) assert.ok(drafts[0].sealed, `${what}: a secret in the clear`);
        if (w.state === 'open') assert.ok(!seen.has(submission), `${what}: two windows with one draft`);
        seen.add(submission);
      }
      if (secret && !sealed) for (const m of this.smtp.messages) assert.ok(!m.text.includes(w.text), `${what}: sent in the clear`);
    }
    for (const w of windows) if (w.state !== 'sent') await this.server.request('DELETE', '/api/v1/compose/draft', { json: { submission: w.fields.submission } });
  }
}
