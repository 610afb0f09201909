// The HTML vectors of the developers' corpus, as far as the server has a part in them: which pictures it would ever
// ask for (the rendering itself is tests/e2e/hostile). Nothing but clean http and https addresses may come out.
import test from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpus, root } from './expect.mjs';

const manifest = join(corpus, 'manifest.json');
const skip = existsSync(manifest) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;

if (skip) {
  test('html', { skip }, () => {});
} else {
  const helper = join(root, 'build/tests/corpus/remote');
  test('the helper is built', () => { execFileSync('make', ['-s', 'build/tests/corpus/remote'], { cwd: root }); });
  for (const { file } of JSON.parse(readFileSync(manifest, 'utf8')).files.filter((f) => f.family === 'html-vectors')) {
    const { vectors } = JSON.parse(readFileSync(join(corpus, file), 'utf8'));
    test(`${file}: ${vectors.length} vectors`, () => {
      const texts = vectors.map((v) => String(v.payload ?? v.html ?? v).replaceAll('\0', ' '));
      assert.ok(texts.length > 10 && texts.every((t) => t.length > 0));
      const out = execFileSync(helper, { input: texts.map((t) => `${t}\0`).join(''), timeout: 20_000, maxBuffer: 16 << 20, encoding: 'utf8' });
      for (const line of out.split('\n').filter(Boolean)) {
        const [number, url] = line.split('\t');
        assert.match(url, /^https?:\/\/[^\s/?#@"<>\\^`{|}]+(?:[/?][\x21-\x7e]*)?$/, `${vectors[number].id ?? number}: ${url}`);
        assert.doesNotMatch(url, /["<>\\^`{|}#]/);
        assert.ok(URL.canParse(url) || /%|:\d*$/.test(url), url);
      }
    });
  }
}
