import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddress, sameAddress, unique } from '../src/core/address.ts';
import { parseMailto } from '../src/core/mailto.ts';
import { linkify, parsePlain, trailingQuote } from '../src/core/plaintext.ts';
import { claimedHost, misleading } from '../src/frame/sanitize.ts';
import { cleanValue } from '../src/frame/css.ts';

const links = (s: string): string[] => linkify(s).filter((p) => p.href).map((p) => p.href!);

test('links end where the sentence goes on', () => {
  assert.deepEqual(links('See https://a.test/x?y=1, or (https://b.test/p(1)) and www.c.test.'), ['https://a.test/x?y=1', 'https://b.test/p(1)', 'http://www.c.test']);
  assert.deepEqual(links('write to ana@b.test!'), ['mailto:ana@b.test']);
  assert.deepEqual(links('javascript:alert(1) data:text/html,x file:///etc'), []);
  assert.equal(linkify('a https://a.test b').map((p) => p.text).join(''), 'a https://a.test b');
});

test('quotes become blocks by depth', () => {
  const b = parsePlain('Hi\n\n> one\n> two\n>> deep\n\nBye\n-- \nBob');
  assert.deepEqual(b.filter((x) => x.depth > 0).map((x) => [x.depth, x.lines.length]), [[1, 2], [2, 1]]);
  assert.equal(b.at(-1)?.signature, true);
});

test('flowed text is joined, unstuffed, and DelSp removes the space', () => {
  const text = (s: string, delsp: boolean): string => parsePlain(s, true, delsp)[0]!.lines.map((l) => l.map((p) => p.text).join('')).join('|');
  assert.equal(text('This is \none line\n from here', false), 'This is one line|from here');
  assert.equal(text('Donau \ndampf', true), 'Donaudampf');
  const quoted = parsePlain('> a \n> b\nnot joined', true);
  assert.equal(quoted[0]!.lines[0]!.map((p) => p.text).join(''), 'a b');
});

test('only a quote at the end is folded', () => {
  assert.equal(trailingQuote(parsePlain('Hi\n> q')), 1);
  assert.equal(trailingQuote(parsePlain('> q\nanswer')), -1);
  assert.equal(trailingQuote(parsePlain('> only quote')), -1);
});

test('addresses that cannot be sent to are refused', () => {
  for (const good of ['a@b', 'a.b+c@x-y.org', 'a_b@x_y.test', '"odd one"@x.org', 'a@[192.0.2.1]', 'müller@klinik.test', '用户@x.test']) assert.ok(isAddress(good), good);
  for (const bad of ['', 'mü\u200bller@klinik.test', 'mü\u00a0ller@klinik.test', 'm\ud800@x.test', 'ü..a@x.test', `${'ü'.repeat(33)}@x.test`, 'a@bücher.example', 'a', 'a@', '@b', 'a b@c', 'a@b..c', '.a@b', 'a.@b', 'a@b\r\nRCPT TO:<x>', 'a@-b', 'a@b-', `${'x'.repeat(250)}@b.org`]) assert.ok(!isAddress(bad), bad);
});

test('domains compare without case, local parts with', () => {
  assert.ok(sameAddress('a@X.org', 'a@x.ORG'));
  assert.ok(!sameAddress('A@x.org', 'a@x.org'));
  assert.deepEqual(unique([{ name: '', address: 'a@x.org' }, { name: 'A', address: 'A@X.org' }], ['b@x.org']).length, 1);
});

test('mailto honours five fields and nothing else', () => {
  const m = parseMailto('mailto:a@x.org?cc=b@x.org&subject=Hi%0d%0aBcc:%20evil@x.org&body=1%0A2&attach=/etc/passwd&to=c@x.org');
  assert.deepEqual(m.to.map((a) => a.address), ['a@x.org', 'c@x.org']);
  assert.deepEqual(m.cc.map((a) => a.address), ['b@x.org']);
  assert.equal(m.subject, 'Hi Bcc: evil@x.org');
  assert.equal(m.body, '1\n2');
  assert.ok(!JSON.stringify(m).includes('passwd'));
  assert.deepEqual(parseMailto('javascript:alert(1)').to, []);
});

test('a link whose text names another host is noticed', () => {
  assert.equal(claimedHost('www.MyBank.test/login'), 'mybank.test');
  assert.equal(claimedHost('click here'), '');
  assert.ok(misleading('https://mybank.test', 'https://evil.test/x'));
  assert.ok(misleading('mybank.test', 'https://mybank.test.evil.test/'));
  assert.ok(!misleading('mybank.test', 'https://www.mybank.test/login'));
  assert.ok(!misleading('example.test', 'https://sub.example.test'));
  assert.ok(!misleading('Read more', 'https://evil.test'));
});

test('style values lose what loads and keep what does not', () => {
  assert.deepEqual(cleanValue('red'), { value: 'red', blocked: 0 });
  assert.deepEqual(cleanValue('url("https://x.test/a.png") no-repeat'), { value: 'none no-repeat', blocked: 1 });
  assert.deepEqual(cleanValue('url(data:image/png;base64,AA==)'), { value: 'url(data:image/png;base64,AA==)', blocked: 0 });
  assert.equal(cleanValue('image-set("a.png" 1x)').value, null);
  assert.equal(cleanValue('cross-fade(url(a), url(b))').value, null);
  assert.equal(cleanValue('url("data:image/svg+xml,<svg/>")').blocked, 1);
  assert.equal(cleanValue('url(https://x.test/\\29 ').value, null);
});
