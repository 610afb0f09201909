// Every key the code or a template uses exists in every language, with the same variables; no key is left over.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { LEVELS } from '../src/smime/reasons.ts';
import { ACTIONS, FIELDS, TEXT_OPS } from '../src/views/settings/rule-words.ts';

const files = (dir: string, end: RegExp): string[] => readdirSync(dir, { recursive: true }).map(String).filter((f) => end.test(f)).map((f) => `${dir}/${f}`);
const LANGS = readdirSync('static/i18n').filter((f) => /^[a-z]+\.ftl$/.test(f)).map((f) => f.slice(0, -4));
// The admin page's own texts stand apart; it may use those of the mail client, too.
const source = new Map(LANGS.map((l) => [l, ['', 'admin-'].map((page) => readFileSync(`static/i18n/${page}${l}.ftl`, 'utf8')).join('\n')]));
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
    for (const k of [...mine.keys()].filter((key) => /^(?:reason|better)-/.test(key))) mine.delete(k); // the server says them in English
    assert.deepEqual([...english.keys()].filter((k) => !mine.has(k)), []);
    assert.deepEqual([...mine.keys()].filter((k) => !english.has(k)), []);
    for (const [k, v] of english) assert.equal(mine.get(k), v, `variables of ${k}`);
  });
}

