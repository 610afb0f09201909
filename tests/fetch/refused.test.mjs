// Places that waxseal-fetch must never connect to, however they are named. A server hears every address of the
// world inside tests/lib/netns.sh, so a connection that should not be would be seen.
import assert from 'node:assert/strict';
import net from 'node:net';
import test, { after, before } from 'node:test';
import { closeAll, dnsServer, fetchCall, fetchDaemon, httpServer, outside, tcpServer, until } from '../lib/netns.mjs';

const options = { skip: outside };
let names, daemon, listed, web;
const connections = []; // addresses of ours that anybody connected to, "ADDRESS PORT"
const at = (host) => `http://${net.isIPv6(host) ? `[${host}]` : host}/`;

const SPECIAL = [
  '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.254', '127.0.0.1', '127.9.9.9', '169.254.169.254',
  '172.16.0.1', '172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.0.1', '192.168.255.255', '198.18.0.1', '198.19.255.255',
  '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255',
  '::', '::1', '::a00:1', '::7f00:1', '::ffff:a00:1', '::ffff:7f00:1', '::ffff:b01:203', '::ffff:0:7f00:1',
  '64:ff9b::7f00:1', '64:ff9b::b01:203', '64:ff9b:1::1', '100::1', '2001::1', '2001:0:b01:203::1', '2001:2::1', '2001:10::1', '2001:20::1',
  '2001:db8::1', '2002:7f00:1::1', '2002:b01:203::1', '3fff::1', '4000::1', 'fc00::1', 'fd00::1', 'fd12:3456:789a::1', 'fe80::1',
  'febf::1', 'fec0::1', 'ff02::1', 'ff0e::1',
];

before(async () => {
  if (outside) return;
  names = await dnsServer();
  names.set('good.example', ['11.1.2.3', '2a00::80']);
  web = await httpServer('::', 80, (request, response) => {
    const to = new URL(request.url, 'http://x').searchParams.get('to');
    if (to) response.writeHead(302, { location: to }).end();
    else response.end('reached');
  });
  const others = [];
  for (const port of [22, 8080, 9000]) others.push(await tcpServer('::', port, (s) => s.end('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nreached')));
  for (const s of [web, ...others]) s.server.on('connection', (c) => connections.push(`${c.localAddress?.replace(/^::ffff:(?=\d+\.)/, '')} ${s.port}`));
  daemon = await fetchDaemon();
  listed = await fetchDaemon({ section: ['allow = ca.intern:8080 127.0.0.1:9000 [fd00::7]:80 pki:80'] });
});
after(closeAll);

async function refused(url, { kind = 'crl', to = daemon } = {}) {
  const a = await fetchCall(to.socket, { kind, url });
  assert.equal(a.outcome, 'refused', `${url}: ${a.outcome} ${a.status} ${a.detail}`);
  assert.equal(a.body.length, 0);
}
async function noConnectionDuring(what) {
  connections.length = 0;
  await what();
  assert.deepEqual(connections, []);
}

test('the servers hear a good place', options, async () => {
  connections.length = 0;
  for (const host of ['good.example', '11.1.2.3', '2a00::80']) assert.equal((await fetchCall(daemon.socket, { kind: 'crl', url: at(host) })).body.toString(), 'reached');
  assert.equal(connections.length, 3);
});

test('every special range as a literal', options, () => noConnectionDuring(async () => {
  for (const a of SPECIAL) await refused(at(a));
}));

test('every special range behind a name', options, () => noConnectionDuring(async () => {
  for (const a of SPECIAL) {
    const name = `n${a.replace(/[.:]/g, '-')}.example`;
    names.set(name, [a]);
    await refused(`http://${name}/`);
    await refused(`https://${name}/`, { kind: 'aia' });
  }
}));

test('every special range behind a redirect', options, async () => {
  connections.length = 0;
  for (const a of SPECIAL) await refused(`http://11.1.2.3/?to=${encodeURIComponent(at(a))}`);
  assert.deepEqual([...new Set(connections)], ['11.1.2.3 80']);
});

