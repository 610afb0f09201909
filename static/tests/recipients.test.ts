// Lists of recipients as people paste them, why an address is none, and one person in one field.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Address } from '../src/api/types.ts';
import { isAddress } from '../src/core/address.ts';
import { addressFault, changeField, endsRecipient, parseRecipients, placeRecipients, recipientText } from '../src/core/recipients.ts';
import type { Fields } from '../src/core/recipients.ts';

const short = (list: readonly Address[]): string[] => list.map((a) => (a.name ? `${a.name}|${a.address}` : a.address));

const TABLE: [string, string[]][] = [
  ['ana@x.org', ['ana@x.org']],
  ['Ana Berg <ana@x.org>, "B, C" <b@y.org>; d@z.org\ne@z.org', ['Ana Berg|ana@x.org', 'B, C|b@y.org', 'd@z.org', 'e@z.org']],
  ['a@x.org b@y.org  c@z.org', ['a@x.org', 'b@y.org', 'c@z.org']],
  [' , ; \n\n\t', []],
  ['x@y.org <x@y.org>', ['x@y.org']],
  ['"x@y.org" <x@y.org>', ['x@y.org']],
  // groups and fields of a header
  ['Team: a@x.org, Bob <b@x.org>;, c@x.org', ['a@x.org', 'Bob|b@x.org', 'c@x.org']],
  ['"The, Team": a@x.org;', ['a@x.org']],
  ['undisclosed-recipients:;', []],
  ['A: a@x.org; B: b@x.org, c@x.org;', ['a@x.org', 'b@x.org', 'c@x.org']],
  ['To: Ana <a@x.org>,\r\n Bob\r\n <b@x.org>\r\nCc: c@x.org', ['Ana|a@x.org', 'Bob|b@x.org', 'c@x.org']],
  ['An: Ana <a@x.org>; Kopie: Bob <b@x.org>', ['Ana|a@x.org', 'Bob|b@x.org']],
  // names as Outlook, tables and people write them
  ['Doe, John <j@x.org>; Roe, Jane, Dr. <r@x.org>', ['Doe, John|j@x.org', 'Roe, Jane, Dr.|r@x.org']],
  ['a@x.org, Bob <b@x.org>', ['a@x.org', 'Bob|b@x.org']],
  ["'Ana' <a@x.org>; 'b@x.org'", ['Ana|a@x.org', 'b@x.org']],
  ['Ana [mailto:a@x.org]; b@x.org [mailto:b@x.org]', ['Ana|a@x.org', 'b@x.org']],
  ['Ana\tBerg\ta@x.org\nBob\tb@x.org', ['Ana Berg|a@x.org', 'Bob|b@x.org']],
  ['a@x.org\tAna Berg\nb@x.org\tBob', ['Ana Berg|a@x.org', 'Bob|b@x.org']],
  ['a@x.org (Ana Berg), b@x.org', ['Ana Berg|a@x.org', 'b@x.org']],
  ['Ana (at work) <a@x.org>', ['Ana|a@x.org']],
  ['<a@x.org> Ana, <b@x.org>', ['Ana|a@x.org', 'b@x.org']],
  ['Ana <a@x.org> Bob <b@x.org>', ['Ana|a@x.org', 'Bob|b@x.org']],
  ['Ana <a@x.org> b@x.org', ['Ana|a@x.org', 'b@x.org']],
  ['Ana Berg a@x.org and Bob b@x.org', ['Ana Berg|a@x.org', 'Bob|b@x.org']],
  ['<a@x.org, b@x.org>', ['a@x.org', 'b@x.org']],
  ['• a@x.org\n• b@x.org', ['a@x.org', 'b@x.org']],
  ['"Berg \\"Annie\\" Ana" <a@x.org>', ['Berg "Annie" Ana|a@x.org']],
  ['“Ana, B.” <a@x.org>，b@x.org；c@x.org', ['Ana, B.|a@x.org', 'b@x.org', 'c@x.org']],
  ['=?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <j@x.org>, =?UTF-8?B?w4RubmU=?= <ae@x.org>', ['Jürgen Groß|j@x.org', 'Änne|ae@x.org']],
  ['=?utf-8?Q?J=C3=BC?=\r\n =?utf-8?Q?rgen?= <j@x.org>', ['Jürgen|j@x.org']],
  ['=?x-unknown?Q?abc?= <j@x.org>', ['=?x-unknown?Q?abc?=|j@x.org']],
  // around an address
  ['mailto:a@x.org, <mailto:b@x.org>', ['a@x.org', 'b@x.org']],
  ['Write to a@x.org.', ['Write to|a@x.org']],
  ['(a@x.org)', ['(a@x.org)']],
  ['<@relay.org,@hop.org:a@x.org>', ['a@x.org']],
  ['\ufeff\u202aa@x.org\u202c\u200b,\u00a0b@x.org', ['a@x.org', 'b@x.org']],
  ['a＠x.org', ['a@x.org']],
  ['"odd one"@x.org', ['"odd one"@x.org']],
  ['"a,b"@x.org, c@x.org', ['"a,b"@x.org', 'c@x.org']],
  ['a@[192.0.2.1]', ['a@[192.0.2.1]']],
  ['ana@bücher.example, 用户@例子.测试', ['ana@xn--bcher-kva.example', '用户@xn--fsqu00a.xn--0zwm56d']],
  // what cannot be understood stays as a whole
  ['ana', ['ana']],
  ['ana, bob@x.org', ['ana', 'bob@x.org']],
  ['Ana Berg', ['Ana Berg']],
  ['a@@x.org; b@x.org', ['a@@x.org', 'b@x.org']],
  ['Ana <a@x', ['Ana|a@x']],
  ['"Ana <a@x.org>', ['"Ana|a@x.org']],
  ['Ana <not an address>', ['Ana|not an address']],
  ['Ana <>', ['Ana <>']],
  ['a b@c d', ['a b@c d']],
  ['Ratio 5:3', ['Ratio 5:3']],
  ['a@x.org\u0000\u0007b', ['a@x.org b']],
  ['((((a@x.org', ['a@x.org']],
];

