// The private operations where they happen: in the keyring Worker of a real browser. Medians in milliseconds, with the
// message there and back. Beside each the same operation of the machine's own OpenSSL, in the same run.
import { X509Certificate, constants, createPrivateKey, privateDecrypt, publicEncrypt, sign } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { WorkerLab, file, hex, missing } from '../lib/worker.mjs';

if (missing) {
  console.log(`\nThe private operations in the browser were not measured: ${missing}.`);
  process.exit(0);
}
const ROUNDS = 9;
const RSA = Buffer.from('300d06092a864886f70d0101010500', 'hex');
const lab = await WorkerLab.start();
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
const tlv = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(body.length < 128 ? [tag, body.length] : [tag, 0x81, body.length]), body]);
};
const oid = (h) => Buffer.from(h, 'hex');
const attributes = (digest) => tlv(0x31, tlv(0x30, oid('06092a864886f70d010903'), tlv(0x31, oid('06092a864886f70d010701'))),
  tlv(0x30, oid('06092a864886f70d010904'), tlv(0x31, tlv(0x04, digest))));
const EMPTY = Buffer.from('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'hex');

function nativeKey(p12) {
  return createPrivateKey(execFileSync('openssl', ['pkcs12', '-in', p12, '-nocerts', '-nodes', '-passin', 'pass:corpus'], { stdio: ['ignore', 'pipe', 'ignore'] }));
}
function time(act) {
  const list = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    act();
    list.push(performance.now() - start);
  }
  return median(list);
}
const must = (answers) => {
  const bad = answers.find((a) => a.error);
  if (bad) throw new Error(`the keyring refused: ${bad.error}`);
  return answers;
};

async function measure(p12, requests, pick) {
  const start = lab.unlocking(file(p12), 'corpus');
  const opened = must(await lab.ask('shared', start));
  const key = opened[2].value.keys[0];
  const der = Buffer.from(Object.values(key.certificates[0].der));
  const asked = Array.from({ length: ROUNDS }, (_, i) => requests(key.main, der, start.length, i)).flat();
  return median(must(await lab.ask('shared', [...start, ...asked])).slice(start.length).filter(pick).map((a) => a.ms));
}

const rows = [];
for (const [name, label] of [['rsa2048-default', 'RSA-2048'], ['key-rsa4096', 'RSA-4096'], ['key-p256', 'P-256'], ['key-p384', 'P-384']]) {
  const p12 = `tests/fixtures/p12/${name}.p12`;
  const key = nativeKey(p12);
  const signing = (fingerprint, der, first, i) => [{ op: 'digest', name: 'sha256' }, { op: 'sign', fingerprint, attributes: hex(attributes(EMPTY)), use: [first + 2 * i, 'digest'] }];
  rows.push([`sign ${label}`, await measure(p12, signing, (_, i) => i % 2 === 1), time(() => sign('sha256', attributes(EMPTY), key))]);
  if (!label.startsWith('RSA')) continue;
  const wrapped = (der) => publicEncrypt({ key: new X509Certificate(der).publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.alloc(32, 7));
  const unwrapping = (fingerprint, der) => [{ op: 'unwrap', fingerprint, algorithm: hex(RSA), encrypted: hex(wrapped(der)), size: 32 }];
  const sealed = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, Buffer.alloc(32, 7));
  rows.push([`open a content key, ${label}`, await measure(p12, unwrapping, () => true), time(() => privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, sealed))]);
}
console.log('\n## Private operations in the browser\n\n| operation | browser ms | OpenSSL here ms |\n|---|---|---|');
for (const [name, browser, native] of rows) console.log(`| ${name} | ${browser.toFixed(1)} | ${native.toFixed(1)} |`);

const MB = 1 << 20;
const digest = must(await lab.ask('shared', [...lab.unlocking(file('tests/fixtures/p12/key-p256.p12'), 'corpus'), { op: 'digest', name: 'sha256' },
  ...Array.from({ length: 25 }, () => ({ op: 'add', fill: MB, use: [3, 'digest'] }))]));
const fed = digest.slice(4).reduce((n, a) => n + a.ms, 0);
const nss = must(await lab.ask('shared', lab.unlocking(file('tests/fixtures/p12/nss-default.p12'), 'nss-Pass')));
console.log(`\nStarting the Worker (check of its policy, hash and compilation of the module): ${(nss[0].ms + nss[1].ms).toFixed(0)} ms. Unlocking a file with 600,000 iterations thrice: ${nss[2].ms.toFixed(0)} ms. ` +
  `Hashing 25 MB for a signature: ${fed.toFixed(0)} ms (${(25_000 / fed).toFixed(0)} MB/s).`);
await lab.stop();
