// What can be attached, how large it becomes, what is said of what cannot; and an upload that stopped is repeated whole.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Session } from '../src/api/types.ts';
import { useTexts } from '../src/core/i18n.ts';
import { brought, fileName, overfull, refusal, room, sentPart, sizeWords, take, written } from '../src/store/attach.ts';
import { Composer } from '../src/store/compose.ts';
import type { Start } from '../src/store/compose.ts';
import { defaults, session, settings } from '../src/store/session.ts';

const limits = (message_bytes: number, attachment_bytes: number): void => {
  session.value = { user: { address: 'a@x.test', name: '' }, csrf: '', plan: '', features: { smime: true }, limits: { message_bytes, attachment_bytes }, instance: '', version: '', settings: defaults() } satisfies Session;
};
const file = (name: string, size: number, type = ''): File => new File([new Uint8Array(size)], name, { type });
const folder = (name: string): File => { const f = file(name, 10); f.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('a folder')) }) as unknown as Blob; return f; };

/** Without the marks that keep directions apart. */
const said = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
const made: Composer[] = [];
const composer = (start: Start): Composer => { const c = new Composer(start); made.push(c); return c; };
after(() => { for (const c of made) c.stop(); });

before(async () => { useTexts('en', await readFile('static/i18n/en.ftl', 'utf8')); settings.value = defaults(); });

test('a name shows what a file is, and no more', () => {
  assert.equal(fileName('C:\\Users\\a\\plan.pdf'), 'plan.pdf');
  assert.equal(fileName('../../etc/passwd'), 'passwd');
  assert.equal(fileName('photo\u202egpj.exe'), 'photogpj.exe');
  assert.equal(fileName('a\r\nBcc: b@x.test'), 'a Bcc: b@x.test');
  assert.equal(fileName('\u200b'), 'Unnamed attachment');
});

test('what fits is what fits when it is written for the way, twice when it is encrypted', () => {
  limits(10_000_000, 25_000_000);
  assert.ok(written(room(false), false) <= 10_000_000 - 128 * 1024 + 2);
  assert.ok(written(room(true), true) <= 10_000_000 - 128 * 1024 + 2);
  assert.ok(room(true) < room(false));
  limits(100_000_000, 5_000_000);
  assert.equal(room(false), 5_000_000, 'the lower limit counts');
  assert.equal(refusal([], [{ name: 'a', size: 5_000_000 }], false), '');
  assert.match(said(refusal([], [{ name: 'a/big.iso', size: 100_000_000 }], false)), /big\.iso.*100 MB.*5 MB/);
  assert.match(said(refusal([], [{ name: 'a', size: 3_000_000 }, { name: 'b', size: 3_000_000 }], false)), /6 MB together/);
  assert.match(said(refusal([], Array.from({ length: 101 }, () => ({ name: 'a', size: 1 })), false)), /at most 100/);
});

test('a folder and an unreadable file are named, the rest is taken, and what is there stays', async () => {
  limits(10_000_000, 5_000_000);
  const c = composer({ mode: 'none', plain: true, text: 'words' });
  const first = await take(c, { files: [file('a.txt', 10)], folders: [] }, null);
  assert.deepEqual([first.attached, first.problem], [1, '']);
  const r = await take(c, { files: [file('b.txt', 10), folder('holiday')], folders: ['photos'] }, null);
  assert.equal(r.attached, 1);
  assert.match(said(r.problem), /“photos” is a folder.*“holiday” cannot be read/);
  const big = await take(c, { files: [file('c.txt', 10), file('big', 6_000_000)], folders: [] }, null);
  assert.equal(big.attached, 0);
  assert.match(said(big.problem), /“big” is 6 MB/);
  assert.deepEqual(c.files.value.map((f) => f.name), ['a.txt', 'b.txt']);
  assert.equal(c.plain, 'words');
  assert.match(said(sizeWords(c)), /^2 files, 20 bytes; 28 bytes in the message\. Up to 5 MB/);
});