for (const [text, wanted] of TABLE) test(`pasted: ${JSON.stringify(text)}`, () => { assert.deepEqual(short(parseRecipients(text)), wanted); });

test('a list of 5,000 is read in one go, and a hostile one does not hang', () => {
  const many = Array.from({ length: 5000 }, (_, i) => (i % 3 ? `Person ${i} <p${i}@x.org>` : `"Person, ${i}" <p${i}@x.org>`)).join(';\n');
  const list = parseRecipients(many);
  assert.equal(list.length, 5000);
  assert.ok(list.every((a) => isAddress(a.address) && a.name));
  for (const odd of ['"'.repeat(20_000), '('.repeat(20_000), '<'.repeat(20_000), 'a:'.repeat(10_000), '<a@b>'.repeat(4_000), ','.repeat(50_000), '=?utf-8?q?'.repeat(3_000), '\\'.repeat(20_000)]) {
    assert.ok(Array.isArray(parseRecipients(odd)), odd.slice(0, 10));
  }
});

test('nothing of an address is lost, whatever stands around it', () => {
  const signs = [' ', ',', ';', '"', '<', '>', '(', ')', ':', '\n', '\t', '@', '\\', 'a', 'é', '.'];
  let seed = 7;
  const next = (n: number): number => { seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n; };
  for (let i = 0; i < 4000; i++) {
    const junk = Array.from({ length: next(6) }, () => signs[next(signs.length)]!).join('');
    const text = `${junk}first@x.org; second@y.org`;
    const all = parseRecipients(text).map((a) => `${a.name} ${a.address}`).join(' ');
    assert.ok(all.includes('first@x.org') && all.includes('second@y.org'), JSON.stringify(text));
  }
});

test('a recipient as text is read as the same one', () => {
  for (const a of [{ name: '', address: 'a@x.org' }, { name: 'Ana Berg', address: 'a@x.org' }, { name: 'Berg, Ana (x) "y" \\z', address: 'a@x.org' }, { name: 'Team: A; B', address: 'a@x.org' }, { name: 'a@b.org', address: 'evil@x.org' }, { name: 'Änne <x>', address: 'a@x.org' }]) {
    assert.deepEqual(parseRecipients(recipientText(a)), [a]);
    assert.deepEqual(parseRecipients(`${recipientText(a)}, ${recipientText({ name: 'Z', address: 'z@x.org' })}`).map((x) => x.address), [a.address, 'z@x.org']);
  }
});

test('a comma ends an address, not a name', () => {
  for (const yes of ['a@x.org,', 'Ana <a@x.org>, ', 'a@x.org;', 'team;']) assert.ok(endsRecipient(yes), yes);
  for (const no of ['', ',', 'Doe,', '"Doe,', '"a@x,', 'Ana <a@x,', 'Ana (a@x,', 'a@x.org']) assert.ok(!endsRecipient(no), no);
});

test('why an address is none', () => {
  const table: [string, string | undefined, string?][] = [
    ['a@x.org', undefined], ['', 'none'], ['ana', 'no-at'], ['@x.org', 'no-local'], ['a@', 'no-domain'], ['a b@x.org', 'blank'], ['a@b@x.org', 'ats'], [`${'x'.repeat(65)}@x.org`, 'long'],
    ['mü ller@x.org', 'blank'], ['mü\u00adller@x.org', 'sign', '\u00ad'], ['a\u202eb@x.org', 'sign', '\u202e'], ['ü.@x.org', 'dots'], [`${'ü'.repeat(33)}@x.org`, 'long'], ['a..b@x.org', 'dots'], ['.a@x.org', 'dots'], ['a@x..org', 'dots'], ['a(b@x.org', 'sign', '('], ['a@x_.o!rg', 'domain'], ['a@-x.org', 'domain'], ['a@x.org,', 'domain'],
  ];
  for (const [address, fault, sign] of table) {
    const f = addressFault(address);
    assert.equal(f?.fault, fault, address);
    if (sign) assert.equal(f?.sign, sign);
  }
});

