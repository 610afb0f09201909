// A message that goes on in another window: all of it arrives, less of it is noticed, and neither window saves on the way.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { Address, Session } from '../src/api/types.ts';
import { Composer } from '../src/store/compose.ts';
import type { Body } from '../src/store/compose.ts';
import { composers, discard, ended, openOne, sent } from '../src/store/composers.ts';
import { complete, pack, unpack } from '../src/store/handover.ts';
import type { Handed } from '../src/store/handover.ts';
import { defaults, session, settings } from '../src/store/session.ts';
import { toasts } from '../src/store/toasts.ts';

const a = (address: string, name = ''): Address => ({ name, address });
const turn = async (): Promise<void> => { for (let i = 0; i < 60; i++) await Promise.resolve(); };
interface Asked { url: string; answer: (body: object) => Promise<void>; refuse: (code: string, status: number) => Promise<void>; ended: () => boolean }

async function world(run: (asked: Asked[]) => Promise<void>): Promise<void> {
  session.value = { user: { address: 'me@x.test', name: 'Me' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes: 1e7, attachment_bytes: 1e7 }, instance: '', version: '', settings: defaults() } satisfies Session;
  const asked: Asked[] = [];
  const real = globalThis.fetch;
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  globalThis.fetch = ((url: string, init: RequestInit) => new Promise((resolve, reject) => {
    init.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error));
    asked.push({ refuse: async (code, status) => { resolve(new Response(JSON.stringify({ code, message: code }), { status, headers: { 'Content-Type': 'application/json' } })); await turn(); }, url: String(url), ended: () => init.signal?.aborted === true, answer: async (body) => { resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })); await turn(); } });
  })) as typeof fetch;
  try { await run(asked); } finally {
    mock.timers.reset();
    globalThis.fetch = real;
    settings.value = defaults();
    session.value = null;
  }
}

const PICTURE = { cid: 'seal@x', type: 'image/png', bytes: new Uint8Array([1, 2, 3]).buffer };
const body = (html = '<div>Text <img src="cid:seal@x" alt="seal"></div>', images = [PICTURE]): Body => ({ html, text: 'Text  [seal]', images, empty: false });

/** With something in all of its fields. */
function full(): Composer {
  const c = new Composer({
    mode: 'none', html: '<div>old</div>', quote: '<p>quoted</p>', intro: 'They wrote:', signature: 'Me', in_reply_to: '<1@x>', references: '<0@x> <1@x>', original: { ref: { folder: 'SU5CT1g', uid: 4, uidvalidity: 2 }, flag: '\\Answered' },
    picture: () => Promise.resolve(null), offered: { names: ['offer.pdf'], fetch: () => Promise.resolve([]), from: { ref: { folder: 'SU5CT1g', uid: 4, uidvalidity: 2 }, keys: [], files: [{ id: '2', name: 'offer.pdf', type: 'application/pdf', size: 9, sealed: false }] } },
  });
  c.to.value = [a('to@x.test', 'To')];
  c.cc.value = [a('cc@x.test')];
  c.bcc.value = [a('bcc@x.test')];
  c.replyTo.value = [a('back@x.test')];
  c.subject.value = 'Subject';
  c.identity.value = { ...c.identity.value, name: 'Another me', address: 'other@x.test' };
  c.mode.value = 'sign_encrypt';
  c.opaque.value = true;
  c.hideSubject.value = true;
  c.wishes.value = { priority: 'high', receipt: true, dsn: ['failure'] };
  c.signer.value = 'ab'.repeat(32);
  c.draft.value = { folder: 'RHJhZnRz', uid: 20, uidvalidity: 7, encrypted: true };
  c.files.value = [{ id: 1, file: new Blob(['file']), name: 'file.txt', type: 'text/plain', size: 4, cid: null }];
  c.showCc.value = true;
  c.lateGuard.value = true;
  c.cleared.value = true;
  c.readBody = () => Promise.resolve(body());
  c.readState = () => Promise.resolve({ undo: { steps: ['<div>a</div>', '<div>b</div>'], at: 1, whole: true }, caret: [{ path: [0], at: 2 }, { path: [0], at: 2 }] });
  return c;
}

