// What we sign and encrypt, read by openssl cms, gpgsm and NSS, and the other way round. Our side is
// build/interop/cmsdrive: the server's half in crypto/, the private half in keyring/. Keys and
// certificates are made for one run; times in them are relative to it.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

const top = join(import.meta.dirname, '..', '..')
const drive = join(top, 'build', 'interop', 'cmsdrive')
const kinds = ['rsa2048', 'rsa4096', 'p256', 'p384']
const ciphers = ['cbc', 'gcm']
let dir
// Base64 lines: text that no peer has a reason to canonicalise, larger than one block of anybody's.
const body = Buffer.from(randomBytes(90000).toString('base64').replace(/.{76}/g, '$&\r\n'))

const at = (name) => join(dir, name)
function run(program, args, { input, env } = {}) {
    const r = spawnSync(program, args, { cwd: dir, input, env: { ...process.env, ...env }, maxBuffer: 1 << 26, timeout: 60000 })
    return { ok: r.status === 0, out: r.stdout, why: `${program} ${args[0]}: ${r.status ?? r.signal} ${r.stderr}` }
}
function must(program, args, options) {
    const r = run(program, args, options)
    assert.ok(r.ok, r.why)
    return r.out
}
const openssl = (...args) => must('openssl', args)
const ours = (args, input) => must(drive, args, { input })
const same = (a, b) => assert.ok(a.equals(b), `${a.length} bytes came back, not the ${b.length} that were sent`)
function file(name, bytes) {
    writeFileSync(at(name), bytes)
    return name
}

