// Every mail of the developers' corpus (MIME, HTML, TNEF) through the server as the reader asks for it: opened, each
// part downloaded, shown in place, previewed, all as one archive. Whatever a mail is, the answers keep the rules.
// CORPUS_REPORT=FILE writes the table of docs/reports/mailbox-corpus.md.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { folderId, imapOf, signedIn, top } from '../lib/instance.mjs';
import { attachment, message, multipart, text } from '../lib/mime.mjs';

const corpus = process.env.WAXSEAL_CORPUS ?? path.join(top, '../shared/corpus');
const manifest = path.join(corpus, 'manifest.json');
const skip = existsSync(manifest) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;
const FOLDER = 'Corpus of the test';
const LARGEST = 8 << 20;
const ACTIVE = /^(?:text\/(?:html|xml|javascript)|application\/(?:xhtml\+xml|xml|javascript)|image\/svg)/;
const INLINE = /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|text\/plain; charset=utf-8|application\/pdf)$/;
const PARTS = 40; // of one mail that are looked at

let c, imap;
const base = `/api/v1/folders/${folderId(FOLDER)}`;
const table = new Map();

before(async () => {
  if (skip) return;
  c = await signedIn('alice');
  imap = await imapOf('alice');
  const made = await c.post('/api/v1/folders', { path: FOLDER });
  assert.ok([200, 409].includes(made.status), made.text);
});
after(async () => {
  if (skip) return;
  await c.request('DELETE', `${base}?messages=1`, {});
  imap.close();
  c.close();
});

const wrap = (bytes) => message({ from: 'a@a.example', to: 'alice@demo.test', subject: 'winmail.dat', date: new Date(0), id: '<t@a.example>' }, multipart('mixed', [text('x'), attachment('winmail.dat', 'application/ms-tnef', bytes)]));

function hardened(r, what) {
  assert.equal(r.headers['x-content-type-options'], 'nosniff', what);
  assert.match(r.headers['content-security-policy'] ?? '', /sandbox/, what);
  assert.doesNotMatch(r.headers['content-type'] ?? '', ACTIVE, what);
}

async function look(entry, uid, uidvalidity, row) {
  const url = `${base}/messages/${uid}`, what = entry.file;
  const m = await c.get(`${url}?uidvalidity=${uidvalidity}`);
  assert.ok([200, 422].includes(m.status), `${what}: ${m.status} ${m.text.slice(0, 100)}`);
  if (m.status !== 200) return;
  row.opened++;
  for (const value of [m.json.headers.subject, ...m.json.attachments.map((a) => a.name), ...m.json.headers.from.flatMap((a) => [a.name, a.address])])
    assert.doesNotMatch(value, /[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]/, `${what}: ${JSON.stringify(value)}`);
  if (m.json.remote !== null) assert.fail(`${what} names pictures unasked`);
  for (const at of m.json.attachments.slice(0, PARTS)) {
    const part = `${url}/parts/${at.id}?uidvalidity=${uidvalidity}`;
    const whole = await c.get(part);
    assert.equal(whole.status, 200, `${what} ${at.id}`);
    assert.match(whole.headers['content-disposition'], /^attachment/, what);
    hardened(whole, what);
    row.parts++;
    const inline = await c.get(`${part}&inline=1`);
    if (inline.status === 200) {
      assert.match(inline.headers['content-type'], INLINE, what);
      hardened(inline, what);
      row.shown++;
    } else assert.ok([403, 422].includes(inline.status), `${what} ${at.id} inline: ${inline.status}`);
    if (!['calendar', 'contact', 'tnef', 'report'].includes(at.preview)) continue;
    const preview = await c.post(`${url}/preview`, { uidvalidity, keys: [], part: at.id });
    assert.ok([200, 413, 422].includes(preview.status), `${what} ${at.id} preview: ${preview.status} ${preview.text.slice(0, 100)}`);
    row.previews += preview.status === 200;
    if (at.preview === 'tnef') for (const name of entry.expect.files ?? []) assert.ok(preview.json.attachments.some((f) => f.name === name), `${what}: ${name}`);
  }
  const zip = await c.post(`${url}/zip`, { uidvalidity, keys: [] });
  assert.equal(zip.status, m.json.attachments.length ? 200 : 404, what);
  if (zip.status === 200) {
    assert.equal(zip.bytes.readUInt32LE(zip.bytes.length - 22), 0x06054b50, what);
    assert.equal(zip.bytes.readUInt16LE(zip.bytes.length - 12), m.json.attachments.filter((a) => !a.inline).length || m.json.attachments.length, what);
    row.archives++;
  }
  const images = await c.post(`${url}/images`, { uidvalidity, remember: false });
  assert.ok([200, 403].includes(images.status), what);
  for (const p of Object.values(images.json.remote ?? {})) assert.match(p, /^\/api\/v1\/image\?u=[\w-]+&s=[\w-]+$/, what);
  row.pictures += Object.keys(images.json.remote ?? {}).length;
}

if (skip) {
  test('the corpus through the server', { skip }, () => {});
} else {
  const entries = JSON.parse(readFileSync(manifest, 'utf8')).files.filter((f) => f.family.startsWith('mime-') || f.family === 'html-cve-mail' || f.family === 'tnef');
  const families = [...new Set(entries.map((f) => f.family))];
  for (const family of families) {
    test(family, async () => {
      const row = { files: 0, opened: 0, parts: 0, shown: 0, previews: 0, archives: 0, pictures: 0 };
      table.set(family, row);
      const put = [];
      for (const entry of entries.filter((f) => f.family === family)) {
        const bytes = readFileSync(path.join(corpus, entry.file));
        if (bytes.length > LARGEST) continue;
        row.files++;
        put.push([entry, await imap.append(FOLDER, family === 'tnef' ? wrap(bytes) : bytes)]);
      }
      const { uidvalidity } = await imap.select(FOLDER);
      for (const [entry, uid] of put) await look(entry, uid, uidvalidity, row);
      assert.ok(row.files > 0 && row.opened === row.files, `${row.opened} of ${row.files} opened`);
    });
  }
  test('the report', () => {
    const lines = [...table].map(([family, r]) => `| ${family} | ${Object.values(r).join(' | ')} |`);
    assert.equal(lines.length, families.length);
    if (!process.env.CORPUS_REPORT) return;
    const sum = Object.values([...table.values()].reduce((all, r) => Object.fromEntries(Object.entries(r).map(([k, v]) => [k, v + (all[k] ?? 0)])), {}));
    writeFileSync(process.env.CORPUS_REPORT, [
      '# The developers\' corpus through the reader\'s routes', '',
      'Made by `CORPUS_REPORT=FILE` with `tests/http/corpus.test.mjs` against a running instance. Every mail is put into a mailbox and asked for as the reader does:',
      'opened, each part (the first 40) downloaded and asked for in place, previewed, all as one archive, its pictures elsewhere named. A family passes when every mail opens, no answer is',
      'an error of the server, no text carries control or direction characters, downloads are attachments with nosniff and `CSP: sandbox` under no type a browser runs, what is shown in place is',
      'a raster picture or PDF by its own bytes or text/plain, archives hold as many files as were named, and every file that the corpus lists in a winmail.dat is found. What the corpus demands of',
      'headers, texts and names is in [corpus.md](corpus.md) (`tests/corpus/mime`); what the vectors may ask for elsewhere in `tests/corpus/html`; rendering in `tests/e2e/hostile`.', '',
      '| family | files | opened | parts downloaded | shown in place | previews | archives | pictures elsewhere |', '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
      ...lines, `| **all** | ${sum.join(' | ')} |`, ''].join('\n'));
  });
}
