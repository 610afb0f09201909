// The palette finds what people call things, in both languages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { matches } from '../src/core/fold.ts';
import { useTexts } from '../src/core/i18n.ts';
import { defaults, settings } from '../src/store/session.ts';
import { paletteCommands, wordsOf } from '../src/views/shell/palette.ts';

const found = (typed: string): string[] => paletteCommands().filter((c) => matches(`${c.label} ${c.words}`, typed)).map((c) => c.id.slice('palette.'.length));

for (const [lang, rows] of Object.entries({
  en: { dark: 'theme-dark', light: 'theme-light', theme: 'theme-dark', 'dark mode': 'theme-dark', language: 'language-de', deutsch: 'language-de', signature: 'identity-signature', vacation: 'filters-vacation', 'out of office': 'filters-vacation', rules: 'filters-filters', '2fa': 'account-totp', password: 'account-account', 'time zone': 'general-zone' },
  de: { dunkel: 'theme-dark', hell: 'theme-light', dark: 'theme-dark', sprache: 'language-en', signatur: 'identity-signature', urlaub: 'filters-vacation', abwesenheit: 'filters-vacation', vacation: 'filters-vacation', regeln: 'filters-filters', gerate: 'account-account' },
})) {
  test(`${lang}: what one calls it is found`, () => {
    assert.deepEqual(useTexts(lang as 'en' | 'de', readFileSync(`static/i18n/${lang}.ftl`, 'utf8')), []);
    // "Deutsch" is what somebody looks for who reads English, and the other way round.
    settings.value = { ...defaults(), ui: { ...defaults().ui, language: lang } };
    for (const [typed, id] of Object.entries(rows)) assert.ok(found(typed).includes(id), `${typed}: ${found(typed)}`);
    assert.deepEqual(found('xyzzy'), []);
    for (const typed of lang === 'en' ? ['log out', 'logout'] : ['abmelden', 'ausloggen', 'log out']) assert.ok(matches(wordsOf('app.signout'), typed), typed);
  });
}

test('one theme is found by its name, not the others with it', () => {
  assert.deepEqual(useTexts('en', readFileSync('static/i18n/en.ftl', 'utf8')), []);
  settings.value = defaults();
  assert.deepEqual(found('dark mode'), ['theme-dark']);
  assert.deepEqual(found('light mode'), ['theme-light']);
});

test('what is so already is not offered', () => {
  settings.value = { ...defaults(), ui: { ...defaults().ui, theme: 'dark', language: 'de-AT' } };
  const ids = paletteCommands().map((c) => c.id);
  assert.ok(!ids.includes('palette.theme-dark') && ids.includes('palette.theme-light'));
  assert.ok(!ids.includes('palette.language-de') && ids.includes('palette.language-en'));
  assert.equal(new Set(ids).size, ids.length, 'each once');
});
