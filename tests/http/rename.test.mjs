// Renaming somebody who administers: the second factors of both sites and their recovery codes are there before any
// sign-in under the new address, and nothing that was open under the old one is good for whoever is there next.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { adminOrigin, api } from '../lib/admin.mjs';
import { Client } from '../lib/http.mjs';
import { Imap } from '../lib/imap.mjs';
import { account, ctl, eventually, instance } from '../lib/instance.mjs';
import { codeAt, stepNow } from '../lib/totp.mjs';

const OLD = 'rename-old@demo.test', NEW = 'rename-new@demo.test', { password } = account('walt');
const mailboxes = path.join(instance.data, 'etc', 'dovecot-passwd'), known = readFileSync(mailboxes, 'utf8');
const clients = [];
const at = (origin) => (clients.push(new Client(origin)), clients.at(-1));
const quietly = (...args) => { try { ctl(...args); } catch { /* it is not there */ } };
const clean = () => {
  for (const a of [OLD, NEW]) {
    quietly('role', 'take', a, 'demo');
    quietly('role', 'totp-off', a);
    quietly('user', 'totp-off', a);
    quietly('account', 'remove', a);
  }
};
/** Dovecot looks at its file of mailboxes once a second at most. */
const isKnown = (address) => eventually(async () => {
  try { (await Imap.open(instance.ports.imap, address, password)).close(); return true; } catch { return false; }
}, `Dovecot knows ${address}`);
before(async () => {
  clean();
  const line = known.split('\n').find((l) => l.startsWith('walt@'));
  writeFileSync(mailboxes, `${known.trimEnd()}\n${[OLD, NEW].map((a) => line.replaceAll('walt@demo.test', a)).join('\n')}\n`);
  for (const a of [OLD, NEW]) await isKnown(a);
  ctl('account', 'add', OLD, '--name', 'Rena Med');
  ctl('role', 'give', OLD, 'writer', 'demo');
});
after(() => {
  for (const c of clients) c.close();
  clean();
  writeFileSync(mailboxes, known);
});

const signIn = async (c, route, username, code) => {
  const r = await c.post(route, { username, password, ...(code ? { code } : {}) });
  if (r.json?.csrf) c.csrf = r.json.csrf;
  return r;
};
const ok = (r) => (assert.equal(r.status, 200, r.text), r.json);
async function enrol(origin, signin, totp) {
  const c = at(origin);
  ok(await signIn(c, signin, OLD));
  const { secret } = ok(await c.post(totp, { action: 'start', password }));
  const { recovery } = ok(await c.post(totp, { action: 'confirm', code: codeAt(secret, stepNow()) }));
  return { c, recovery };
}

test('no sign-in under the new address without the second factor, at either site; the codes on paper go along', async () => {
  const admin = await enrol(adminOrigin, api('signin'), api('totp')), mail = await enrol(instance.origin, '/api/v1/signin', '/api/v1/totp');
  ctl('account', 'rename', OLD, NEW);
  assert.equal((await admin.c.get(api('session'))).status, 401);
  // somebody else is given address and role before anybody signs in: the old session is not hers
  ctl('account', 'add', OLD, '--name', 'Another one');
  ctl('role', 'give', OLD, 'owner', 'demo');
  assert.equal((await admin.c.get(api('session'))).status, 401);
  for (const [origin, route, { recovery }] of [[adminOrigin, api('signin'), admin], [instance.origin, '/api/v1/signin', mail]]) {
    const bare = await signIn(at(origin), route, NEW);
    assert.deepEqual([bare.status, bare.json.code], [401, 'code_needed'], `${route}: ${bare.text.slice(0, 200)}`);
    const c = at(origin), json = ok(await signIn(c, route, NEW, recovery[0]));
    if (origin === adminOrigin) assert.equal(json.second_factor, true);
    assert.equal((await signIn(at(origin), route, NEW, recovery[0])).status, 401, 'once each');
  }
  assert.equal((await admin.c.get(api('session'))).status, 401);
  const other = at(adminOrigin), json = ok(await signIn(other, api('signin'), OLD));
  assert.deepEqual([json.second_factor_on, json.second_factor], [false, false]);
});