test('one person in one field: To before Cc before Bcc, unless moved there', () => {
  const a = (address: string, name = ''): Address => ({ name, address });
  const fields: Fields = { to: [a('ana@x.org', 'Ana')], cc: [a('bob@x.org')], bcc: [a('cy@x.org', 'Cy')] };
  const of = (f: Fields): string[][] => [short(f.to), short(f.cc), short(f.bcc)];
  const down = placeRecipients(fields, 'bcc', [a('ANA@x.org'), a('new@x.org'), a('new@X.org')]);
  assert.deepEqual(of(down.fields), [['Ana|ana@x.org'], ['bob@x.org'], ['Cy|cy@x.org', 'new@x.org']]);
  assert.deepEqual(down.already.map((x) => [x.who.address, x.where]), [['ANA@x.org', 'to']]);
  assert.equal(down.added.length, 1);
  const up = placeRecipients(fields, 'to', [a('cy@x.org'), a('bob@x.org', 'Bob')]);
  assert.deepEqual(of(up.fields), [['Ana|ana@x.org', 'Cy|cy@x.org', 'Bob|bob@x.org'], [], []]);
  assert.equal(up.moved.length, 2);
  const moved = placeRecipients(fields, 'bcc', [fields.to[0]!], true);
  assert.deepEqual(of(moved.fields), [[], ['bob@x.org'], ['Cy|cy@x.org', 'Ana|ana@x.org']]);
  assert.deepEqual(of(fields), [['Ana|ana@x.org'], ['bob@x.org'], ['Cy|cy@x.org']], 'what was is untouched');
});

test('a field that was changed in place keeps its order; who belongs elsewhere does not come twice', () => {
  const a = (address: string, name = ''): Address => ({ name, address });
  const fields: Fields = { to: [a('ana@x.org', 'Ana')], cc: [a('bob@x.org'), a('cy@x.org')], bcc: [a('dee@x.org', 'Dee')] };
  const p = changeField(fields, 'cc', [a('ana@x.org'), a('dee@x.org'), a('bob@x.org'), a('new@x.org')]);
  assert.deepEqual(short(p.fields.cc), ['Dee|dee@x.org', 'bob@x.org', 'new@x.org'], 'cy was removed, dee came from Bcc with the name, ana stays in To');
  assert.deepEqual([short(p.fields.to), short(p.fields.bcc)], [['Ana|ana@x.org'], []]);
  assert.deepEqual(p.already.map((x) => x.where), ['to']);
  assert.deepEqual(short(changeField(fields, 'to', []).fields.to), []);
});

test('before the @ stand letters of every script, and nothing that is not seen or passes for a dot, a blank or an @', () => {
  const wrong: string[] = [];
  for (let cp = 0x80; cp <= 0x10ffff; cp++) {
    if (cp >= 0xd800 && cp < 0xe000) continue;
    const sign = String.fromCodePoint(cp);
    const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Z}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800\u{16fe4}]/u.test(sign) || ['.', '@', '\u3002'].includes(sign.normalize('NFKC'));
    if (unseen && isAddress(`a${sign}b@x.test`)) wrong.push(cp.toString(16));
  }
  assert.deepEqual(wrong, []);
  for (const a of ['müller@x.test', '用户@x.test', 'δοκιμή.ü@x.test', 'उपयोगकर्ता@x.test', 'пользователь@x.test', 'مستخدم@x.test', 'משתמש@x.test', '\u{20000}@x.test']) assert.equal(isAddress(a), true, a);
  for (const a of ['ceo\uff20bank.example@x.test', 'a\ufe6bb@x.test', 'a\uff0eb@x.test', 'a\u{1d173}b@x.test', 'a\u{13430}b@x.test', 'a\u{1bca0}b@x.test', 'a\u{16fe4}b@x.test']) assert.equal(isAddress(a), false, JSON.stringify(a));
});

test('the browser and the server go by the same list of signs', () => {
  const list = /unseen\[\]\[2\] = \{([^;]*)\}/.exec(readFileSync('mail/build_field.c', 'utf8'))![1]!;
  const refused = new Uint8Array(0x110000);
  for (const [, from, to] of list.matchAll(/\{0x([0-9a-f]+), *0x([0-9a-f]+)\}/g)) refused.fill(1, parseInt(from!, 16), parseInt(to!, 16) + 1);
  const differs: string[] = [];
  for (let cp = 0x80; cp <= 0x10ffff; cp++) if ((cp < 0xd800 || cp >= 0xe000) && isAddress(`${String.fromCodePoint(cp)}@x.test`) === (refused[cp] === 1)) differs.push(cp.toString(16));
  assert.deepEqual(differs, []);
});
