// Every key the code or a template uses exists in every language, with the same variables; no key is left over.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { FluentBundle, FluentResource } from '@fluent/bundle';

const files = (dir: string, end: RegExp): string[] => readdirSync(dir, { recursive: true }).map(String).filter((f) => end.test(f)).map((f) => `${dir}/${f}`);
const LANGS = readdirSync('static/i18n').filter((f) => f.endsWith('.ftl')).map((f) => f.slice(0, -4));
const source = new Map(LANGS.map((l) => [l, readFileSync(`static/i18n/${l}.ftl`, 'utf8')]));
const keysOf = (text: string): string[] => [...text.matchAll(/^([a-z][a-z0-9-]*) =/gm)].map((m) => m[1]!);
const code = files('static/src', /\.ts$/).map((f) => readFileSync(f, 'utf8')).join('\n');
const templates = files('templates', /\.html$/).map((f) => readFileSync(f, 'utf8')).join('\n');
// Words of docs/PLAN.md and base/err.h that become part of a key.
const errors = [...readFileSync('base/err.h', 'utf8').matchAll(/^\s+X\([A-Z_]+, "([a-z_]+)"/gm)].map((m) => `err-${m[1]!.replaceAll('_', '-')}`);

/** Quoted words of the code and templates: everything that could be a key. */
const words = new Set([...code.matchAll(/['"`]([a-z][a-z0-9-]*)['"`]/g), ...templates.matchAll(/\{\{t ([a-z0-9-]+)\}\}/g)].map((m) => m[1]!));
/** Keys put together at run time: t(`filter-${name}`) -> "filter-". */
const prefixes = [...code.matchAll(/\bt\(`([a-z][a-z0-9-]*-)\$\{/g), ...code.matchAll(/\bhasText\(`([a-z][a-z0-9-]*-)\$\{/g), ...code.matchAll(/`([a-z][a-z0-9-]*-)\$\{[^`]*`/g)].map((m) => m[1]!);
const direct = [...code.matchAll(/\b(?:t|plainText)\('([a-z0-9-]+)'/g), ...code.matchAll(/label: '([a-z0-9-]+)'/g), ...code.matchAll(/\bt\([^'"`()]*\? '([a-z0-9-]+)'/g), ...code.matchAll(/\bt\([^'"`()]*\? '[a-z0-9-]+' : '([a-z0-9-]+)'/g), ...templates.matchAll(/\{\{t ([a-z0-9-]+)\}\}/g)].map((m) => m[1]!);

test('the tables of this test found something', () => {
  assert.ok(direct.length > 200 && words.size > 300 && LANGS.length >= 2 && errors.length > 20);
});

for (const lang of LANGS) {
  const keys = new Set(keysOf(source.get(lang)!));

  test(`${lang}: parses, without a key twice`, () => {
    const bundle = new FluentBundle(lang);
    assert.deepEqual(bundle.addResource(new FluentResource(source.get(lang)!)), []);
    const all = keysOf(source.get(lang)!);
    assert.deepEqual(all.filter((k, i) => all.indexOf(k) !== i), []);
    for (const k of all) assert.ok(bundle.getMessage(k)?.value, `${k} has a text`);
  });

  test(`${lang}: every key that is used exists`, () => {
    assert.deepEqual([...new Set(direct)].filter((k) => !keys.has(k)), []);
  });

  test(`${lang}: the same keys and variables as English`, () => {
    const vars = (text: string): Map<string, string> => new Map(text.split(/^(?=[a-z][a-z0-9-]* =)/m).filter((block) => /^[a-z]/.test(block)).map((block) => [block.split(' =')[0]!, [...new Set([...block.matchAll(/\$([a-z]+)/g)].map((m) => m[1]!))].sort().join(',')]));
    const mine = vars(source.get(lang)!);
    const english = vars(source.get('en')!);
    for (const k of [...mine.keys()].filter((key) => key.startsWith('reason-'))) mine.delete(k); // the server says them in English
    assert.deepEqual([...english.keys()].filter((k) => !mine.has(k)), []);
    assert.deepEqual([...mine.keys()].filter((k) => !english.has(k)), []);
    for (const [k, v] of english) assert.equal(mine.get(k), v, `variables of ${k}`);
  });
}

test('every reason of a verdict has a text in every other language, with what varies in it', () => {
  const reasons = new Map<string, Set<string>>();
  for (const file of files('mail', /^message_.*\.c$/)) {
    for (const m of readFileSync(file, 'utf8').matchAll(/message_reason\(\s*m,\s*"([a-z_]+)",\s*e,\s*((?:"(?:[^"\\]|\\.)*"\s*)+)/g)) {
      const key = `reason-${m[1]!.replaceAll('_', '-')}`;
      const used = [...m[2]!.matchAll(/\{([ab])\}/g)].map((v) => v[1]!);
      if (m[2]!.trim() !== '"{a}"') reasons.set(key, new Set([...(reasons.get(key) ?? []), ...used]));
      else reasons.set(key, new Set()); // a sentence of another module: the language has one of its own
    }
  }
  assert.ok(reasons.size > 40);
  for (const lang of LANGS.filter((l) => l !== 'en')) {
    const text = new Map(source.get(lang)!.split('\n').filter((l) => l.startsWith('reason-')).map((l) => [l.split(' =')[0]!, l]));
    assert.deepEqual([...reasons.keys()].filter((k) => !text.has(k)), [], `${lang}: missing`);
    assert.deepEqual([...text.keys()].filter((k) => !reasons.has(k)), [], `${lang}: left over`);
    for (const [k, used] of reasons) assert.deepEqual([...text.get(k)!.matchAll(/\$([a-z]+)/g)].map((v) => v[1]!).sort(), [...used].sort(), k);
  }
});

test('keys made from words of the contract exist for every word', () => {
  const en = new Set(keysOf(source.get('en')!));
  const table: Record<string, string[]> = {
    'mode-default-': ['auto', 'none', 'sign', 'sign-encrypt'], 'mode-': ['none', 'sign', 'encrypt', 'sign-encrypt'], 'recipient-': ['ready', 'none', 'expired', 'not-yet-valid', 'weak', 'untrusted', 'invalid-address'],
    'recipient-why-': ['none', 'expired', 'not-yet-valid', 'weak', 'untrusted', 'invalid-address', 'unknown'], 'folder-': ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash', 'all', 'flagged'],
    'filter-': ['unread', 'flagged', 'attachment', 'encrypted', 'signed'], 'sent-': ['send', 'send-signed', 'send-encrypted', 'send-signed-encrypted'], 'theme-': ['system', 'light', 'dark'], 'density-': ['comfortable', 'compact'],
    'settings-': ['general', 'identity', 'security', 'about'], 'shortcuts-': ['go', 'list', 'message', 'compose', 'app'],
  };
  for (const [prefix, ends] of Object.entries(table)) for (const end of ends) assert.ok(en.has(prefix + end), prefix + end);
});

test('no key is left over', () => {
  const en = keysOf(source.get('en')!);
  assert.deepEqual(en.filter((k) => !words.has(k) && !prefixes.some((p) => k.startsWith(p)) && !errors.includes(k) && !['err-offline', 'err-gateway'].includes(k)), []);
});
