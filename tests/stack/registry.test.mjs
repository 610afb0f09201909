// waxsealctl on the registry, against a private Redis: what it says and in which form, two who edit at once, a hundred
// processes for one seat, export and import, completion and manual page.
import assert from 'node:assert/strict'
import { execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

const program = join(import.meta.dirname, '..', '..', 'build', 'waxsealctl')
let dir
let redis
const at = (name) => join(dir, name)
const argv = (args) => ['--config', at('waxseal.conf'), ...args]
function ctl(...args) {
    const r = spawnSync(program, argv(args), { encoding: 'utf8', timeout: 60000 })
    return { code: r.status, out: r.stdout, err: r.stderr }
}
function json(...args) {
    const r = ctl(...args, '--json')
    assert.equal(r.code, 0, `${args.join(' ')}: ${r.out}${r.err}`)
    return JSON.parse(r.out)
}
/** The error of a command that has to fail. */
function refused(...args) {
    const r = ctl(...args, '--json')
    assert.equal(r.code, 1, `${args.join(' ')}: ${r.out}${r.err}`)
    return JSON.parse(r.out).error
}

before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'waxseal-registry-'))
    writeFileSync(at('waxseal.conf'), `[server]
instance = reg
listen = ${at('s')}
public_origin = http://localhost
static_dir = ${dir}
template_dir = ${dir}
redis_socket = ${at('redis.sock')}
host_key_file = ${at('key')}
trust_dir = ${dir}
[domain *]
imap = imap://127.0.0.1:1
smtp = smtp://127.0.0.1:1
plan = basic
[plan enterprise]
smime = on
[plan basic]
smime = off
`)
    redis = spawn('redis-server', ['--port', '0', '--unixsocket', at('redis.sock'), '--save', ''], { stdio: 'ignore' })
    while (!existsSync(at('redis.sock'))) await sleep(10)
})
after(async () => {
    const ended = new Promise((resolve) => redis.once('exit', resolve))
    redis.kill('SIGKILL')
    await ended
    rmSync(dir, { recursive: true })
})

test('a customer is registered from top to bottom, and its plan counts', () => {
    const acme = json('customer', 'add', 'acme', '--name', 'Acme', '--plan', 'enterprise', '--valid-until', '2099-01-01', '--quota', '2')
    assert.deepEqual(acme, { customer: 'acme', name: 'Acme', plan: 'enterprise', valid_from: null, valid_until: '2099-01-01T00:00:00Z', quota: 2, disabled: false, outbound_per_hour: null, outbound_recipients: null, version: 1 })
    json('organisation', 'add', 'north', '--customer', 'acme', '--name', 'North')
    json('domain', 'attach', 'North.test', 'north')
    const anna = json('account', 'add', 'Anna@north.test', '--name', 'Anna', '--outbound-per-hour', '200')
    assert.deepEqual([anna.account, anna.outbound_per_hour, anna.state], ['anna@north.test', 200, 'active'])
    const shown = JSON.parse(ctl('user', 'show', 'anna@north.test').out)
    assert.deepEqual([shown.plan, shown.smime, shown.said_by, shown.organisation, shown.rules], ['enterprise', true, 'customer', 'north', 'enabled'])
    json('customer', 'set', 'acme', '--disabled', 'on')
    const lapsed = JSON.parse(ctl('user', 'show', 'anna@north.test').out)
    assert.deepEqual([lapsed.plan, lapsed.smime, lapsed.said_by, lapsed.rules], ['basic', false, 'configuration', 'lapsed'])
    json('customer', 'set', 'acme', '--disabled', 'off')
    json('account', 'set', 'anna@north.test', '--outbound-per-hour', 'none')
    assert.equal(json('account', 'show', 'anna@north.test').outbound_per_hour, null)
    assert.deepEqual(json('account', 'list', 'north').map((a) => a.account), ['anna@north.test'])
})

