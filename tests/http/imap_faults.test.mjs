// Reading while the IMAP server dies, hangs and lies: a sentence, never half a message, and the next request works.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before, beforeEach } from 'node:test';
import { ImapProxy } from '../lib/faulty.mjs';
import { Server } from '../lib/fastcgi.mjs';
import { account, folderId, imapOf, instance, top } from '../lib/instance.mjs';
import { message, text } from '../lib/mime.mjs';

const proxy = await new ImapProxy(instance.ports.imap).start();
const server = new Server(instance, path.join(top, process.env.BUILD ?? 'build', 'waxseald'),
  { imap: `imap://127.0.0.1:${proxy.port}`, request_timeout_ms: '4000', processes: '1' });
const inbox = folderId('INBOX');
const last = 'the last line of a long body';
let url;

before(async () => {
  const imap = await imapOf('alice');
  const body = `${'A line of a body that does not fit into one segment.\n'.repeat(4000)}${last}\n`;
  const uid = await imap.append('INBOX', message({ from: 'tester@demo.test', to: 'alice@demo.test', subject: `Fault ${randomUUID()}`, date: new Date(), id: `<${randomUUID()}@demo.test>` }, text(body)));
  const { uidvalidity } = await imap.select('INBOX');
  imap.close();
  url = `/api/v1/folders/${inbox}/messages/${uid}?uidvalidity=${uidvalidity}`;
  await server.start();
  await server.signIn(account('alice').address, account('alice').password);
});
after(async () => { await server.stop(); proxy.close(); });
beforeEach(() => { proxy.spoil = null; });

const whole = (r) => r.status === 200 && r.json.parts.some((p) => p.content.includes(last));
// Most memory the one worker process ever had, in KiB.
function peak() {
  const worker = readFileSync(`/proc/${server.process.pid}/task/${server.process.pid}/children`, 'utf8').trim().split(' ');
  assert.equal(worker.length, 1);
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${worker[0]}/status`, 'utf8'))[1]);
}

// What stands before and behind the start of the body in what the server says; null for anything else.
function atBody(d) {
  const said = d.toString('latin1');
  const at = said.indexOf('BODY[] {');
  return at < 0 ? null : { said, end: said.indexOf('\r\n', at) + 2 };
}
const latin1 = (s) => Buffer.from(s, 'latin1');
const faults = {
  'killed before the body': [(d) => atBody(d) && { bytes: '', then: 'cut' }, 503, 'imap_unavailable'],
  'killed inside the body': [(d) => { const b = atBody(d); return b && { bytes: latin1(b.said.slice(0, b.end + 200)), then: 'cut' }; }, 503, 'imap_unavailable'],
  'hanging inside the body': [(d) => { const b = atBody(d); return b && { bytes: latin1(b.said.slice(0, b.end + 200)), then: 'hang' }; }, 504, 'timeout'],
  garbage: [(d) => atBody(d) && { bytes: '%% no IMAP at all \x01\x02\r\n' }, 503, 'imap_unavailable'],
  'a body of 4 GiB': [(d) => { const b = atBody(d); return b && { bytes: latin1(b.said.replace(/BODY\[\] \{\d+\}/, 'BODY[] {4294967295}')) }; }, 413, 'too_large'],
};

for (const [name, [spoil, status, code]] of Object.entries(faults)) {
  test(`${name}: a sentence, no part of the message, and the next request works`, async () => {
    assert.ok(whole(await server.get(url)));
    const before_ = peak();
    proxy.spoil = spoil;
    const r = await server.get(url);
    assert.equal(r.status, status, r.text);
    assert.equal(r.json.code, code);
    assert.ok(r.json.message.length > 10);
    assert.ok(!r.text.includes('A line of a body'));
    proxy.spoil = null;
    assert.ok(whole(await server.get(url)), 'the next request');
    assert.ok(peak() - before_ < 10 * 1024, `${peak() - before_} KiB more`);
  });
}

test('a connection that dies once is not noticed', async () => {
  let times = 0;
  proxy.spoil = (d) => { const b = atBody(d); return b && times++ === 0 ? { bytes: latin1(b.said.slice(0, b.end + 200)), then: 'cut' } : null; };
  assert.ok(whole(await server.get(url)));
  assert.equal(times >= 2, true);
  times = 0;
  proxy.spoil = (d) => (d.includes('BODYSTRUCTURE') && times++ === 0 ? { bytes: d.subarray(0, d.length >> 1), then: 'cut' } : null);
  const r = await server.get(`/api/v1/folders/${inbox}/messages?offset=1&limit=20`);
  assert.equal(r.status, 200, r.text);
  assert.equal(r.json.messages.length, 20);
});

test('a change is never sent twice: an answer that gets lost is said to be lost', async () => {
  const seen = [];
  const [, uid, uidvalidity] = /messages\/(\d+)\?uidvalidity=(\d+)/.exec(url);
  proxy.refuse = { test: (line) => { if (/UID STORE/.test(line)) seen.push(line); return false; } };
  proxy.spoil = (d) => (/OK Store/i.test(d.toString('latin1')) ? { bytes: '', then: 'cut' } : null);
  const r = await server.post(`/api/v1/folders/${inbox}/flags`, { uidvalidity: Number(uidvalidity), uids: [Number(uid)], add: ['\\Flagged'], remove: [] });
  proxy.refuse = null;
  assert.equal(r.status, 503, r.text);
  assert.equal(seen.length, 1);
});