test('a name that changes between two redirects', options, async () => {
  connections.length = 0;
  names.set('turns.example', (type, n) => (type === 'A' ? [n === 0 ? '11.1.2.3' : '127.0.0.1'] : []));
  await refused('http://turns.example/?to=http%3A%2F%2Fturns.example%2F');
  assert.deepEqual(connections, ['11.1.2.3 80']);
  // and nothing is looked up twice for one connection: there is no gap between check and use
  assert.deepEqual(names.asked.filter((q) => q === 'turns.example A').length, 2);
});

test('one question for a connection: what was checked is what is used', options, async () => {
  names.set('once.example', (type, n) => (type === 'A' ? [n === 0 ? '11.1.2.3' : '10.0.0.1'] : []));
  connections.length = 0;
  assert.equal((await fetchCall(daemon.socket, { kind: 'crl', url: 'http://once.example/' })).body.toString(), 'reached');
  assert.deepEqual(connections, ['11.1.2.3 80']);
  await refused('http://once.example/');
  assert.deepEqual(connections, ['11.1.2.3 80']);
});

test('a name with public and special addresses never leads to the special one', options, async () => {
  await web.close();
  const loopback = await httpServer('127.0.0.1', 80, (q, r) => r.end('inside'));
  const inside = await httpServer('fd00::1', 80, (q, r) => r.end('inside'));
  names.set('mixed.example', ['11.1.2.3', '127.0.0.1', 'fd00::1']); // nobody listens on the public one now
  await refused('http://mixed.example/');
  assert.equal(loopback.requests.length + inside.requests.length, 0);
  await loopback.close();
  await inside.close();
  web = await httpServer('::', 80, (q, r) => r.end('reached'));
  web.server.on('connection', (c) => connections.push(`${c.localAddress?.replace(/^::ffff:(?=\d+\.)/, '')} 80`));
  assert.equal((await fetchCall(daemon.socket, { kind: 'crl', url: 'http://mixed.example/' })).body.toString(), 'reached');
});

test('odd spellings of loopback and private addresses', options, () => noConnectionDuring(async () => {
  for (const host of [
    '2130706433', '0x7f000001', '017700000001', '0x7f.1', '127.1', '127.0.1', '0177.0.0.1', '0x7f.0x0.0x0.0x1', '10.1', '0xa000001', '012.0.0.1',
    '0', '0x0', '0.0', '127.0.0.1.', '[::1]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[0::FFFF:0a00:0001]', '[fe80::1%25lo]',
    'localhost', 'LOCALHOST', 'localhost.', 'foo.localhost', '4294967297', '127.0.0.1%2e', '%31%32%37.0.0.1', '127。0。0。1', '①②⑦.0.0.1',
  ]) {
    const a = await fetchCall(daemon.socket, { kind: 'crl', url: Buffer.from(`http://${host}/`).toString('latin1') });
    assert.ok(['refused', 'unreachable', 'closed'].includes(a.outcome), `${host}: ${a.outcome}`);
  }
}));

test('user info, backslashes and other tricks of URLs', options, () => noConnectionDuring(async () => {
  for (const url of [
    'http://11.1.2.3@127.0.0.1/', 'http://127.0.0.1@11.1.2.3/', 'http://u:p@11.1.2.3/', 'http://11.1.2.3:80@127.0.0.1/', 'http://@11.1.2.3/', 'http://11.1.2.3\\@127.0.0.1/',
    'http:\\\\11.1.2.3/', 'http:/11.1.2.3/', 'http:11.1.2.3/', '//11.1.2.3/', '11.1.2.3', 'http://', 'http:///11.1.2.3/', 'http://good.example%00.evil.example/', 'http://good.example%2f.evil.example/',
  ]) await refused(url);
}));