test('what is wrong is named with its field, and nothing is half done', () => {
    const cases = [
        [['customer', 'add', 'acme'], 'conflict', 'customer'], [['customer', 'add', 'A b'], 'invalid', 'customer'], [['customer', 'set', 'nobody', '--quota', '1'], 'not_found', 'customer'],
        [['customer', 'set', 'acme', '--valid-from', '31.12.2026'], 'invalid', 'valid_from'], [['customer', 'set', 'acme', '--plan', 'tin'], 'not_found', 'plan'],
        [['organisation', 'add', 'south', '--customer', 'apex'], 'not_found', 'customer'], [['organisation', 'set', 'north', '--smime', 'lapsed'], 'invalid', 'smime'],
        [['domain', 'attach', 'north.test', 'south'], 'conflict', 'domain'], [['domain', 'detach', 'north.test'], 'conflict', 'domain'], [['account', 'add', 'anna'], 'invalid', 'account'],
        [['organisation', 'remove', 'north'], 'conflict', 'organisation'], [['customer', 'remove', 'acme'], 'conflict', 'customer'], [['role', 'give', 'eve', 'king', 'north'], 'invalid', 'role'],
        [['licence', 'activate', 'south', 'a@b.test'], 'not_found', 'organisation'], [['licence', 'show', 'apex'], 'not_found', 'customer'],
    ]
    const was = json('registry', 'export')
    for (const [args, code, field] of cases) {
        const e = refused(...args)
        assert.deepEqual([e.code, e.details.field], [code, field], args.join(' '))
        assert.ok(e.message.length > 10)
    }
    for (const args of [['customer', 'add'], ['customer', 'set', 'acme', '--wings', '1'], ['customer', 'set', 'acme', '--quota', 'many'], ['customer', 'set', 'acme', '--quota'], ['licence', 'activate', 'north'],
        ['licence', 'activate', 'north', 'a@north.test', '--all'], ['account', 'add', 'a@north.test', '--plan', 'basic'], ['domain', 'attach', 'north.test']])
        assert.equal(ctl(...args).code, 2, args.join(' '))
    assert.deepEqual(json('registry', 'export'), was)
    const r = ctl('customer', 'set', 'acme', '--plan', 'tin')
    assert.equal(r.code, 1)
    assert.match(r.err, /^waxsealctl: There is no plan "tin".*\[plan\]$/m)
})

test('the second of two editors is told what the first one changed', () => {
    const seen = json('customer', 'show', 'acme').version
    json('customer', 'set', 'acme', '--name', 'Acme Ltd', '--version', String(seen))
    const e = refused('customer', 'set', 'acme', '--quota', '9', '--version', String(seen))
    assert.equal(e.code, 'conflict')
    assert.match(e.details.conflict.who, /^ctl:/)
    assert.deepEqual(e.details.conflict.changes, [{ field: 'name', before: 'Acme', after: 'Acme Ltd' }])
    assert.match(ctl('customer', 'set', 'acme', '--quota', '9', '--version', String(seen)).err, /changed by ctl:.*\n.*version now.*\n {2}name: "Acme" -> "Acme Ltd"/)
    assert.equal(json('customer', 'show', 'acme').quota, 2)
    const [newest] = json('audit', '--what', 'customer acme', '--count', '1')
    assert.deepEqual([newest.before.name, newest.after.name], ['Acme', 'Acme Ltd'])
})

