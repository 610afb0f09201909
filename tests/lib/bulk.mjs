// Many mailboxes with keys, certificates and PKCS#12 files made here, and the archive that registers them: with every mistake
// planted, and what the report must say of each row. All keys are test keys.
import crypto from 'node:crypto';
import zlib from 'node:zlib';
import { bits, bool, ctx, int, nul, octets, oid, prim, seq, set, utf8 } from './der.mjs';
import { certBag, pfx, plainSafe, shrouded } from './p12make.mjs';

const SIGNS = { sha256: '1.2.840.10045.4.3.2', sha1: '1.2.840.10045.4.1' };
const name = (text) => seq(set(seq(oid('2.5.4.3'), utf8(text))));
const stamp = (t) => prim(24, Buffer.from(`${new Date(t).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`)).fill(0x18, 0, 1);
const DAY = 86400e3;
export const pem = (der, what = 'CERTIFICATE') => `-----BEGIN ${what}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${what}-----\n`;

export class TestIssuer {
  constructor(title = 'Test authority of many') {
    this.title = title;
    this.key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }
  /** DER of a certificate for that public key. */
  certify(publicKey, address, { from = -1, to = 365, md = 'sha256', extended = '1.3.6.1.5.5.7.3.4', usage = 0x88 } = {}) {
    const extension = (id, value, critical = false) => seq(oid(id), ...(critical ? [bool(true)] : []), octets(value));
    const algorithm = seq(oid(SIGNS[md])), now = Date.now();
    const tbs = seq(ctx(0, int(2)), int(crypto.randomBytes(9).fill(1, 0, 1)), algorithm, name(this.title), seq(stamp(now + from * DAY), stamp(now + to * DAY)), name(address.replace(/@.*/, '')),
      publicKey.export({ type: 'spki', format: 'der' }),
      ctx(3, seq(extension('2.5.29.15', bits(Buffer.from([usage])), true), extension('2.5.29.37', seq(oid(extended))), extension('2.5.29.17', seq(prim(1, Buffer.from(address)))))));
    return seq(tbs, algorithm, bits(crypto.sign(md, tbs, this.key.privateKey)));
  }
  /** {key, der, p12, address}. */
  mailbox(address, passphrase, { rsa = 0, key = null, iterations = 2048, ...how } = {}) {
    const pair = key ?? (rsa ? crypto.generateKeyPairSync('rsa', { modulusLength: rsa }) : crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const der = this.certify(pair.publicKey, address, { ...(rsa ? { usage: 0xa0 } : {}), ...how });
    return { key: pair, der, address, p12: p12Of(pair, der, passphrase, iterations) };
  }
}
function p12Of(pair, der, passphrase, iterations) {
  const id = crypto.createHash('sha1').update(der).digest();
  return pfx([plainSafe(shrouded(pair.privateKey.export({ type: 'pkcs8', format: 'der' }), passphrase, { iterations, id })), plainSafe(certBag(der, { id }))], passphrase, { mac: { hash: 'sha256', iterations } });
}
export const fingerprint = (der) => crypto.createHash('sha256').update(der).digest('hex');

/** A ZIP archive. files: [[name, bytes]]. flags: of every entry. */
export function zip(files, { flags = 0x800, store = false } = {}) {
  const parts = [], directory = [];
  let at = 0;
  for (const [file, content] of files) {
    const bytes = Buffer.from(content), packed = store ? bytes : zlib.deflateRawSync(bytes), title = Buffer.from(file);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0); head.writeUInt16LE(flags, 2); head.writeUInt16LE(store ? 0 : 8, 4);
    head.writeUInt32LE(zlib.crc32(bytes), 10); head.writeUInt32LE(packed.length, 14); head.writeUInt32LE(bytes.length, 18); head.writeUInt16LE(title.length, 22);
    const own = [Buffer.from('PK\x03\x04'), head, title, packed], tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), head, tail, title);
    parts.push(...own);
    at += own.reduce((n, b) => n + b.length, 0);
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4); end.writeUInt16LE(files.length, 6); end.writeUInt32LE(list.length, 8); end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, list, Buffer.from('PK\x05\x06'), end]);
}
const quoted = (text) => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
export const table = (rows, { separator = ',', columns = ['address', 'file', 'passphrase', 'usage', 'primary'], end = '\r\n' } = {}) => `${[columns, ...rows.map((r) => columns.map((c) => r[c] ?? ''))].map((r) => r.map(quoted).join(separator)).join(end)}${end}`;

/** `count` rows for mailboxes <prefix><i>@domain with every mistake among them. {zip, accounts (addresses), expect: [{row, ok, result,
 *  code, field, fingerprint?}], passphrases, keys}. mistakes: where each one stands (index of a row), else spread by itself. */
