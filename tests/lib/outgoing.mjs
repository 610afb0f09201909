// Alice sends by a waxseald of its own, whose outgoing (and, where wanted, IMAP) server a test has in its hands.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import path from 'node:path';
import { Server } from './fastcgi.mjs';
import { account, imapOf, instance, signedIn, top } from './instance.mjs';
import { certificateDer, composeBody, fillVault, signAttributes } from './keyring.mjs';

export const address = (name) => `${name}@${instance.domain}`;

export class Outgoing {
  /** ports: {smtp, imap?} in place of the instance's; knows: whose certificates are in her address book; letter: what all letters have. */
  constructor({ ports, knows = ['bob'], letter = {}, program = path.join(top, process.env.BUILD ?? 'build', 'waxseald'), env = {} }) {
    Object.assign(this, { knows, usual: letter, program });
    this.changes = Object.fromEntries(Object.entries(ports).map(([what, port]) => [what, `${what}://127.0.0.1:${port}`]));
    this.server = new Server(instance, program, this.changes, env);
  }
  async start() {
    const c = await signedIn('alice'); // keys and certificates, by the ordinary server: both use one Redis
    await fillVault(c, 'alice');
    for (const name of this.knows) {
      const r = await c.post('/api/v1/smime/certificates', { address: address(name), certificate: certificateDer(name).toString('base64') });
      assert.equal(r.status, 200, r.text);
    }
    await c.post('/api/v1/signout', {});
    c.close();
    await this.server.start();
    await this.server.signIn(address('alice'), account('alice').password);
    return this;
  }
  async stop() {
    await this.server.stop();
    // Whom the certificate made a contact is a stranger to the tests that follow.
    const strangers = this.knows.filter((name) => name !== 'bob');
    if (!strangers.length) return;
    const c = await signedIn('alice');
    for (const name of strangers) for (const { id } of (await c.post('/api/v1/contacts/search', { text: address(name) })).json.contacts) assert.equal((await c.request('DELETE', `/api/v1/contacts/${id}`, {})).status, 200);
    await c.post('/api/v1/signout', {});
    c.close();
  }

  letter(fields = {}) {
    return { submission: crypto.randomUUID(), from: { name: 'Alice', address: address('alice') }, to: [{ name: null, address: address('bob') }], cc: [], bcc: [], reply_to: null,
      subject: 'Subject', text: 'Text\n', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [], ...this.usual, ...fields };
  }
  /** files: [{name, type, bytes}]. */
  compose(what, fields, files = []) {
    const attachments = files.map((f) => ({ name: f.name, type: f.type, size: f.bytes.length, content_id: null }));
    return this.server.request('POST', `/api/v1/compose/${what}`, composeBody({ ...fields, ...(files.length ? { attachments } : {}) }, files.map((f) => f.bytes)));
  }
  async prepare(fields, files) {
    const r = await this.compose('prepare', fields, files);
    assert.equal(r.status, 200, r.text);
    return r.json;
  }
  finish(p, server = this.server) {
    return server.post('/api/v1/compose/finish', { ticket: p.ticket, signature: p.attributes ? signAttributes('alice', p.attributes, p.digest) : null, content_key: p.content_key });
  }
  async send(fields, files) {
    const prepared = await this.prepare(fields, files);
    const r = await this.finish(prepared);
    assert.equal(r.json?.status, 'sent', r.text);
    return { prepared, sent: r.json };
  }
  status(fields) { return this.server.post(`/api/v1/compose/status/${fields.submission}`, {}); }
}

/** The messages of a folder that fit, as texts. */
export async function stored(mailbox, criteria) {
  const imap = await imapOf('alice');
  try {
    await imap.select(mailbox);
    const out = [];
    for (const uid of await imap.search(criteria)) out.push((await imap.source(uid)).toString('latin1'));
    return out;
  } finally { imap.close(); }
}
export const draftsOf = (fields) => stored('Drafts', `HEADER X-Waxseal-Submission "${fields.submission}"`);
export const copiesOf = (fields) => stored('Sent', `HEADER Message-ID "<${fields.submission}@${instance.domain}>"`);
