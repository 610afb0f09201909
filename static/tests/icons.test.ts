// Every icon that the mail client names is in its sprite: one that is not would be an empty place.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

test('the sprite has what the mail client names', async () => {
  const list = await readFile('static/build/icons.mjs', 'utf8');
  const sprite = new Set([...(/LUCIDE = \[([^\]]*)\]/.exec(list)?.[1] ?? '').matchAll(/'([a-z0-9-]+)'/g)].map((m) => m[1]!));
  for (const own of await readdir('static/icons')) sprite.add(path.basename(own, '.svg'));
  const missing: string[] = [];
  let seen = 0;
  for (const file of (await readdir('static/src', { recursive: true })).filter((f) => f.endsWith('.ts') && !f.startsWith('admin'))) {
    const text = await readFile(path.join('static/src', file), 'utf8');
    // Words of a condition are no icon's name, and not in the set that the sprite is made from.
    for (const [, said] of text.matchAll(/\bicon(?:\(|: )([^,)\n]*)/g)) {
      for (const [, name] of said!.matchAll(/'([a-z0-9-]+)'/g)) {
        seen++;
        if (!sprite.has(name!) && existsSync(`node_modules/lucide/dist/esm/icons/${name}.mjs`)) missing.push(`${file}: ${name}`);
      }
    }
  }
  assert.ok(seen > 100, String(seen));
  assert.deepEqual(missing, []);
});
