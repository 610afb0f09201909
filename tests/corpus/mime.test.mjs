// The MIME families of the developers' corpus through `waxsealctl message inspect`: every firm
// expectation (three independent parsers agree, or the file was made for the corpus). Where we
// differ on purpose, DEVIATIONS says so, and docs/VIOLATIONS.md says why.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const corpus = process.env.WAXSEAL_CORPUS ?? resolve(root, '../shared/corpus');
const tool = join(root, 'build/waxsealctl');
const plain = 'build/tests/corpus/plain';
const manifest = join(corpus, 'manifest.json');
const skip = existsSync(manifest) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;

// file → field → reason (in full in docs/VIOLATIONS.md)
const DEVIATIONS = {
  'mime/stalwart-rfc/002.eml': { attachment_names: 'a forwarded message is one attachment' },
  'mime/stalwart-rfc/004.eml': { attachment_count: 'messages of a digest are attachments' },
  'mime/thunderbird-mime/noCharsetWindows1252.eml': { text_begins: '8-bit text without a charset is windows-1252' },
  'mime/zbateson/github-102-02.txt': {
    subject: '8-bit header without a charset is windows-1252',
    text_begins: '8-bit text without a charset is windows-1252',
  },
};

const flat = (s) => (s ?? '').replace(/\s+/g, ' ').trim();

async function inspect(file) {
  const { stdout } = await run(tool, ['message', 'inspect', '--content', join(corpus, file)], {
    timeout: 20_000,
    maxBuffer: 64 << 20,
  });
  return JSON.parse(stdout);
}

async function plainText(file) {
  const { stdout } = await run(join(root, plain), [join(corpus, file)], { timeout: 20_000, maxBuffer: 64 << 20 });
  return flat(stdout);
}

// What the file's entry demands, as [field, expected, actual].
async function firm(entry, got) {
  const e = entry.expect;
  const agree = entry.oracle_agreement;
  const counts = (field) => e[field] !== undefined && (!agree || agree[field] === 3);
  const out = [];
  const names = got.attachments.map((a) => a.name);
  if (counts('subject')) out.push(['subject', flat(e.subject), flat(got.headers.subject)]);
  if (counts('from')) out.push(['from', e.from, got.headers.from[0]?.address ?? null]);
  if (counts('attachment_count')) out.push(['attachment_count', e.attachment_count, got.attachments.length]);
  if (e.attachment_names && agree?.attachment_count === 3) out.push(['attachment_names', e.attachment_names, names]);
  if (e.text_begins !== undefined && agree?.text === 3) {
    const want = flat(e.text_begins);
    let is = flat(got.content.text).slice(0, want.length);
    // the parsers give the plain alternative, the view shows HTML
    if (is !== want) is = (await plainText(entry.file)).slice(0, want.length);
    out.push(['text_begins', want, is]);
  }
  if (e.attachments) out.push(['attachments', e.attachments, names]);
  if (e.attachment_bytes !== undefined) out.push(['attachment_bytes', e.attachment_bytes, got.attachments[0]?.size]);
  if (e.body !== undefined) out.push(['body', e.body, flat(got.content.text)]);
  if (e.body_contains !== undefined) {
    const text = got.content.text ?? '';
    out.push(['body_contains', e.body_contains, text.includes(e.body_contains) ? e.body_contains : text]);
  }
  if (e.cc) out.push(['cc', e.cc, got.headers.cc.map((a) => a.address)]);
  if (e.reply_to) out.push(['reply_to', e.reply_to, got.headers.reply_to.map((a) => [a.name, a.address])]);
  if (e.inline_images !== undefined)
    out.push(['inline_images', e.inline_images, got.attachments.filter((a) => a.inline && a.type.startsWith('image/')).length]);
  return out;
}

// What "must" says in words, for the files made for the corpus.
const MUST = {
  'att-path-traversal.eml': (g) => assert.deepEqual(g.attachments.map((a) => a.name), ['evil.html']),
  'att-rtl-override.eml': (g) => assert.equal(g.attachments[0].name, 'invoicefdp.exe'),
  'hdr-crlf-inside.eml': (g) => assert.equal(g.headers.subject, 'a  Bcc: evil@x.example'),
  'hdr-unknown-charset.eml': (g) => assert.ok(g.headers.subject.length > 0),
  'struct-no-boundary.eml': (g) => assert.equal(g.content.text, 'text without boundary'),
  'date-odd.eml': (g) => assert.equal(g.headers.date, null),
  'dos-nest-300.eml': (g) => assert.ok(g.content.text !== null || g.attachments.length > 0),
  'dos-10000-parts.eml': (g) => assert.ok(g.content.text !== null),
  'dos-5000-recipients.eml': (g) => assert.equal(g.headers.cc.length, 5000),
};

if (skip) {
  test('MIME families', { skip }, () => {});
} else {
  const { files } = JSON.parse(readFileSync(manifest, 'utf8'));
  test.before(() => run('make', ['-s', plain], { cwd: root }));
  const violations = readFileSync(join(root, 'docs/VIOLATIONS.md'), 'utf8');
  const families = Map.groupBy
    ? Map.groupBy(files, (f) => f.family)
    : files.reduce((m, f) => m.set(f.family, [...(m.get(f.family) ?? []), f]), new Map());
  for (const [family, entries] of families) {
    if (!entries[0].file.startsWith('mime/') || family === 'tnef') continue;
    test(`${family}: ${entries.length} files`, async () => {
      const misses = [];
      let checked = 0;
      for (const entry of entries) {
        const got = await inspect(entry.file); // exits 0, so: no crash, bounded time
        const known = DEVIATIONS[entry.file] ?? {};
        for (const [field, want, is] of await firm(entry, got)) {
          checked++;
          const same = JSON.stringify(want) === JSON.stringify(is);
          if (known[field]) {
            assert.ok(!same, `${entry.file} ${field}: agrees by now, take it off DEVIATIONS`);
            assert.ok(violations.includes(entry.file.split('/').pop()), `${entry.file} is not in VIOLATIONS.md`);
          } else if (!same) {
            misses.push(`${entry.file} ${field}: expected ${JSON.stringify(want)}, got ${JSON.stringify(is)?.slice(0, 300)}`);
          }
        }
        const name = entry.file.split('/').pop();
        if (family === 'mime-generated' && MUST[name]) MUST[name](got), checked++;
      }
      assert.ok(checked > 0, 'nothing was checked');
      assert.deepEqual(misses, []);
    });
  }
}