/** As it comes out of the other window's port, with an editor that shows what it was given. */
function arrived(h: Handed): Composer {
  const c = unpack(structuredClone(h), () => Promise.resolve([]));
  c.readBody = async () => {
    const blob = await c.start.picture?.('seal@x') ?? null;
    return body(c.start.html, blob ? [{ ...PICTURE, bytes: await blob.arrayBuffer() }] : []);
  };
  return c;
}

test('all of it arrives, and would leave as it would have left', () => world(async () => {
  const c = full();
  const h = await pack(c, 'me@x.test');
  const n = arrived(h);
  assert.equal(await complete(n, h), true);
  assert.deepEqual((await n.body(n.signer.value)).body, (await c.body(c.signer.value)).body);
  assert.deepEqual(await Promise.all((await n.body(null)).files.map((f) => f.text())), await Promise.all((await c.body(null)).files.map((f) => f.text())));
  // What no body shows.
  assert.equal(n.submission, c.submission);
  assert.deepEqual(n.draft.value, c.draft.value);
  assert.deepEqual(n.base, c.base);
  assert.deepEqual(n.start.original, c.start.original);
  assert.deepEqual(n.start.offered?.names, ['offer.pdf']);
  assert.equal(n.start.intro, 'They wrote:');
  assert.equal(n.start.quote, undefined, 'it stands in the text already');
  assert.equal(n.start.signature, undefined, 'and so does the signature');
  assert.deepEqual(n.handed, h.editor);
  for (const f of ['showCc', 'lateGuard', 'cleared', 'released', 'broughtAlong', 'tab', 'hideSubject', 'auto'] as const) assert.equal(n[f].value, c[f].value, f);
  assert.equal(n.mayEncrypt.value, true);
  for (const x of [c, n]) x.stop();
}));

test('whatever is missing, more or another is noticed', () => world(async () => {
  const c = full();
  const h = await pack(c, 'me@x.test');
  const changes: Record<string, (n: Composer) => void> = {
    to: (n) => { n.to.value = []; }, cc: (n) => { n.cc.value = [a('other@x.test')]; }, bcc: (n) => { n.bcc.value = []; }, replyTo: (n) => { n.replyTo.value = null; }, subject: (n) => { n.subject.value = ''; },
    from: (n) => { n.identity.value = { ...n.identity.value, address: 'third@x.test' }; }, mode: (n) => { n.mode.value = 'none'; }, opaque: (n) => { n.opaque.value = false; }, hideSubject: (n) => { n.hideSubject.value = false; },
    wishes: (n) => { n.wishes.value = { ...n.wishes.value, receipt: false }; }, signer: (n) => { n.signer.value = null; }, thread: (n) => { n.start.in_reply_to = null; }, submission: (n) => { n.submission = 'another'; },
    files: (n) => { n.files.value = []; }, size: (n) => { n.files.value = n.files.value.map((f) => ({ ...f, size: 5 })); }, name: (n) => { n.files.value = n.files.value.map((f) => ({ ...f, name: 'x' })); },
    picture: (n) => { n.readBody = () => Promise.resolve(body(undefined, [])); }, text: (n) => { n.readBody = () => Promise.resolve({ ...body(), text: 'Text' }); }, rich: (n) => { n.rich.value = false; },
  };
  for (const [what, change] of Object.entries(changes)) {
    const n = arrived(h);
    assert.equal(await complete(n, h), true);
    change(n);
    assert.equal(await complete(n, h), false, what);
    n.stop();
  }
  c.stop();
}));

test('on the way nothing is saved; whoever has it then saves what was not', () => world(async (asked) => {
  const c = full();
  c.changed();
  const h = await pack(c, 'me@x.test');
  assert.equal(h.private.saved, false);
  const n = arrived(h);
  asked.length = 0;
  c.changed();
  n.changed();
  mock.timers.tick(60_000);
  await turn();
  assert.deepEqual([await c.save(), await n.save(), asked.length], [false, false, 0]);
  n.resume();
  mock.timers.tick(5000);
  await turn();
  await turn();
  assert.deepEqual(asked.map((q) => q.url), ['/api/v1/compose/draft']);
  for (const x of [c, n]) x.stop();
}));

