// winmail.dat of the developers' corpus, each as the attachment of a mail, through `waxsealctl message inspect`.
import test from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpus, run, tool } from './expect.mjs';
import { attachment, message, multipart, text } from '../lib/mime.mjs';

const manifest = join(corpus, 'manifest.json');
const skip = existsSync(manifest) ? false : `SKIPPED: no corpus at ${corpus} (set WAXSEAL_CORPUS)`;

if (skip) {
  test('tnef', { skip }, () => {});
} else {
  const entries = JSON.parse(readFileSync(manifest, 'utf8')).files.filter((f) => f.family === 'tnef');
  assert.ok(entries.length > 0, 'the family is there');
  for (const { file, expect } of entries) {
    test(file, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'waxseal-tnef-'));
      try {
        const dat = readFileSync(join(corpus, file));
        const mail = join(folder, 'mail.eml');
        writeFileSync(mail, message({ from: 'a@a.example', to: 'b@b.example', subject: 'x', date: new Date(0), id: '<1@a.example>' },
          multipart('mixed', [text('x'), attachment('winmail.dat', 'application/ms-tnef', dat)])));
        const { stdout } = await run(tool, ['message', 'inspect', mail], { timeout: 20_000, maxBuffer: 16 << 20 });
        const [at] = JSON.parse(stdout).attachments;
        assert.deepEqual([at.preview, at.size], ['tnef', dat.length], 'offered as a whole in any case');
        const names = at.inside.map((f) => f.name);
        for (const name of expect.files) assert.ok(names.includes(name), `${name} in ${names.join(', ')}`);
        for (const f of at.inside) assert.ok(f.size >= 0 && f.size < dat.length * 20, `${f.name}: ${f.size}`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
}
