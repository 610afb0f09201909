// A refusal for what the rules demand is said with rule and recipients, in the reader's language; other refusals are not.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ApiError } from '../src/api/client.ts';
import { useTexts } from '../src/core/i18n.ts';
import { demanded } from '../src/views/compose/demands.ts';

const said = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
const refusal = (...demands: object[]): ApiError => new ApiError('forbidden', 'x', 403, { field: 'mode', demands });
const of = (address: string, sign: boolean, encrypt: boolean, rule: string | null = 'Partners'): object => ({ address, sign, encrypt, rule });

test('what is demanded, of whom, by which rule', async () => {
  useTexts('en', await readFile('static/i18n/en.ftl', 'utf8'));
  assert.equal(said(demanded(refusal(of('pat@x.test', true, false)))), 'Your organisation demands that messages to pat@x.test are signed (rule “Partners”). Choose it under Security.');
  assert.match(said(demanded(refusal(of('a@x.test', true, false), of('b@x.test', false, true)))), /to a@x.test, b@x.test are signed and encrypted/);
  assert.match(said(demanded(refusal(...['a', 'b', 'c', 'd'].map((n) => of(`${n}@x.test`, false, true))))), /to a@x.test, b@x.test, c@x.test … are encrypted/);
  assert.match(said(demanded(refusal(of('a@x.test', false, true, null)))), /^The subject asks that this message is encrypted\./);
  assert.match(said(demanded(refusal(of('a@x.test', true, false), of('b@y.test', true, false, 'Sign all')))), /to a@x\.test are signed \(rule “Partners”\).* to b@y\.test are signed \(rule “Sign all”\)/);
  useTexts('de', await readFile('static/i18n/de.ftl', 'utf8'));
  assert.match(said(demanded(refusal(of('a@x.test', true, true)))), /^Ihre Organisation verlangt, dass Nachrichten an a@x.test signiert und verschlüsselt sind \(Regel „Partners“\)/);
});

test('other refusals are none of the rules\'', () => {
  for (const error of [new Error('x'), new ApiError('forbidden', 'x', 403, { field: 'mode' }), new ApiError('forbidden', 'x', 403, { demands: [] }), null]) assert.equal(demanded(error), '');
});