test('other schemes', options, () => noConnectionDuring(async () => {
  for (const scheme of ['ftp', 'ftps', 'file', 'gopher', 'dict', 'ldap', 'ldaps', 'tftp', 'telnet', 'imap', 'smtp', 'pop3', 'rtsp', 'scp', 'sftp', 'smb', 'mqtt', 'ws', 'data', 'javascript'])
    await refused(`${scheme}://11.1.2.3:80/`);
  await refused('file:///etc/passwd');
}));

test('other schemes and unreadable places behind a redirect', options, async () => {
  await web.close();
  web = await httpServer('11.1.2.3', 80, (q, r) => r.writeHead(302, { location: decodeURIComponent(q.url.slice(1)) }).end('x'));
  for (const to of ['ftp://11.1.2.3/', 'file:///etc/passwd', 'gopher://11.1.2.3:80/x', 'http://u@11.1.2.3/', 'http://11.1.2.3:22/', 'dict://11.1.2.3:22/', 'http://127.0.0.1/', 'http://localhost/', '//127.1/', 'http://[::1]/', 'http:\\\\127.0.0.1\\'])
    await refused(`http://11.1.2.3/${encodeURIComponent(to)}`);
  assert.ok(!connections.some((c) => / 22$/.test(c)), 'port 22 was reached');
  await web.close();
  web = await httpServer('::', 80, (q, r) => r.end('reached'));
});

test('ports', options, () => noConnectionDuring(async () => {
  for (const port of [1, 22, 25, 53, 81, 8080, 9000, 65535]) await refused(`http://11.1.2.3:${port}/`);
  for (const port of [0, 65536, 65616, 4294967376]) await refused(`http://11.1.2.3:${port}/`);
}));

test("the operator's list is the only exception, by name and port together", options, async () => {
  names.set('ca.intern', ['10.0.0.5']);
  names.set('other.intern', ['10.0.0.5']);
  const ok = async (url) => assert.equal((await fetchCall(listed.socket, { kind: 'crl', url })).body.toString(), 'reached', url);
  connections.length = 0;
  await ok('http://ca.intern:8080/');
  await ok('http://CA.intern.:8080/');
  await ok('http://127.0.0.1:9000/');
  await ok('http://[fd00::7]/');
  assert.deepEqual(connections.slice(0, 3), ['10.0.0.5 8080', '10.0.0.5 8080', '127.0.0.1 9000']);
  await noConnectionDuring(async () => {
    for (const url of ['http://ca.intern/', 'http://ca.intern:9000/', 'http://other.intern:8080/', 'http://10.0.0.5:8080/', 'http://127.0.0.1/', 'http://127.0.0.1:8080/', 'http://[fd00::7]:8080/', 'http://[fd00::8]/', 'http://pki:443/', 'ftp://ca.intern:8080/', 'http://u@ca.intern:8080/'])
      await refused(url, { to: listed });
    for (const url of ['http://ca.intern:8080/', 'http://127.0.0.1:9000/', 'http://[fd00::7]/']) await refused(url);
  });
});

test('a listed place that redirects elsewhere gives nothing away', options, async () => {
  names.set('ca.intern', ['10.0.0.6']);
  names.set('other.intern', ['10.0.0.7']);
  await web.close();
  const hop = await httpServer('fd00::7', 80, (q, r) => r.writeHead(302, { location: 'http://other.intern/' }).end());
  const target = await httpServer('10.0.0.7', 80, (q, r) => r.end('inside'));
  await refused('http://[fd00::7]/', { to: listed });
  assert.equal(hop.requests.length, 1);
  assert.equal(target.requests.length, 0);
});

test('what was refused is in the log, with host and port only', options, async () => {
  await refused('http://127.0.0.1/SECRET-PATH');
  const line = await until('its line', () => daemon.log().findLast((l) => l.event === 'fetched' && l.host === '127.0.0.1'));
  assert.equal(line.outcome, 'refused');
  assert.doesNotMatch(daemon.output, /SECRET/);
});