test('a hundred processes, one free seat: one gets it', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `u${i}@north.test`)
    const document = json('registry', 'export')
    for (const name of names) document.accounts.north[name] = {}
    document.customers.acme.quota = 1
    writeFileSync(at('many.json'), JSON.stringify(document))
    assert.deepEqual((({ added, changed, removed }) => ({ added, changed, removed }))(json('registry', 'import', at('many.json'))), { added: 100, changed: 1, removed: 0 })
    const one = (name) => new Promise((resolve) => {
        execFile(program, argv(['licence', 'activate', 'north', name, '--json']), (error, out) => resolve({ code: error?.code ?? 0, row: JSON.parse(out)[0] }))
    })
    const rows = await Promise.all(names.map(one))
    assert.equal(rows.filter((r) => r.code === 0 && r.row.result === 'activated').length, 1)
    assert.equal(rows.filter((r) => r.code === 1 && r.row.result === 'no_seat').length, 99)
    const state = json('licence', 'show', 'acme')
    assert.deepEqual([state.active, state.used, state.free, state.warnings], [1, 1, 0, [{ code: 'no_seat_left' }]])
    assert.equal(json('licence', 'list', 'acme').length, 1)
    // The quota is used up in the middle of "all": who got one and who did not is told, row by row.
    json('customer', 'set', 'acme', '--quota', '41')
    const all = ctl('licence', 'activate', 'north', '--all', '--json')
    assert.equal(all.code, 1)
    const rowsWith = (result) => JSON.parse(all.out).filter((r) => r.result === result).length
    assert.deepEqual([rowsWith('activated'), rowsWith('unchanged'), rowsWith('no_seat')], [40, 1, 60])
    assert.match(all.err, /60 of 101 were not done/)
    json('licence', 'deactivate', 'north', '--all')
    assert.deepEqual([json('licence', 'show', 'acme').revoke_pending, json('licence', 'show', 'acme').frees.reduce((n, f) => n + f.seats, 0)], [41, 41])
})

test('the rules of an organisation are one document, whole or refused with the place of the mistake', () => {
    const rule = (id, more) => ({ id, priority: 1, from: ['*'], to: ['*'], ...more })
    writeFileSync(at('Rules.json'), JSON.stringify({ rules: [rule('a', { sign: 'require' })] }))
    assert.equal(json('rules', 'set', 'north', at('Rules.json')).version, 1)
    assert.equal(JSON.parse(ctl('rules', 'show', 'north').out).rules[0].sign, 'require')
    writeFileSync(at('Rules.json'), JSON.stringify({ rules: [rule('a', { sign: 'maybe' })] }))
    const e = refused('rules', 'set', 'north', at('Rules.json'))
    assert.deepEqual([e.code, e.details.field], ['invalid', 'rules[0].sign'])
    writeFileSync(at('Rules.json'), JSON.stringify({ rules: [rule('a', { sign: 'off' })] }))
    json('rules', 'set', 'north', at('Rules.json'), '--version', '1')
    const late = refused('rules', 'set', 'north', at('Rules.json'), '--version', '1')
    assert.deepEqual(late.details.conflict.changes.map((c) => [c.field, c.before.sign, c.after.sign]), [['rules.a', 'require', 'off']])
    assert.equal(refused('rules', 'show', 'west').code, 'not_found')
})

test('rules are tried on a described mail, as they are stored and as a draft, and nothing is changed', () => {
    const rule = (id, more) => ({ id, priority: 1, from: ['@managed'], to: ['*'], ...more })
    writeFileSync(at('Rules.json'), JSON.stringify({ rules: [rule('a', { sign: 'off' }), rule('b', { sign: 'on', to: ['dataset:gone'] })] }))
    const { version } = json('rules', 'set', 'north', at('Rules.json'))
    const message = { authenticated: true, mail_from: 'anna@north.test', from: 'Anna@north.test', to: ['pat@partner.example'] }
    const cert = { id: 'c', address: 'anna@north.test', usage: ['sign'], key: 'gateway', primary: true }
    writeFileSync(at('mail.json'), JSON.stringify({ message, certs: [cert] }))
    const decide = (...more) => JSON.parse(ctl('rules', 'simulate', at('mail.json'), ...more).out).recipients['pat@partner.example']
    const stored = decide()
    assert.equal(stored.direction, 'outbound')
    assert.deepEqual([stored.passes[0].org, stored.passes[0].rule, stored.passes[0].trace], ['north', 'a', { a: 'selected', b: 'no_match' }])
    writeFileSync(at('draft.json'), JSON.stringify({ rules: [rule('z', { outbound: 'enforce' })] }))
    const draft = decide('north', at('draft.json'))
    assert.deepEqual([draft.passes[0].rule, draft.outcome, draft.status], ['z', 'reject', '5.7.3'])
    assert.equal(refused('rules', 'simulate', at('mail.json'), 'south', at('draft.json')).code, 'not_found')
    assert.deepEqual(json('rules', 'show', 'north').version, version)
    assert.deepEqual(JSON.parse(ctl('rules', 'check', 'north').out).warnings.map((w) => [w.rule, w.warning]), [['b', 'dataset_missing']])
    assert.equal(refused('rules', 'check', 'west').code, 'not_found')
    writeFileSync(at('mail.json'), JSON.stringify({ message: { ...message, to: 'pat' } }))
    assert.equal(refused('rules', 'simulate', at('mail.json')).details.field, 'message.to')
})