export function bulk({ count, domain, prefix = 'user', iterations = 2048, mistakes = {} }) {
  const issuer = new TestIssuer(), files = [], rows = [], expect = [], accounts = [], passphrases = [], keys = [];
  const kinds = ['wrong_passphrase', 'another_address', 'rsa1024', 'expired', 'duplicate', 'missing_file', 'sha1', 'not_yet_valid', 'damaged', 'no_account', 'wrong_word', 'needless_passphrase', 'outside_key',
    'shared_key', 'not_for_mail', 'no_file', 'surplus', 'pem', 'outside'];
  const step = Math.max(2, Math.floor((count - 2) / (kinds.length + 1)));
  const at = new Map(Object.entries(mistakes).map(([kind, i]) => [i, kind]));
  for (const [i, kind] of kinds.entries()) {
    let place = 1 + (i + 1) * step;
    while (at.has(place)) place++;
    if (!(kind in mistakes)) at.set(place, kind);
  }
  if (at.size !== kinds.length || Math.max(...at.keys()) >= count) throw new Error('too few rows for all mistakes');
  let last = null;
  for (let i = 0; i < count; i++) {
    let address = `${prefix}${i}@${domain}`, row = { file: `keys/${i}.p12`, usage: i % 7 ? '' : 'both' }, want = { ok: true, result: 'registered', code: null, field: null }, how = {}, made, content;
    const kind = at.get(i), passphrase = `Prüf, "${i}"; Wort`;
    const refused = (code, field) => { want = { ok: false, result: 'refused', code, field }; };
    if (kind === 'wrong_passphrase') refused('wrong_passphrase', 'passphrase');
    if (kind === 'another_address') { refused('invalid', 'address'); how.of = `other@${domain}`; }
    if (kind === 'rsa1024') { refused('invalid', 'key'); how.rsa = 1024; }
    if (kind === 'expired') { refused('invalid', 'validity'); how.from = -30; how.to = -1; }
    if (kind === 'sha1') { refused('invalid', 'algorithm'); how.md = 'sha1'; }
    if (kind === 'not_yet_valid') { refused('invalid', 'validity'); how.from = 5; row.primary = 'sign'; }
    if (kind === 'no_account') { refused('not_found', 'account'); address = `nobody@${domain}`; }
    if (kind === 'wrong_word') { refused('invalid', 'usage'); row.usage = 'everything'; }
    if (kind === 'outside_key') { refused('invalid', 'address'); address = 'pat@outside.test'; }
    if (kind === 'outside') address = 'sam@outside.test';
    if (kind === 'shared_key') { refused('conflict', 'key'); how.key = last.key; }
    if (kind === 'not_for_mail') { refused('invalid', 'usage'); how.extended = '1.3.6.1.5.5.7.3.1'; }
    if (kind === 'damaged') { refused('damaged', 'file'); content = crypto.randomBytes(2000); }
    if (kind === 'missing_file') { refused('not_found', 'file'); row.file = 'keys/nowhere.p12'; }
    if (kind === 'no_file') { refused('invalid', 'file'); row.file = ''; }
    if (kind === 'surplus') refused('invalid', 'table');
    if (kind === 'needless_passphrase') refused('invalid', 'passphrase');
    row = { address, passphrase, ...row };
    if (kind === 'duplicate') {
      want = { ok: true, result: 'already', code: 'conflict', field: 'certificate' };
      row = { ...rows.at(-1) };
      made = last;
    } else if (!['missing_file', 'no_file', 'damaged'].includes(kind)) {
      made = issuer.mailbox(how.of ?? address, passphrase, { iterations, ...how });
      content = ['pem', 'outside', 'needless_passphrase'].includes(kind) ? pem(made.der) : made.p12;
      if (kind === 'pem' || kind === 'outside') row.passphrase = '';
    }
    if (content) files.push([row.file, content]);
    if (kind === 'wrong_passphrase') row.passphrase = `${passphrase}x`;
    if (kind === 'surplus') row.extra = true;
    rows.push(row);
    if (want.result === 'registered') { last = made; want.fingerprint = fingerprint(made.der); keys.push(made.key); }
    if (kind === 'duplicate') want.fingerprint = fingerprint(last.der);
    passphrases.push(row.passphrase);
    if (address.endsWith(`@${domain}`) && kind !== 'no_account') accounts.push(address);
    expect.push({ row: i + 2, ...want });
  }
  const lines = table(rows).trimEnd().split('\r\n');
  rows.forEach((r, i) => { if (r.extra) lines[i + 1] += ',surplus'; });
  files.push(['keys/nobody.p12', Buffer.from('no row names it')]);
  const archive = zip([['mailboxes.csv', `\ufeff${lines.join('\r\n')}\r\n`], ...files, ['__MACOSX/._mailboxes.csv', 'litter']]);
  return { zip: archive, rows, accounts, expect, unused: [...rows.filter((r) => r.extra).map((r) => r.file), 'keys/nobody.p12'], passphrases: passphrases.filter(Boolean), keys, files };
}
/** The rows of a report that are not as expected. */
export const differences = (report, expect) => expect.flatMap((want, i) => {
  const got = report.rows[i] ?? {};
  return Object.keys(want).some((k) => got[k] !== want[k]) ? [{ want, got }] : [];
});
