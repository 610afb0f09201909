// Domains in other scripts: ASCII on the way, letters on the screen, and never letters that pass for others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiAddress, asciiDomain, shownAddress, shownDomain } from '../src/core/idn.ts';
import { parseRecipients } from '../src/core/recipients.ts';

test('what was typed is what is shown, and ASCII is what is sent', () => {
  for (const d of ['exämple.de', 'bücher.example', 'straße.example', 'łódź.pl', 'çalış.example', '例子.测试', 'ドメイン名例.jp', '한국.kr', 'пример.рф', 'παράδειγμα.ελ', 'مثال.إختبار', 'mail.bücher.example', 'ไทย.ไทย']) {
    const a = asciiDomain(d);
    if (d === 'çalış.example') { assert.equal(shownDomain(a), a, 'a dotless i passes for another letter'); continue; }
    assert.match(a, /xn--/, d);
    assert.equal(shownDomain(a), d);
  }
  assert.deepEqual(parseRecipients('Ana <ana@BÜCHER.example>'), [{ name: 'Ana', address: 'ana@xn--bcher-kva.example' }]);
  assert.equal(shownAddress('ana@xn--bcher-kva.example'), 'ana@bücher.example');
  assert.equal(shownAddress(asciiAddress('müller@exämple.de')), 'müller@exämple.de');
});

test('letters that pass for others, scripts in a mixture and what is no Punycode stay ASCII', () => {
  for (const d of ['аpple.com', 'раураl.com', 'арр.com', 'gοοgle.com', 'bаnk.рф', 'ıstanbul.example', 'paypal日本.example']) {
    const a = asciiDomain(d);
    assert.match(a, /xn--/, d);
    assert.equal(shownDomain(a), a, d);
  }
  for (const d of ['xn--', 'xn--a.example', 'xn--zzzzzzzzzzzzzzzz.example', 'xn--99999999.example', 'xn--bcher-kv!.example', 'xn---.x', 'plain.example', '[127.0.0.1]', '']) assert.equal(shownDomain(d), d);
  // ASCII that was encoded all the same does not lead back to itself.
  assert.equal(shownDomain('xn--abc-.example'), 'xn--abc-.example');
  assert.equal(shownAddress('no at sign xn--bcher-kva.example'), 'no at sign xn--bcher-kva.example');
});
