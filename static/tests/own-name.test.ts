// Which name is proposed to somebody who has set none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cert } from '../src/api/types.ts';
import { pickName } from '../src/store/own-name.ts';

const cert = (subject: string, not_after: string, addresses = ['ana@x.test']): Cert => ({ subject, addresses, not_after }) as Cert;
const sent = (name: string, address = 'ana@x.test'): { from: { name: string; address: string }[] } => ({ from: [{ name, address }] });

test('the certificate that ends last names its owner, else what was sent does', () => {
  assert.equal(pickName('ana@x.test', [cert('CN=Old Name', '2025-01-01T00:00:00Z'), cert('O=X,CN=Ana Weiß', '2027-01-01T00:00:00Z')], [sent('A. W.')]), 'Ana Weiß');
  assert.equal(pickName('Ana@X.test', [], [sent(''), sent('Ana W.'), sent('Ana')]), 'Ana W.');
  assert.equal(pickName('ana@x.test', [], []), '');
});

test('nobody else\'s name, no address and nothing that plays tricks', () => {
  assert.equal(pickName('ana@x.test', [cert('CN=Bob', '2027-01-01T00:00:00Z', ['bob@x.test'])], [sent('Bob', 'bob@x.test')]), '');
  for (const bad of ['ana@x.test', 'boss\uff20x.test', '12345', 'x'.repeat(200), 'Ana <boss']) assert.equal(pickName('ana@x.test', [cert(`CN=${bad}`, '2027-01-01T00:00:00Z')], [sent(bad)]), '', JSON.stringify(bad));
  assert.equal(pickName('ana@x.test', [cert('CN=A\u202ena\u0000', '2027-01-01T00:00:00Z')], []), 'Ana', 'without what could reorder or hide');
  assert.equal(pickName('ana@x.test', [], [sent('A\u202ena')]), '');
  assert.equal(pickName('ana@x.test', [cert('CN=ana@x.test', '2027-01-01T00:00:00Z')], [sent('Ana')]), 'Ana', 'the next one');
});
