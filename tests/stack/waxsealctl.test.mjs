// waxsealctl against a private Redis and two servers that only greet: plans, overrides, and what the
// doctor finds. Nothing of the demo instance is used.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const top = join(import.meta.dirname, '..', '..')
const program = join(top, 'build', 'waxsealctl')
const servers = []
let dir
let redis

const at = (name) => join(dir, name)
function ctl(...args) {
    const r = spawnSync(program, ['--config', at('waxseal.conf'), ...args], { encoding: 'utf8', timeout: 60000 })
    return { code: r.status, out: r.stdout, err: r.stderr }
}
function done(...args) {
    const r = ctl(...args)
    assert.equal(r.code, 0, `${args.join(' ')}: ${r.out}${r.err}`)
    return r.out
}
const nobody = { account: 'bob@demo.test', plan: 'basic', smime: false, said_by: 'configuration', organisation: null, rules: null, suspended: false }
const user = (address) => JSON.parse(done('user', 'show', address))
async function startRedis() {
    redis = spawn('redis-server', ['--port', '0', '--unixsocket', at('redis.sock'), '--save', ''], { stdio: 'ignore' })
    while (!existsSync(at('redis.sock'))) await sleep(10)
}
async function stopRedis() {
    if (!redis) return
    const ended = new Promise((resolve) => redis.once('exit', resolve))
    redis.kill('SIGKILL')
    await ended
    redis = undefined
    rmSync(at('redis.sock'), { force: true })
}
// The doctor runs in a child process, so these servers must not live in this one's blocked event loop.
function greeter(line) {
    const code = `require('net').createServer(s => { s.on('error', () => {}); s.write(${JSON.stringify(line)}) })
        .listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    servers.push(child)
    return new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(text))))
}
function configure(imap, smtp, fetch = '', server = '') {
    writeFileSync(at('waxseal.conf'), `[server]
instance = ctl
listen = ${at('waxseald.sock')}
public_origin = http://localhost
static_dir = ${at('static')}
template_dir = ${at('templates')}
spell_dir = ${dir}
redis_socket = ${at('redis.sock')}
host_key_file = ${at('host.key')}
trust_dir = ${at('trust')}
${server}
[domain demo.test]
imap = imap://127.0.0.1:${imap}
smtp = smtp://127.0.0.1:${smtp}
plan = basic
${fetch}
[plan enterprise]
smime = on
[plan basic]
smime = off
`)
}

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'waxseal-ctl-'))
    for (const name of ['static', 'templates', 'trust']) mkdirSync(at(name))
    configure(await greeter('* OK ready\r\n'), await greeter('220-hello\r\n220 ready\r\n'))
    await startRedis()
})
after(async () => {
    for (const child of servers) child.kill()
    await stopRedis()
    rmSync(dir, { recursive: true })
})

test('a plan is what the configuration says until it is set', () => {
    const plans = () => Object.fromEntries(JSON.parse(done('plan', 'show')).map((p) => [p.plan, [p.smime, p.said_by]]))
    assert.deepEqual(plans(), { enterprise: [true, 'configuration'], basic: [false, 'configuration'] })
    done('plan', 'set', 'enterprise', 'smime', 'off')
    assert.deepEqual(plans().enterprise, [false, 'registry'])
    done('plan', 'set', 'enterprise', 'smime', 'on')
    assert.deepEqual(plans().enterprise, [true, 'registry'])
    assert.deepEqual(JSON.parse(done('plan', 'show', 'gold')), [{ plan: 'gold', smime: false, said_by: 'nobody' }])
})

test('a user goes before the domain, the domain before the configuration', () => {
    assert.deepEqual(user('Bob@demo.test'), nobody)
    done('domain', 'set', 'demo.test', 'enterprise')
    assert.deepEqual(user('bob@demo.test'), { ...nobody, plan: 'enterprise', smime: true, said_by: 'domain' })
    done('user', 'set', 'bob@demo.test', 'basic')
    assert.deepEqual(user('bob@demo.test'), { ...nobody, said_by: 'user' })
    done('user', 'set', 'bob@demo.test', 'default')
    done('domain', 'set', 'demo.test', 'default')
    assert.equal(user('bob@demo.test').said_by, 'configuration')
})

test('slips of the pen change nothing', () => {
    for (const args of [['domain', 'set', 'demo.test', 'enterprize'], ['user', 'set', 'bob@demo.test', 'enterprize'],
        ['user', 'set', 'bob', 'basic'], ['plan', 'set', 'basic', 'smine', 'on'], ['plan', 'set', 'Basic plan', 'smime', 'on']]) {
        const r = ctl(...args)
        assert.equal(r.code, 1, args.join(' '))
        assert.match(r.err, /^waxsealctl: /)
    }
    for (const args of [['plan', 'set', 'basic', 'smime', 'yes'], ['plan', 'set', 'basic'], ['domain', 'set', 'x'], ['nonsense']]) {
        assert.equal(ctl(...args).code, 2, args.join(' '))
    }
    assert.deepEqual(user('bob@demo.test'), nobody)
})

test('the doctor names what is wrong, and what is well', async () => {
    const listening = createServer().listen(at('waxseald.sock'))
    writeFileSync(at('host.key'), Buffer.alloc(32, 1), { mode: 0o644 })
    let r = ctl('doctor')
    assert.equal(r.code, 1)
    assert.match(r.out, /PROBLEM {2}host key +others may read it/)
    assert.match(r.out, /PROBLEM {2}client .*manifest\.json: is not there/)
    assert.match(r.out, /^note +mail roots +none named/m)
    for (const what of ['configuration', 'trust', 'templates', 'redis', 'waxseald', 'imap', 'smtp']) {
        assert.match(r.out, new RegExp(`^ok +${what} `, 'm'), what)
    }
    assert.match(r.out, /^2 problems$/m)
    chmodSync(at('host.key'), 0o600)
    writeFileSync(at('static/manifest.json'), '{}')
    assert.match(done('doctor'), /^0 problems$/m)
    assert.match(done('doctor'), /^note +fetch +no section \[fetch\]/m)
    await new Promise((resolve) => listening.close(resolve))
    await stopRedis()
    configure(await greeter('220 I am SMTP\r\n'), 1) // a wrong server, and nothing at all
    r = ctl('doctor')
    assert.equal(r.code, 1)
    for (const what of ['redis', 'waxseald', 'imap', 'smtp']) assert.match(r.out, new RegExp(`^PROBLEM +${what} `, 'm'), what)
    await startRedis()
})

test('the list of roots for e-mail is written whole or not at all, and the doctor knows its age', async () => {
    const file = at('mail-roots.pem')
    const count = Number(/^(\d+) roots in /.exec(done('roots', '--out', file))[1])
    const text = readFileSync(file, 'utf8')
    const roots = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g).map((pem) => new X509Certificate(pem))
    assert.equal(roots.length, count)
    assert.ok(count > 50)
    assert.equal(new Set(roots.map((x) => x.fingerprint256)).size, count)
    for (const x of roots) assert.equal(x.subject, x.issuer)
    assert.ok(text.split('\n').every((line) => /^(# [^\0-\x1f]*|-----(BEGIN|END) CERTIFICATE-----|[A-Za-z0-9+/=]{0,64})$/.test(line)))
    for (const [, day] of text.matchAll(/# distrust-after: (.*)/g)) assert.ok(Date.parse(day) > Date.parse('2000-01-01'))
    for (const bad of [['--module', at('nowhere.so')], ['--module', 'libz.so.1']]) {
        const r = ctl('roots', '--out', file, ...bad)
        assert.equal(r.code, 1)
        assert.match(r.err, /^waxsealctl: /)
        assert.equal(readFileSync(file, 'utf8'), text)
    }
    for (const args of [[], ['--out'], ['--module', 'x'], ['--out', file, '--force']]) assert.equal(ctl('roots', ...args).code, 2, args.join(' '))
    configure(1, 1, '', `mail_roots = ${file}`)
    assert.match(ctl('doctor').out, new RegExp(`^ok +mail roots +\\S+: ${count} roots, 0 days old`, 'm'))
    const then = new Date(Date.now() - 300 * 86_400_000)
    utimesSync(file, then, then)
    assert.match(ctl('doctor').out, /^note +mail roots +are old; run waxsealctl roots again/m)
    writeFileSync(file, text.slice(0, text.length - 100))
    assert.match(ctl('doctor').out, /^PROBLEM +mail roots +make them with: waxsealctl roots --out FILE.*damaged/m)
})

test('the doctor asks waxseal-fetch whether it is there', async () => {
    const listening = createServer().listen(at('waxseald.sock'))
    const ports = [await greeter('* OK ready\r\n'), await greeter('220 ready\r\n')]
    configure(...ports, `[fetch]\nsocket = ${at('fetch.sock')}`)
    const r = ctl('doctor')
    assert.equal(r.code, 1)
    assert.match(r.out, /^PROBLEM +fetch .*fetch\.sock: The service that asks other servers cannot be reached\. \(waxseal-fetch: connect: No such file/m)
    const daemon = spawn(join(top, 'build', 'waxseal-fetch'), ['--config', at('waxseal.conf')], { stdio: 'ignore' })
    servers.push(daemon)
    while (!existsSync(at('fetch.sock'))) await sleep(10)
    assert.match(done('doctor'), /^ok +fetch .*fetch\.sock$/m)
    const ended = new Promise((resolve) => daemon.once('exit', resolve))
    daemon.kill()
    assert.equal(await ended, 0)
    configure(...ports)
    await new Promise((resolve) => listening.close(resolve))
})

test('the doctor asks waxseal-keyd whether it is there, and how', async () => {
    const listening = createServer().listen(at('waxseald.sock'))
    const ports = [await greeter('* OK ready\r\n'), await greeter('220 ready\r\n')]
    assert.match(done('doctor'), /^note +keys +no section \[keyd\]/m)
    const user = userInfo().username
    configure(...ports, `[keyd]\ngate_socket = ${at('gate.sock')}\nadmin_socket = ${at('admin.sock')}\ngate_users = ${user}\nadmin_users = ${user}\nmaster_keys = ${at('master')}`)
    assert.match(ctl('doctor').out, /^PROBLEM +keys .*admin\.sock: The service that holds the organisation's keys cannot be reached\. \(waxseal-keyd: No such file/m)
    assert.match(done('keyd', 'master', at('master')), /was made/)
    assert.match(done('keyd', 'master', at('master')), /has a newer key/)
    assert.equal(statSync(at('master')).mode & 0o777, 0o600)
    assert.match(readFileSync(at('master'), 'utf8'), /^[0-9a-f]{64}\n[0-9a-f]{64}\n$/)
    const daemon = spawn(join(top, 'build', 'waxseal-keyd'), ['--config', at('waxseal.conf')], { stdio: 'ignore' })
    servers.push(daemon)
    while (!existsSync(at('admin.sock'))) await sleep(10)
    assert.match(done('doctor'), /^ok +keys .*admin\.sock: 2 master keys, [0-9a-f]{16} seals$/m)
    assert.match(done('doctor'), /^note +keys +waxseald's own user \(.*\) may use them;/m) // here all are one user
    assert.match(done('keyd', 'ping'), /^master keys: 2, [0-9a-f]{16} seals\nmemory: .*\nsystem calls: limited$/m)
    const ended = new Promise((resolve) => daemon.once('exit', resolve))
    daemon.kill()
    assert.equal(await ended, 0)
    configure(...ports)
    await new Promise((resolve) => listening.close(resolve))
})

test('without Redis a change is refused, not forgotten', async () => {
    await stopRedis()
    const r = ctl('plan', 'set', 'basic', 'smime', 'on')
    assert.equal(r.code, 1)
    assert.match(r.err, /memory/)
    await startRedis()
    assert.equal(JSON.parse(done('plan', 'show', 'basic'))[0].smime, false)
})

test('a configuration that is not there is said so', () => {
    const r = spawnSync(program, ['plan', 'show'], { encoding: 'utf8', env: { ...process.env, WAXSEAL_CONF: '' } })
    assert.equal(r.status, 1)
    assert.match(r.stderr, /--config FILE/)
})