test('export and import: all of it or nothing', () => {
    json('role', 'give', 'it@north.test', 'owner', 'north')
    json('role', 'give', 'root', 'operator')
    ctl('alias', 'add', 'anna@north.test', 'sales@north.test')
    assert.equal(ctl('registry', 'export', '--out', at('all.json')).code, 0)
    assert.equal(statSync(at('all.json')).mode & 0o777, 0o600)
    const whole = JSON.parse(readFileSync(at('all.json'), 'utf8'))
    assert.equal(whole.schema, 'waxseal-registry/1')
    assert.deepEqual(whole.accounts.north['anna@north.test'].from, ['sales@north.test'])
    const was = structuredClone(whole)
    whole.customers.acme.quota = 77
    whole.accounts.north['new@north.test'] = { from: ['not an address'] }
    writeFileSync(at('bad.json'), JSON.stringify(whole))
    const e = refused('registry', 'import', at('bad.json'))
    assert.equal(e.code, 'invalid')
    assert.match(e.message, /^accounts\.north\.new@north\.test: /)
    assert.deepEqual(json('registry', 'export'), was)
    whole.accounts.north['new@north.test'] = {}
    delete whole.operators.root
    writeFileSync(at('good.json'), JSON.stringify(whole))
    const dry = json('registry', 'import', at('good.json'), '--dry-run')
    assert.deepEqual([dry.added, dry.changed, dry.removed], [1, 1, 1])
    assert.deepEqual(json('registry', 'export'), was)
    assert.deepEqual(json('registry', 'import', at('good.json')), dry)
    assert.equal(json('customer', 'show', 'acme').quota, 77)
    assert.deepEqual(json('role', 'list'), [])
    assert.match(ctl('registry', 'import', at('nowhere.json')).err, /nowhere\.json/)
})

