// The place the other tests of this suite rely on (tests/lib/netns.sh): the whole internet is this machine.
import assert from 'node:assert/strict';
import dns from 'node:dns/promises';
import http from 'node:http';
import test, { after } from 'node:test';
import { closeAll, dnsServer, httpServer, outside } from '../lib/netns.mjs';

after(closeAll);

const get = (host, port = 80) => new Promise((resolve, reject) => {
  http.get({ host, port, agent: false }, (r) => { let text = ''; r.on('data', (d) => { text += d; }); r.on('end', () => resolve(text)); }).on('error', reject);
});

test('every address is ours, special ones too', { skip: outside }, async () => {
  const web = await httpServer('::', 80, (request, response, { address }) => response.end(address));
  for (const a of ['11.1.2.3', '2a00::80', '10.0.0.1', '127.0.0.1', '169.254.169.254', '100.64.0.1', '240.1.1.1', 'fd00::1', '64:ff9b::a00:1'])
    assert.equal(await get(a), a);
  await web.close();
});

test('a server on one address is not on another one', { skip: outside }, async () => {
  const web = await httpServer('11.1.2.3', 80, (request, response) => response.end('here'));
  assert.equal(await get('11.1.2.3'), 'here');
  await assert.rejects(get('11.1.2.4'), { code: 'ECONNREFUSED' });
  await web.close();
});

test('names are what the test says, and may change', { skip: outside }, async () => {
  const names = await dnsServer();
  names.set('two.example', ['11.1.2.3', '2a00::80']);
  names.set('turns.example', (type, n) => (type === 'A' ? [['11.1.2.3'], ['127.0.0.1']][n] : []));
  const look = async (name) => (await dns.lookup(name, { all: true })).map((a) => a.address).sort();
  assert.deepEqual(await look('two.example'), ['11.1.2.3', '2a00::80']);
  assert.deepEqual(await look('turns.example'), ['11.1.2.3']);
  assert.deepEqual(await look('turns.example'), ['127.0.0.1']);
  await assert.rejects(look('none.example'), { code: 'ENOTFOUND' });
  assert.ok(names.asked.includes('two.example AAAA'));
  await names.close();
});
