// Branding by the administration's API: who may, what is refused with its field, whose is seen where, and how a logo is served.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import zlib from 'node:zlib';
import { adminClient, adminReader, api, org } from '../lib/admin.mjs';
import { crc32 } from '../lib/crc32.mjs';
import { Client } from '../lib/http.mjs';
import { ctl, instance, signedIn } from '../lib/instance.mjs';

const chunk = (type, data) => {
  const body = Buffer.concat([Buffer.from(type), data]), size = Buffer.alloc(4), sum = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body) >>> 0);
  return Buffer.concat([size, body, sum]);
};
/** A black picture; extra: bytes of a chunk nobody reads. */
const png = (width, height, extra = 0) => {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', zlib.deflateSync(Buffer.alloc((width + 1) * height))), ...(extra ? [chunk('teXt', Buffer.alloc(extra))] : []), chunk('IEND', Buffer.alloc(0))]);
};
const HOSTILE = '<img src=x onerror=alert(1)>{{t a}}&';
let olga, walt, rita, dave;
before(async () => { [olga, walt, dave, rita] = [await adminClient('olga'), await adminClient('walt'), await adminClient('dave'), await adminReader('rita')]; });
after(() => {
  for (const of of [['demo'], []]) ctl('branding', 'remove', ...of);
  for (const c of [olga, walt, rita, dave]) c?.close();
});
const put = (who, patch, version, path = org('branding')) => who.put(path, { patch, ...(version === undefined ? {} : { version }) });

test('an owner says it, everybody of the organisation sees it, nobody else changes it', async () => {
  for (const who of [walt, rita]) assert.equal((await put(who, { name: 'X' })).status, 403);
  assert.equal((await put(olga, { name: 'X' }, undefined, api('branding'))).status, 403);
  assert.equal((await olga.get(api('branding'))).status, 403);
  assert.equal((await put(olga, { name: 'X' }, undefined, org('branding', 'elsewhere'))).status, 404);
  const made = await put(olga, { name: 'Demo Mail', accent: '#0a5fd1', support: 'mailto:help@demo.test' });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual([made.json.branding.name, made.json.branding.logo, made.json.shown.support], ['Demo Mail', null, 'mailto:help@demo.test']);
  assert.deepEqual((await rita.get(org('branding'))).json, made.json);
  const stale = await put(olga, { name: 'Y' }, made.json.branding.version + 1);
  assert.deepEqual([stale.status, stale.json.details.field], [409, 'version']);
});

test('what cannot be shown is refused, by its field, and nothing changes', async () => {
  const before = (await rita.get(org('branding'))).json;
  const b64 = (bytes) => Buffer.from(bytes).toString('base64');
  const bad = [
    ['name', ''], ['name', '\u202egnirts'], ['name', 'a\u200bb'], ['name', 'x'.repeat(41)], ['name', 'two\nlines'], ['name', 7],
    ['accent', 'red'], ['accent', '#12345'], ['accent', '#0a5fd1;}*{}'],
    ['support', 'javascript:alert(1)'], ['support', 'http://help.test/'], ['support', 'https://a@b.test/'], ['support', `https://help.test/${'x'.repeat(500)}`],
    ['logo', '%%%'], ['logo', b64('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')], ['logo', b64('GIF89a\x01\0\x01\0')], ['logo', b64(png(513, 4))], ['logo', b64(png(8, 8).subarray(0, 18))],
  ];
  for (const [field, value] of bad) {
    const r = await put(olga, { [field]: value });
    assert.deepEqual([r.status, r.json.details?.field], [422, field], `${field} ${String(value).slice(0, 40)}: ${r.text}`);
  }
  const large = await put(olga, { logo: b64(png(8, 8, 66_000)) });
  assert.deepEqual([large.status, large.json.details?.field], [413, 'logo']);
  assert.equal((await put(olga, { html: 'x' })).status, 422);
  assert.deepEqual((await rita.get(org('branding'))).json, before);
});

test('a logo has an address of its own, for ever and as what it is; a replaced one is gone', async () => {
  const bytes = png(64, 32), anybody = new Client(instance.origin);
  try {
    const made = await put(olga, { logo: bytes.toString('base64') });
    const { url } = made.json.branding.logo;
    assert.match(url, /^\/brand\/demo\/[0-9a-f]{64}\.png$/);
    const got = await anybody.get(url);
    assert.deepEqual([got.status, got.headers['content-type'], got.headers['x-content-type-options']], [200, 'image/png', 'nosniff']);
    assert.match(got.headers['cache-control'], /immutable/);
    assert.ok(got.bytes.equals(bytes));
    assert.equal((await anybody.get(url.replace('.png', '.webp'))).status, 404);
    assert.equal((await anybody.get(url.replace('/demo/', '/-/'))).status, 404);
    const { entries } = (await olga.post(org('audit/query'), { what: 'branding demo', limit: 1 })).json;
    assert.match(JSON.stringify(entries[0].after), new RegExp(/[0-9a-f]{64}/.exec(url)[0]));
    await put(olga, { logo: null });
    assert.equal((await anybody.get(url)).status, 404);
    const css = await anybody.get('/brand/0a5fd1.css');
    assert.match(css.headers['content-type'], /^text\/css/);
    assert.match(css.text, /^:root\{(--[a-z-]+:light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\);)+\}\n$/);
    for (const x of ['0a5fd.css', '0A5FD1.css', '0a5fd1.css.css', 'x;}*{}.css', '']) assert.equal((await anybody.get(`/brand/${x}`)).status, 404, x);
  } finally { anybody.close(); }
});

test('before sign-in the installation’s is shown, to accounts their organisation’s; a name is text wherever it stands', async () => {
  const anybody = new Client(instance.origin);
  try {
    const made = await put(dave, { name: HOSTILE, support: 'https://help.test/?a=1&b="'.slice(0, -1), accent: '#ffd400' }, undefined, api('branding'));
    assert.equal(made.status, 200, made.text);
    const page = (await anybody.get('/signin')).text;
    const escaped = '&lt;img src=x onerror=alert(1)&gt;{{t a}}&amp;';
    assert.ok(page.includes(`<h1>${escaped}</h1>`) && page.includes(`${escaped}</title>`), page.slice(0, 3000));
    assert.ok(!page.includes('<img'), 'no element came of it');
    assert.ok(page.includes('href="https://help.test/?a=1&amp;b="') && page.includes('href="/brand/ffd400.css"'));
    const alice = await signedIn('alice');
    try {
      const { brand } = (await alice.get('/api/v1/session')).json;
      assert.deepEqual([brand.name, brand.accent, brand.support], ['Demo Mail', '#0a5fd1', 'mailto:help@demo.test']);
      ctl('branding', 'remove', 'demo');
      assert.equal((await alice.get('/api/v1/session')).json.brand.name, HOSTILE);
      const shell = (await alice.get('/mail/')).text;
      assert.ok(shell.includes(`<title>${escaped}</title>`) && !shell.includes('<img'));
    } finally { alice.close(); }
    ctl('branding', 'remove');
    assert.match((await anybody.get('/signin')).text, /<h1>Waxseal<\/h1>/);
  } finally { anybody.close(); }
});
