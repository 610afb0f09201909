// The server's spell check of plain drafts: four languages, the language found out, words of one's own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import test, { after, before } from 'node:test';
import { signedIn } from '../lib/instance.mjs';
import { composeBody } from '../lib/keyring.mjs';

let alice, bob, draft;
before(async () => {
  alice = await signedIn('alice');
  bob = await signedIn('bob');
  const body = { submission: randomUUID(), from: { name: '', address: 'alice@demo.test' }, to: [], cc: [], bcc: [], reply_to: [], subject: 'Spelling', text: 'x', html: null, in_reply_to: null, references: null, mode: 'none', may_encrypt: false, signer: null, attachments: [] };
  const r = await alice.request('POST', '/api/v1/compose/draft', composeBody(body, []));
  assert.equal(r.status, 200, r.text);
  draft = { folder: r.json.folder, uid: r.json.uid, uidvalidity: r.json.uidvalidity };
});
after(async () => {
  for (const c of [alice, bob]) {
    for (const language of Object.keys((await c.get('/api/v1/spell/words')).json.words)) await c.put('/api/v1/spell/words', { language, words: [] });
    c.close();
  }
});

const check = async (text, more) => {
  const r = await alice.post('/api/v1/spell', { draft, language: 'auto', text, ...more });
  assert.equal(r.status, 200, r.text);
  return { ...r.json, words: r.json.misspelt.map((m) => text.slice(m.offset, m.offset + m.length)) };
};
const words = async (c) => (await c.get('/api/v1/spell/words')).json.words;
const put = (c, json) => c.put('/api/v1/spell/words', json);

const TEXTS = {
  en: ['Dear colleagues, the meeting on Monday is postponed, becuase nobody has prepared anything.', 'becuase', 'because'],
  de: ['Liebe Kolleginnen und Kollegen, die Besprechung am Montag fällt aus, weil niemand etwas vorbereitet hatt.', 'hatt', 'hat'],
  fr: ['Chers collègues, la réunion de lundi est annulée, parce que l’organisateur est malade et personne n\'a préparé le dossié.', 'dossié', 'dossier'],
  es: ['Estimados compañeros, la reunión del lunes queda cancelada porque nadie ha preparado los documentoss.', 'documentoss', 'documentos'],
};

test('English, German, French and Spanish are installed, told once each, and found out by the text', async () => {
  const { languages } = (await alice.get('/api/v1/spell/languages')).json;
  for (const l of Object.keys(TEXTS)) assert.equal(languages.filter((x) => x.split('-')[0] === l).length, 1, `${l} in ${languages}`);
  for (const [language, [text, wrong, right]] of Object.entries(TEXTS)) {
    for (const hint of ['en', 'de', 'xx']) {
      const r = await check(text, { hint });
      assert.equal(r.language.split('-')[0], language, text);
      assert.deepEqual(r.words, [wrong]);
      assert.ok(r.misspelt[0].suggestions.includes(right), `${right} in ${r.misspelt[0].suggestions}`);
    }
    assert.deepEqual((await check(text, { language })).words, [wrong], 'named');
  }
  // Nothing decides: the hint does.
  assert.equal((await check('12 345', { hint: 'es' })).language.split('-')[0], 'es');
  assert.equal((await alice.post('/api/v1/spell', { draft, language: 'xx', text: 'a' })).status, 422);
});

test('places without suggestions, in code units of the browser', async () => {
  const r = await check('🙂 Ein Feler, noch ein Feler – und wir’s Haus.', { language: 'de-AT', suggest: false });
  assert.deepEqual(r.words.slice(0, 2), ['Feler', 'Feler']);
  assert.ok(r.misspelt.every((m) => m.suggestions.length === 0));
  assert.equal(r.misspelt[0].offset, 7);
});