test('pictures go into the text where they were put there; what is no picture, or too large, is attached', async () => {
  limits(50_000_000, 40_000_000);
  const c = composer({ mode: 'none' });
  const placed: string[] = [];
  const put = (f: File): Promise<boolean> => { placed.push(f.name); return Promise.resolve(f.name !== 'odd.png'); };
  const r = await take(c, { files: [file('a.png', 9, 'image/png'), file('b.svg', 9, 'image/svg+xml'), file('huge.jpg', 6_000_000, 'image/jpeg'), file('odd.png', 9, 'image/png')], folders: [] }, put);
  assert.deepEqual(placed, ['a.png', 'odd.png']);
  assert.deepEqual([r.attached, r.placed, r.problem], [3, 1, '']);
  assert.deepEqual(c.files.value.map((f) => f.name), ['b.svg', 'huge.jpg', 'odd.png']);
});

test('folders of a drop are told apart from files while the event lasts', () => {
  const item = (name: string, isDirectory: boolean): object => ({ kind: 'file', webkitGetAsEntry: () => ({ isDirectory, name }), getAsFile: () => file(name, 1) });
  const data = { items: [item('a.txt', false), item('photos', true), { kind: 'string' }], files: [] } as unknown as DataTransfer;
  const b = brought(data);
  assert.deepEqual([b.files.map((f) => f.name), b.folders], [['a.txt'], ['photos']]);
});

test('encryption makes the message larger: what fitted is looked at again', () => {
  limits(10_000_000, 25_000_000);
  const c = composer({ mode: 'none', plain: true });
  assert.equal(c.addFiles([file('a', 6_500_000)]), '');
  assert.equal(overfull(c), '');
  c.setMode('encrypt');
  assert.match(said(overfull(c)), /6.5 MB/);
});

test('how far each file is follows from how far the body is', () => {
  const files = [{ size: 100 }, { size: 0 }, { size: 300 }];
  const at = (sent: number): number[] => files.map((_, i) => sentPart(files, i, sent, 450)); // 50 bytes of text before them
  assert.deepEqual(at(0), [0, 0, 0]);
  assert.deepEqual(at(100), [0.5, 0, 0]);
  assert.deepEqual(at(300), [1, 0, 0.5]);
  assert.deepEqual(at(450), [1, 1, 1]);
});

test('an upload that failed or was ended keeps its files and goes whole the next time', async () => {
  limits(10_000_000, 5_000_000);
  const bodies: number[] = [];
  let answer: (signal: AbortSignal) => Promise<Response> = () => Promise.reject(new TypeError('network'));
  const real = globalThis.fetch;
  globalThis.fetch = ((_: string, o: RequestInit) => { bodies.push((o.body as Blob).size); return answer(o.signal!); }) as typeof fetch;
  try {
    const c = composer({ mode: 'none', plain: true, text: 'words' });
    c.addFiles([file('a.bin', 1000)]);
    assert.equal(await c.save(), false);
    assert.deepEqual([c.saveState.value, c.stopped.value, c.sending.value], ['failed', true, null]);
    assert.equal(c.files.value.length, 1);
    answer = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    c.problem.value = '';
    const second = c.save();
    await new Promise((r) => setTimeout(r));
    c.cancel();
    assert.equal(await second, false);
    assert.ok(c.stopped.value);
    answer = () => Promise.resolve(Response.json({ uid: 1, uidvalidity: 1, folder: 'Drafts', encrypted: false }));
    assert.equal(await c.save(), true);
    assert.deepEqual([c.saveState.value, c.stopped.value], ['saved', false]);
    assert.equal(new Set(bodies).size, 1, 'the same bytes each time');
    assert.equal(bodies.length, 3);
    c.addFiles([Object.assign(folder('moved.pdf'))]);
    answer = () => Promise.reject(new TypeError('network'));
    assert.equal(await c.save(), false);
    assert.match(said(c.problem.value), /“moved\.pdf” was changed, moved or deleted/);
  } finally { globalThis.fetch = real; }
});