/** The table of mail/message_reasons.def: code, level, text, better ('' where nothing helps). */
const reasons = [...readFileSync('mail/message_reasons.def', 'utf8').matchAll(/^REASON\((\w+),\s*([A-Z]+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+),\s*(NULL|(?:"(?:[^"\\]|\\.)*"\s*)+)\)/gm)]
  .map((m) => ({ code: m[1]!, level: m[2]!, text: m[3]!, better: m[4] === 'NULL' ? '' : m[4]! }));

test('every reason of a verdict and what makes it better has a text in every other language, with what varies in it', () => {
  const used = (text: string): string[] => (text.trim() === '"{a}"' ? [] : [...new Set([...text.matchAll(/\{([ab])\}/g)].map((v) => v[1]!))].sort()); // "{a}": a sentence of another module, the language has one of its own
  const wanted = new Map<string, string[]>(reasons.flatMap((r) => [[`reason-${r.code.replaceAll('_', '-')}`, used(r.text)] as const, ...(r.better ? [[`better-${r.code.replaceAll('_', '-')}`, used(r.better)] as const] : [])]));
  assert.ok(reasons.length > 40);
  for (const lang of LANGS.filter((l) => l !== 'en')) {
    const text = new Map(source.get(lang)!.split('\n').filter((l) => /^(?:reason|better)-/.test(l)).map((l) => [l.split(' =')[0]!, l]));
    assert.deepEqual([...wanted.keys()].filter((k) => !text.has(k)), [], `${lang}: missing`);
    assert.deepEqual([...text.keys()].filter((k) => !wanted.has(k)), [], `${lang}: left over`);
    for (const [k, vars] of wanted) assert.deepEqual([...new Set([...text.get(k)!.matchAll(/\$([a-z]+)/g)].map((v) => v[1]!))].sort(), vars, k);
  }
});

test('the client knows the level of every reason', () => {
  const level = new Map(reasons.map((r) => [r.code, r.level.toLowerCase()]));
  const ours = new Map(Object.entries(LEVELS).flatMap(([l, codes]) => codes.map((c) => [c, l] as const)));
  for (const [code, l] of level) assert.equal(ours.get(code) ?? 'none', l, code);
  assert.deepEqual([...ours.keys()].filter((c) => !level.has(c)), [], 'left over');
});

test('keys made from words of the contract exist for every word', () => {
  const en = new Set(keysOf(source.get('en')!));
  const table: Record<string, string[]> = {
    'mode-default-': ['auto', 'none', 'sign', 'sign-encrypt'], 'mode-': ['none', 'sign', 'encrypt', 'sign-encrypt'], 'recipient-': ['ready', 'pending-change', 'none', 'expired', 'not-yet-valid', 'weak', 'untrusted', 'revoked', 'revocation-unknown', 'invalid-address'],
    'recipient-why-': ['none', 'expired', 'not-yet-valid', 'weak', 'untrusted', 'revoked', 'revocation-unknown', 'invalid-address', 'unknown'], 'folder-': ['inbox', 'drafts', 'sent', 'archive', 'junk', 'trash', 'all', 'flagged'],
    'filter-': ['unread', 'flagged', 'attachment', 'encrypted', 'signed'], 'sent-': ['send', 'send-signed', 'send-encrypted', 'send-signed-encrypted'], 'theme-': ['system', 'light', 'dark'], 'density-': ['comfortable', 'compact'],
    'settings-': ['general', 'list', 'reading', 'notifications', 'identity', 'filters', 'security', 'certificates', 'trust', 'account', 'about'], 'set-preview-': ['right', 'below', 'none'], 'set-sort-': ['arrival', 'date', 'from', 'to', 'subject', 'size'], 'set-order-': ['desc', 'asc'],
    'set-images-': ['ask', 'always', 'never', 'ask-text', 'always-text', 'never-text'], 'vacation-': ['from', 'until'], 'totp-step-': ['start', 'scan', 'codes', 'off', 'recovery'], 'vacation-state-': ['off', 'on', 'from', 'until', 'range', 'over'], 'rule-field-': [...FIELDS], 'rule-op-': [...TEXT_OPS.map((o) => o.replaceAll('_', '-')), 'over', 'under', 'yes', 'no'], 'rule-action-': ACTIONS,
    'rule-attachment-': ['yes', 'no'], 'rule-words-': ['move', 'copy', 'label', 'forward'], 'smime-status-': ['good', 'neutral', 'warning', 'bad', 'none', 'locked'], 'smime-trusted-by-': ['mail-roots', 'organisation', 'personal', 'registered'],
    'certificates-state-': ['valid', 'superseded', 'pending', 'rejected'], 'certificates-did-': ['accept', 'reject', 'prefer', 'remove'], 'palette-words-': ['dark', 'light', 'signout', 'shortcuts', 'settings', 'compose', 'search', 'refresh', 'delete', 'junk', 'flag', 'label', 'archive', 'print', 'source', 'theme', 'language', 'general', 'list', 'reading', 'notifications', 'identity', 'signature', 'filters', 'vacation', 'security', 'certificates', 'trust', 'account', 'totp', 'export', 'zone', 'about'], 'shortcuts-': ['go', 'list', 'message', 'compose', 'app'],
  };
  for (const [prefix, ends] of Object.entries(table)) for (const end of ends) assert.ok(en.has(prefix + end), prefix + end);
});

test('every error word of the server has a text, so that its English sentence is not needed in another language', () => {
  for (const lang of LANGS) {
    const keys = new Set(keysOf(source.get(lang)!));
    assert.deepEqual(errors.filter((k) => k !== 'err-ok' && !keys.has(k)), [], lang);
  }
});

test('every cause of a change that waits has a text', () => {
  const words = [.../const char \*why; \/\*([^*]*)\*\//.exec(readFileSync('webmail/contacts/change.h', 'utf8'))![1]!.matchAll(/"([a-z_]+)"/g)].map((m) => `change-why-${m[1]!.replaceAll('_', '-')}`);
  const en = keysOf(source.get('en')!).filter((k) => k.startsWith('change-why-'));
  assert.deepEqual(en.toSorted(), words.toSorted());
});

test('no key is left over', () => {
  const en = keysOf(source.get('en')!);
  assert.deepEqual(en.filter((k) => !words.has(k) && !prefixes.some((p) => k.startsWith(p)) && !errors.includes(k) && !['err-offline', 'err-gateway'].includes(k)), []);
});