test('words of one\'s own are right in their language, for one person, also at the beginning of a sentence', async () => {
  const text = 'The waxseal is fine. Waxseal, waxseals and Zürchli.';
  assert.deepEqual((await check(text, { language: 'en' })).words, ['waxseal', 'Waxseal', 'waxseals', 'Zürchli']);
  assert.equal((await put(alice, { language: 'en-US', add: ['waxseal', 'Zürchli', 'waxseal'] })).status, 200);
  assert.deepEqual((await check(text, { language: 'en' })).words, ['waxseals']);
  assert.deepEqual((await words(alice)).en.toSorted(), ['Zürchli', 'waxseal']);
  assert.deepEqual(await words(bob), {}, 'nobody else has them');
  assert.ok((await check(text, { language: 'de' })).words.includes('waxseal'), 'another language');
  await put(alice, { language: 'en', add: ['waxseals'], remove: ['waxseal'] });
  assert.deepEqual((await check(text, { language: 'en' })).words, ['waxseal', 'Waxseal']);
  await put(alice, { language: 'en', words: [] });
  assert.deepEqual(await words(alice), {});
});

test('what is no word, no language, or too much is refused, and nothing is changed by it', async () => {
  await put(alice, { language: 'de', words: ['Klimaschutzverordnungchen'] });
  for (const [json, field] of [
    [{ language: 'de', add: ['two words'] }, 'add[0]'], [{ language: 'de', add: ['ok', ''] }, 'add[1]'], [{ language: 'de', words: ['x'.repeat(65)] }, 'words[0]'], [{ language: 'de', add: [5] }, 'add[0]'],
    [{ language: 'de', add: ['a\u0001b'] }, 'add[0]'], [{ language: '../x', add: ['a'] }, 'language'], [{ language: 'de' }, 'words'], [{ language: 'de', words: [], add: ['a'] }, 'words'],
    [{ language: 'en', words: Array.from({ length: 5000 }, (_, i) => `word${'abcdefghij'[i % 10]}${i}`) }, 'words'],
  ]) {
    const r = await put(alice, json);
    assert.equal(r.status, 422, `${JSON.stringify(json).slice(0, 80)}: ${r.text.slice(0, 200)}`);
    assert.equal(r.json.details?.field, field);
  }
  assert.deepEqual(await words(alice), { de: ['Klimaschutzverordnungchen'] });
  assert.equal((await put(alice, { language: 'en', words: Array.from({ length: 4999 }, (_, i) => `word${i}`) })).status, 200);
  assert.equal((await words(alice)).en.length, 4999);
});

test('one account that floods is told so, and others have their answers meanwhile', { timeout: 240_000 }, async () => {
  const letters = 'abcdefghijklmnoprstuvw';
  const nonsense = (i) => Array.from({ length: 90 }, (_, k) => letters[(i * 7 + k * k * 13 + k * 5) % letters.length]).join('');
  const text = Array.from({ length: 4 }, (_, i) => nonsense(i)).join(' ');
  const r = await check(text, { language: 'de' });
  assert.equal(r.misspelt.length, 4);
  assert.ok(r.misspelt.every((m) => m.suggestions.length === 0), 'nobody thinks about such words');
  const two = await check('Ein Feler und noch ein Fehlre.', { language: 'de' });
  assert.deepEqual(two.misspelt.map((m) => m.suggestions.length > 0), [true, false], 'one word at a time');
  const many = await Promise.all(Array.from({ length: 10 }, () => signedIn('alice')));
  try {
    const heavy = `${nonsense(9).slice(0, 32)} ${Array.from({ length: 1000 }, (_, i) => nonsense(i)).join(' ')}`;
    let told = 0, done = 0;
    for (let round = 0; round < 5 && told === 0; round++) {
      let over = false;
      const all = Promise.all(many.flatMap((m) => Array.from({ length: 6 }, () => m.post('/api/v1/spell', { draft, language: 'de', text: heavy })))).finally(() => { over = true; });
      do assert.equal((await bob.get('/api/v1/folders')).status, 200); while (!over);
      for (const x of await all) {
        assert.ok([200, 429, 503].includes(x.status), `${x.status} ${x.text.slice(0, 200)}`);
        if (x.status === 200) { done++; continue; }
        assert.deepEqual([x.json.code, x.headers['retry-after']], [x.status === 429 ? 'throttled' : 'busy', '1']);
        told += x.status === 429;
      }
    }
    assert.ok(done > 0, 'one at a time goes on');
    assert.ok(told > 0, 'and only one');
  } finally { for (const m of many) m.close(); }
  assert.equal((await alice.post('/api/v1/spell', { draft, language: 'de', text: 'Feler' })).status, 200, 'afterwards all is as before');
});