test('what an organisation writes into a name is not obeyed by the terminal of who reads the audit', () => {
    const rule = '\x1b]0;owned\x07\x1b[2J\u009b31m', said = JSON.stringify({ version: 1, [`rules.${rule}`]: { id: 'r' }, name: `Zoë ${rule}\x7f` })
    spawnSync('redis-cli', ['-s', at('redis.sock'), 'XADD', 'reg:o:audit:term', '*', 'at', '2026-11-23T00:00:00Z', 'who', 'x\x1b[8m', 'organisation', 'term', 'what', 'rules term\x1b[1m', 'before', '', 'after', said])
    const { out } = ctl('audit', '--organisation', 'term')
    assert.match(out, /added rules term\?\[1m of term by x\?\[8m\n/)
    assert.match(out, /^ {4}rules\.\?\]0;owned\?\?\[2… /m)
    assert.match(out, /^ {4}name +Zoë \?\]0;owned\?\?\[2J\?31m\?$/m)
    assert.doesNotMatch(out, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
})

test('what an earlier release kept is brought over once, and the doctor says that it must be', () => {
    const cli = (...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), ...args], { encoding: 'utf8' }).stdout
    cli('SET', 'reg:user:olga@old.test', 'enterprise')
    cli('SADD', 'reg:user:olga@old.test:alias', 'o@old.test')
    assert.match(ctl('doctor').out, /^PROBLEM +registry +.*registry migrate/m)
    assert.deepEqual(json('registry', 'migrate'), { moved: 2, repaired: 0, left: [] })
    assert.match(ctl('doctor').out, /^ok +registry/m)
    assert.equal(JSON.parse(ctl('user', 'show', 'olga@old.test').out).said_by, 'user')
    assert.deepEqual(JSON.parse(ctl('alias', 'show', 'olga@old.test').out), ['o@old.test'])
    assert.equal(cli('KEYS', 'reg:user:*').trim(), '')
})

test('a registry of a newer release is not touched', () => {
    const cli = (...args) => spawnSync('redis-cli', ['-s', at('redis.sock'), ...args], { encoding: 'utf8' }).stdout
    cli('SET', 'reg:o:schema', '2')
    assert.equal(refused('customer', 'set', 'acme', '--quota', '1').code, 'unsupported')
    assert.match(ctl('user', 'show', 'anna@north.test').err, /newer release/)
    cli('SET', 'reg:o:schema', '1')
    assert.equal(json('customer', 'set', 'acme', '--quota', '1').quota, 1)
})

test('completion and manual page know every command', () => {
    const commands = ctl('help').out.split('\n').filter((l) => /^ {2}\S/.test(l)).map((l) => l.trim().split(' '))
    assert.ok(commands.length > 40)
    const page = ctl('man').out
    const script = ctl('completion', 'bash').out
    writeFileSync(at('completion.sh'), script)
    const complete = (...words) => spawnSync('bash', ['-c', `. ${at('completion.sh')}; COMP_WORDS=(waxsealctl "$@"); COMP_CWORD=$#; _waxsealctl; printf '%s\\n' "\${COMPREPLY[@]}"`, '-', ...words], { encoding: 'utf8' }).stdout.trim().split('\n')
    for (const [noun, verb] of commands) {
        assert.ok(complete(noun).includes(noun), noun)
        if (/^[a-z]/.test(verb ?? '')) assert.ok(complete(noun, verb).includes(verb), `${noun} ${verb}`)
        assert.ok(page.includes(`\\fB${noun}${/^[a-z]/.test(verb ?? '') ? ` ${verb}` : ''}\\fR`), `${noun} ${verb}`)
    }
    assert.deepEqual(complete('customer', 'set', 'acme', '--val'), ['--valid-from', '--valid-until'])
    assert.ok(complete('--config', 'x', 'lic').includes('licence'))
    const checked = spawnSync('man', ['--warnings', '-l', '-'], { input: page, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } })
    if (checked.error) return // no man here to ask
    assert.equal(checked.stderr, '')
})

test('mailboxes from a table are one entry of the audit, with their addresses', () => {
    json('customer', 'add', 'bulk', '--plan', 'basic')
    json('organisation', 'add', 'bulk', '--customer', 'bulk')
    json('domain', 'attach', 'bulk.test', 'bulk')
    const names = Array.from({ length: 20 }, (_, i) => `b${i}@bulk.test`)
    writeFileSync(at('bulk.csv'), `${names.join('\n')}\n`)
    json('account', 'import', 'bulk', at('bulk.csv'))
    const entries = json('audit', '--organisation', 'bulk')
    assert.deepEqual(entries.filter((e) => /^account/.test(e.what)).map((e) => [e.what, e.before, e.after]), [['accounts bulk', null, { added: names }]])
    const { out } = ctl('audit', '--organisation', 'bulk')
    assert.match(out, /added accounts bulk of bulk by ctl:/)
    assert.match(out, /^ {4}added +20: b0@bulk\.test, b1@bulk\.test, .*…$/m)
})