function makeAuthority() {
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30',
        '-subj', '/O=Waxseal test key/CN=Interop root', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
}
function makePerson(kind, serial) {
    const rsa = kind.startsWith('rsa')
    const how = rsa ? ['RSA', '-pkeyopt', `rsa_keygen_bits:${kind.slice(3)}`]
        : ['EC', '-pkeyopt', `ec_paramgen_curve:P-${kind.slice(1)}`]
    openssl('genpkey', '-algorithm', ...how, '-out', `${kind}.key`)
    file(`${kind}.ext`, `basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature,${rsa ? 'keyEncipherment' : 'keyAgreement'}
extendedKeyUsage=emailProtection\nsubjectAltName=email:${kind}@example.org\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n`)
    openssl('req', '-new', '-key', `${kind}.key`, '-out', `${kind}.csr`, '-subj', `/O=Waxseal test key/CN=${kind}`)
    openssl('x509', '-req', '-in', `${kind}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', serial,
        '-days', '30', '-extfile', `${kind}.ext`, '-out', `${kind}.pem`)
    const p12 = ['pkcs12', '-export', '-inkey', `${kind}.key`, '-in', `${kind}.pem`, '-certfile', 'ca.pem', '-name', kind, '-passout', 'pass:pw']
    openssl(...p12, '-out', `${kind}.p12`)
    openssl(...p12, '-legacy', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1', '-out', `${kind}.old.p12`)
}

before(() => {
    execFileSync('make', ['-s', '-C', top, 'interop-build'], { stdio: 'inherit' })
    dir = mkdtempSync(join(tmpdir(), 'waxseal-interop-'))
    file('body', body)
    makeAuthority()
    kinds.forEach((kind, i) => makePerson(kind, String(i + 10)))
})
after(() => {
    if (!dir) return
    run('gpgconf', ['--homedir', at('gnupg'), '--kill', 'all'])
    rmSync(dir, { recursive: true })
})

// --- openssl cms -------------------------------------------------------------------------------------

for (const kind of kinds) {
    for (const cipher of ciphers) {
        test(`openssl opens ${cipher} for ${kind}`, () => {
            file('in', ours(['encrypt', cipher, `${kind}.pem`], body))
            same(openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', 'in', '-recip', `${kind}.pem`, '-inkey', `${kind}.key`), body)
        })
        for (const form of [[], ['-stream'], ['-keyid']]) {
            test(`we open what openssl encrypts in ${cipher} to ${kind} ${form}`, () => {
                const name = cipher === 'gcm' ? '-aes-256-gcm' : '-aes256'
                openssl('cms', '-encrypt', '-binary', name, ...form, '-outform', 'DER', '-in', 'body', '-out', 'in', `${kind}.pem`)
                same(ours(['open', `${kind}.p12`, 'pw'], readFileSync(at('in'))), body)
            })
        }
    }
    for (const form of ['detached', 'opaque']) {
        test(`openssl verifies what ${kind} signs, ${form}`, () => {
            file('sig', ours(['sign', form, `${kind}.p12`, 'pw'], body))
            const content = form === 'detached' ? ['-content', 'body'] : []
            const verify = ['cms', '-verify', '-binary', '-inform', 'DER', '-in', 'sig', '-CAfile', 'ca.pem', '-purpose', 'smimesign']
            same(openssl(...verify, ...content), body)
            file('other', Buffer.concat([body, Buffer.from('x')]))
            if (form === 'detached') assert.ok(!run('openssl', [...verify, '-content', 'other']).ok, 'a changed body must fail')
        })
        for (const more of [[], ...(form === 'opaque' ? [['-stream']] : []), ['-noattr'], ['-keyid'], ['-md', 'sha512']]) {
            test(`we verify what openssl signs with ${kind}, ${form} ${more}`, () => {
                openssl('cms', '-sign', '-binary', '-outform', 'DER', '-signer', `${kind}.pem`, '-inkey', `${kind}.key`, '-in', 'body',
                    '-out', 'sig', ...more, ...(form === 'opaque' ? ['-nodetach'] : []))
                const sig = readFileSync(at('sig'))
                if (form === 'opaque') return same(ours(['verify', 'ca.pem'], sig), body)
                ours(['verify', 'ca.pem', 'body'], sig)
                file('other', Buffer.concat([body, Buffer.from('x')]))
                assert.ok(!run(drive, ['verify', 'ca.pem', 'other'], { input: sig }).ok, 'a changed body must fail')
            })
        }
    }
}
for (const kind of ['rsa2048', 'rsa4096']) {
    test(`we open and verify OAEP and PSS of openssl with ${kind}`, () => {
        for (const md of ['sha1', 'sha256', 'sha384', 'sha512']) {
            openssl('cms', '-encrypt', '-binary', '-aes256', '-outform', 'DER', '-in', 'body', '-out', 'in', '-recip', `${kind}.pem`,
                '-keyopt', 'rsa_padding_mode:oaep', '-keyopt', `rsa_oaep_md:${md}`)
            same(ours(['open', `${kind}.p12`, 'pw'], readFileSync(at('in'))), body)
        }
        openssl('cms', '-sign', '-binary', '-outform', 'DER', '-signer', `${kind}.pem`, '-inkey', `${kind}.key`, '-in', 'body', '-out', 'sig',
            '-keyopt', 'rsa_padding_mode:pss')
        ours(['verify', 'ca.pem', 'body'], readFileSync(at('sig')))
    })
}
for (const kind of ['p256', 'p384']) {
    test(`we open every key derivation of openssl with ${kind}`, () => {
        for (const md of ['sha1', 'sha224', 'sha256', 'sha384', 'sha512']) {
            openssl('cms', '-encrypt', '-binary', '-aes256', '-outform', 'DER', '-in', 'body', '-out', 'in', '-recip', `${kind}.pem`,
                '-keyopt', `ecdh_kdf_md:${md}`)
            same(ours(['open', `${kind}.p12`, 'pw'], readFileSync(at('in'))), body)
        }
    })
}
test('every one of several recipients opens the same message', () => {
    const everybody = kinds.map((kind) => `${kind}.pem`)
    for (const cipher of ciphers) {
        const der = ours(['encrypt', cipher, ...everybody], body)
        file('in', der)
        for (const kind of kinds) {
            same(openssl('cms', '-decrypt', '-binary', '-inform', 'DER', '-in', 'in', '-recip', `${kind}.pem`, '-inkey', `${kind}.key`), body)
            same(ours(['open', `${kind}.p12`, 'pw'], der), body)
        }
    }
})
test('an altered AES-GCM message gives nothing', () => {
    const der = ours(['encrypt', 'gcm', 'rsa2048.pem'], body)
    for (const where of [der.length - 1, der.length - 1000, der.length - 17]) {
        const bad = Buffer.from(der)
        bad[where] ^= 1
        const r = run(drive, ['open', 'rsa2048.p12', 'pw'], { input: bad })
        assert.ok(!r.ok && r.out.length === 0, 'plaintext of an altered message came out')
    }
})

// --- gpgsm -------------------------------------------------------------------------------------------

const gpgsmMissing = existsSync('/usr/bin/gpgsm') ? false : 'gpgsm is not installed'
let gpgsmReady = false
const gpgsmArgs = (args) => ['--homedir', at('gnupg'), '--batch', '--yes', '--disable-crl-checks', '--pinentry-mode', 'loopback', ...args]
const gpgsm = (args) => must('sh', ['-c', 'echo pw | gpgsm --passphrase-fd 0 "$@"', 'gpgsm', ...gpgsmArgs(args)])
const gpgsmTry = (args) => run('sh', ['-c', 'echo pw | gpgsm --passphrase-fd 0 "$@"', 'gpgsm', ...gpgsmArgs(args)])
function setUpGpgsm() {
    if (gpgsmReady) return
    mkdirSync(at('gnupg'), { mode: 0o700, recursive: true })
    const print = openssl('x509', '-in', 'ca.pem', '-noout', '-fingerprint', '-sha1').toString().split('=')[1].trim()
    file('gnupg/trustlist.txt', `${print} S relax\n`)
    file('gnupg/gpg-agent.conf', 'allow-loopback-pinentry\n')
    must('gpgconf', ['--homedir', at('gnupg'), '--launch', 'gpg-agent'])
    gpgsm(['--import', 'ca.pem'])
    // gpgsm 2.2 dies on a PKCS#12 file with an EC key: such keys verify and are encrypted to, no more.
    for (const kind of kinds) gpgsm(['--import', kind.startsWith('rsa') ? `${kind}.old.p12` : `${kind}.pem`])
    gpgsmReady = true
}

for (const kind of kinds) {
    const rsa = kind.startsWith('rsa')
    test(`gpgsm verifies what ${kind} signs`, { skip: gpgsmMissing }, () => {
        setUpGpgsm()
        file('sig', ours(['sign', 'detached', `${kind}.p12`, 'pw'], body))
        gpgsm(['--verify', 'sig', 'body'])
        file('other', Buffer.concat([body, Buffer.from('x')]))
        assert.ok(!gpgsmTry(['--verify', 'sig', 'other']).ok, 'a changed body must fail')
    })
    if (!rsa) {
        test(`we open what gpgsm encrypts to ${kind}`, { skip: gpgsmMissing }, (t) => {
            setUpGpgsm()
            const r = gpgsmTry(['--recipient', `${kind}@example.org`, '--encrypt', 'body'])
            if (!r.ok && /[Uu]nsupported|[Nn]ot supported|Wrong key usage/.test(r.why)) return t.skip("this gpgsm does not encrypt to EC keys (it wants keyEncipherment of them)")
            assert.ok(r.ok, r.why)
            same(ours(['open', `${kind}.p12`, 'pw'], r.out), body)
        })
        continue
    }
    test(`gpgsm opens cbc for ${kind}, and we what gpgsm encrypts`, { skip: gpgsmMissing }, () => {
        setUpGpgsm()
        file('in', ours(['encrypt', 'cbc', `${kind}.pem`], body))
        same(gpgsm(['--decrypt', 'in']), body)
        same(ours(['open', `${kind}.p12`, 'pw'], gpgsm(['--recipient', `${kind}@example.org`, '--encrypt', 'body'])), body)
    })
    test(`gpgsm opens gcm for ${kind}`, { skip: gpgsmMissing }, (t) => {
        setUpGpgsm()
        file('in', ours(['encrypt', 'gcm', `${kind}.pem`], body))
        const r = gpgsmTry(['--decrypt', 'in'])
        if (!r.ok && /Buffer too short <KSBA>/.test(r.why)) return t.skip('this gpgsm does not know AES-GCM')
        assert.ok(r.ok, r.why)
        same(r.out, body)
    })
    for (const form of ['detached', 'opaque']) {
        test(`we verify what gpgsm signs with ${kind}, ${form}`, { skip: gpgsmMissing }, () => {
            setUpGpgsm()
            const sig = gpgsm(['--local-user', `${kind}@example.org`, '--sign', ...(form === 'detached' ? ['--detach-sign'] : []), 'body'])
            if (form === 'detached') ours(['verify', 'ca.pem', 'body'], sig)
            else same(ours(['verify', 'ca.pem'], sig), body)
        })
    }
}

// --- NSS ---------------------------------------------------------------------------------------------

const nssMissing = existsSync('/usr/bin/cmsutil') ? false : 'cmsutil (libnss3-tools) is not installed'
let nssReady = false
const db = () => ['-d', `sql:${at('nss')}`]
function setUpNss() {
    if (nssReady) return
    mkdirSync(at('nss'))
    must('certutil', ['-N', ...db(), '--empty-password'])
    must('certutil', ['-A', ...db(), '-n', 'root', '-t', 'C,C,C', '-i', 'ca.pem'])
    for (const kind of kinds) must('pk12util', ['-i', `${kind}.p12`, ...db(), '-W', 'pw'])
    nssReady = true
}
// cmsutil also ends with 0 when it could not decode: its words count.
function cmsutil(args) {
    const r = run('cmsutil', [...args, ...db(), '-o', 'nss.out'])
    return { ok: r.ok && !/problem|ERROR|failed/i.test(r.why.split(': ').slice(1).join(': ')), why: r.why, out: () => readFileSync(at('nss.out')) }
}

for (const kind of kinds) {
    for (const form of ['detached', 'opaque']) {
        test(`NSS verifies what ${kind} signs, and we what NSS signs, ${form}`, { skip: nssMissing }, () => {
            setUpNss()
            const detached = form === 'detached'
            file('sig', ours(['sign', form, `${kind}.p12`, 'pw'], body))
            const r = cmsutil(['-D', '-u', '4', '-i', 'sig', ...(detached ? ['-c', 'body'] : [])])
            assert.ok(r.ok, r.why)
            same(r.out(), body)
            file('other', Buffer.concat([body, Buffer.from('x')]))
            if (detached) assert.ok(!cmsutil(['-D', '-u', '4', '-i', 'sig', '-c', 'other']).ok, 'a changed body must fail')
            const s = cmsutil(['-S', '-N', kind, '-G', '-P', ...(detached ? ['-T'] : []), '-i', 'body'])
            assert.ok(s.ok, s.why)
            if (detached) ours(['verify', 'ca.pem', 'body'], s.out())
            else same(ours(['verify', 'ca.pem'], s.out()), body)
        })
    }
    for (const cipher of ciphers) {
        test(`NSS opens ${cipher} for ${kind}`, { skip: nssMissing }, (t) => {
            setUpNss()
            file('in', ours(['encrypt', cipher, `${kind}.pem`], body))
            const r = cmsutil(['-D', '-i', 'in'])
            if (/UNRECOGNIZED_OID/.test(r.why) && cipher === 'gcm') return t.skip('this NSS does not know AuthEnvelopedData')
            if (/BAD_DER/.test(r.why) && kind.startsWith('p')) {
                openssl('cms', '-encrypt', '-binary', '-aes256', '-outform', 'DER', '-in', 'body', '-out', 'in', `${kind}.pem`)
                assert.match(cmsutil(['-D', '-i', 'in']).why, /BAD_DER/, 'it reads what openssl writes, but not what we write')
                return t.skip('this NSS does not know ECDH recipients (of openssl neither)')
            }
            assert.ok(r.ok, r.why)
            same(r.out(), body)
        })
    }
    test(`we open what NSS encrypts to ${kind}`, { skip: nssMissing }, (t) => {
        setUpNss()
        const r = cmsutil(['-E', '-r', `${kind}@example.org`, '-i', 'body'])
        if (!r.ok && kind.startsWith('p')) return t.skip('this NSS does not encrypt to EC keys')
        assert.ok(r.ok, r.why)
        same(ours(['open', `${kind}.p12`, 'pw'], r.out()), body)
    })
}