test('a save under way is waited for, and its draft goes along; one that takes too long is ended', () => world(async (asked) => {
  for (const slow of [false, true]) {
    const c = full();
    await turn();
    asked.length = 0;
    c.changed();
    const saved = c.save();
    await turn();
    assert.equal(asked.length, 1);
    let h: Handed | null = null;
    const packed = pack(c, 'me@x.test').then((x) => { h = x; });
    await turn();
    assert.equal(h, null, 'not before the server has answered');
    if (slow) mock.timers.tick(7000);
    else await asked[0]!.answer({ folder: 'RHJhZnRz', uid: 31, uidvalidity: 7, encrypted: true });
    await packed;
    await saved;
    assert.equal(asked[0]!.ended(), slow);
    assert.equal(h!.draft?.uid, slow ? 20 : 31);
    assert.deepEqual([h!.private.unsure, h!.private.saved], [slow, !slow]);
    c.stop();
  }
}));

test('what is not all here yet does not go', () => world(async () => {
  const c = full();
  c.await({ fetch: () => Promise.reject(new Error('gone')), without: () => undefined });
  await turn();
  await assert.rejects(pack(c, 'me@x.test'));
  c.stop();
  const early = new Composer({ mode: 'none' });
  await assert.rejects(pack(early, 'me@x.test'), /not ready/);
  early.stop();
}));

test('that the text was typed in the clear goes along: encryption turned on there is warned about as here', () => world(async () => {
  for (const typed of [false, true]) for (const moved of [false, true]) {
    let c = new Composer({ mode: 'none', plain: true });
    c.plain = 'secret plan';
    if (typed) c.typed(); else c.changed();
    if (moved) {
      const h = await pack(c, 'me@x.test');
      c.stop();
      c = arrived(h);
      c.resume();
    }
    c.setMode('encrypt');
    assert.equal(c.lateGuard.value, typed, `moved: ${moved}`);
    c.stop();
  }
}));

test('who goes on without an answer has a writer of its own; the base and the count of what was asked stay', () => world(async () => {
  const c = full();
  c.next();
  const h = await pack(c, 'me@x.test');
  const [theirs, alone] = [arrived(h), arrived(h)];
  alone.writeApart();
  const [old, one, two] = [c.next(), theirs.next(), alone.next()];
  assert.equal(one.turn!.window, old.turn!.window, 'handed over: the same');
  assert.notEqual(two.turn!.window, old.turn!.window);
  assert.deepEqual([two.base, two.turn!.n, alone.asked], [old.base, old.turn!.n, true]);
  for (const x of [c, theirs, alone]) x.stop();
}));

test('what was begun when a message was left is waited for, and not for ever', () => world(async (asked) => {
  assert.equal(await ended(0), true, 'nothing was');
  for (const fine of [true, false]) {
    const c = full();
    openOne(c);
    asked.length = 0;
    toasts.value = [];
    void discard(c);
    assert.deepEqual([composers.value.length, asked.map((q) => q.url)], [0, ['/api/v1/compose/draft']]);
    const long = ended(1000);
    await turn();
    mock.timers.tick(1000);
    assert.equal(await long, false);
    let over: boolean | null = null;
    void ended(1000).then((yes) => { over = yes; });
    await turn();
    assert.deepEqual([over, toasts.value.length], [null, 0]);
    await (fine ? asked[0]!.answer({}) : asked[0]!.refuse('conflict', 409));
    await turn();
    assert.equal(over, true);
    assert.deepEqual(toasts.value.map((x) => x.kind), [fine ? 'plain' : 'bad'], 'and by then it is said how it went');
  }
}));

test('a draft that was replaced and cannot be deleted is told', () => world(async (asked) => {
  const c = full();
  c.start.replaces = { folder: 'RHJhZnRz', uid: 3, uidvalidity: 7 };
  openOne(c);
  asked.length = 0;
  toasts.value = [];
  sent(c);
  const gone = asked.find((q) => q.url.endsWith('/delete'))!;
  let over = false;
  void ended(1000).then((yes) => { over = yes; });
  await turn();
  assert.equal(over, false);
  await gone.refuse('mail_unavailable', 503);
  await turn();
  assert.deepEqual([over, toasts.value.map((x) => x.kind)], [true, ['bad']]);
}));
