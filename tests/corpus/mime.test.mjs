// The MIME families of the developers' corpus through `waxsealctl message inspect`: every firm
// expectation (three independent parsers agree, or the file was made for the corpus). Where we
// differ on purpose, DEVIATIONS says so, and docs/VIOLATIONS.md says why.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, root } from './expect.mjs';
import { demands, DEVIATIONS, inspect } from './expect_mime.mjs';

const manifest = join(corpus, 'manifest.json');
const skip = existsSync(manifest) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;

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
        for (const [field, want, is] of await demands(entry, got)) {
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
