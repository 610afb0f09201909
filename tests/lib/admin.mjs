// The administration's API as somebody signed in, for tests.
//
//   const dave = await adminClient('dave');           // operator; olga owner, walt writer, rita reader of "demo"
//   const r = await dave.post(api('organisations/query'), {});
//
// A second factor is set up once an instance and kept beside its accounts (with the session, which is used again
// while it lasts): one-time codes work once in 30 seconds, recovery codes at any time, and these never run out here.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from './http.mjs';
import { account, instance } from './instance.mjs';
import { codeAt, stepNow } from './totp.mjs';

export const adminOrigin = instance.admin.origin;
export const api = (what) => `/api/admin/v1/${what}`;
/** Of an organisation's route: org('accounts/query'). */
export const org = (what, id = 'demo') => api(`organisations/${id}/${what}`);

const file = (name) => path.join(instance.data, 'demo', `admin-${name}.json`);
const load = (name) => { try { return JSON.parse(readFileSync(file(name), 'utf8')); } catch { return null; } };
function ok(r, what) {
  if (r.status !== 200) throw new Error(`${what}: ${r.status} ${r.text}`);
  return r.json;
}

export class AdminClient extends Client {
  constructor(name) {
    super(adminOrigin);
    this.name = name;
    this.kept = load(name) ?? { secret: null, recovery: [], cookies: [] };
  }
  #keep() { writeFileSync(file(this.name), JSON.stringify({ ...this.kept, cookies: [...this.cookies] }), { mode: 0o600 }); }
  take(session) {
    this.session = session;
    this.csrf = session.csrf;
    return session;
  }
  /** Without a second factor unless `code` is given. */
  async signIn(code) {
    const a = account(this.name);
    return this.take(ok(await this.post(api('signin'), { username: a.address, password: a.password, ...(code ? { code } : {}) }), `sign-in of ${this.name}`));
  }
  async enrol() {
    const { password } = account(this.name);
    const { secret } = ok(await this.post(api('totp'), { action: 'start', password }), 'totp start');
    const { recovery } = ok(await this.post(api('totp'), { action: 'confirm', code: codeAt(secret, stepNow()) }), 'totp confirm');
    this.kept = { secret, recovery };
    this.#keep();
    this.take(ok(await this.get(api('session')), 'session'));
  }
  /** A code that is good now; ten new ones are made before the last is spent. */
  async #code() {
    const code = this.kept.recovery.pop();
    if (!code) throw new Error(`no recovery code of ${this.name} is left`);
    this.#keep();
    return code;
  }
  async #refill() {
    if (this.kept.recovery.length > 2) return;
    const { password } = account(this.name);
    this.kept.recovery = ok(await this.post(api('totp'), { action: 'recovery', password, code: await this.#code() }), 'recovery').recovery;
    this.#keep();
  }
  /** A fresh code, so that acts of kind …_STEP are allowed for ten minutes. */
  async stepUp() {
    ok(await this.post(api('stepup'), { code: await this.#code() }), 'stepup');
    await this.#refill();
    this.take(ok(await this.get(api('session')), 'session'));
  }
  async open() {
    if (this.kept.cookies) this.cookies = new Map(this.kept.cookies);
    const now = this.cookies.size ? await this.get(api('session')) : null;
    if (now?.status === 200 && now.json.second_factor) this.take(now.json);
    else if (this.kept.secret) {
      this.cookies.clear();
      await this.signIn(await this.#code());
      await this.#refill();
    } else {
      this.cookies.clear();
      await this.signIn();
      await this.enrol();
    }
    if (!this.session.fresh_until || Date.parse(this.session.fresh_until) - Date.now() < 300_000) await this.stepUp();
    this.#keep();
    return this;
  }
}

/** Signed in with a second factor and a fresh code. Close it. */
export function adminClient(name) {
  // She is the reader of all tests, and signs in by her password alone everywhere.
  if (name === 'rita') throw new Error('rita has no second factor: adminReader');
  return new AdminClient(name).open();
}
/** Signed in by the password alone: reads only. Not for a name that adminClient enrols. */
export async function adminReader(name) {
  const c = new AdminClient(name);
  await c.signIn();
  return c;
}
