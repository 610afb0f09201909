// waxsealctl policy evaluate: the worked examples through the program, and what it says of mistakes. Needs no
// server, no configuration.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const top = join(import.meta.dirname, '..', '..')
const program = join(top, process.env.BUILD ?? 'build', 'waxsealctl')
const examples = join(top, 'tests', 'fixtures', 'policy', 'examples.json')
const dir = mkdtempSync(join(tmpdir(), 'waxseal-policy-'))
after(() => rmSync(dir, { recursive: true }))

function evaluate(file, input) {
    const r = spawnSync(program, ['policy', 'evaluate', file], {
        encoding: 'utf8', input, timeout: 60000, maxBuffer: 1 << 26, env: { PATH: process.env.PATH, WAXSEAL_CONF: '/nonexistent' },
    })
    return { code: r.status, out: r.stdout, err: r.stderr }
}
function refused(document) {
    const r = evaluate('-', typeof document === 'string' ? document : JSON.stringify(document))
    assert.equal(r.code, 1, r.out)
    assert.equal(r.out, '')
    assert.match(r.err, /^waxsealctl: .+\n$/)
    return r.err
}
// copies and notify are sets, and so are the lists of recipients in them
const asSet = (list) => list.map((x) => ({ ...x, recipients: [...x.recipients].sort() }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
const comparable = (x) => ({ ...x, copies: asSet(x.copies), notify: asSet(x.notify) })

const one = () => ({
    orgs: [{
        id: 'acme', domains: ['acme.example'], smime: 'enabled', accounts: [], certs: [],
        rules: [{ id: 'R1', priority: 1, from: ['*'], to: ['*'], filter: { all: [{ field: 'size', op: 'gt', value: 3 }] } }],
    }],
    message: { authenticated: true, mail_from: 'ann@acme.example', from: 'ann@acme.example', to: ['pat@partner.example'] },
})

test('every worked example comes out as it says', () => {
    const wanted = JSON.parse(readFileSync(examples)).examples
    const r = evaluate(examples)
    assert.equal(r.code, 0, r.err)
    assert.equal(r.err, '')
    const rows = JSON.parse(r.out)
    assert.deepEqual(rows.map((x) => x.id), wanted.map((x) => x.id))
    for (const [i, x] of wanted.entries()) {
        assert.deepEqual(comparable(rows[i].decision), comparable(x.expect), `${x.id} ${x.title}`)
    }
})

test('the same from standard input, and without what is expected', () => {
    const file = JSON.parse(readFileSync(examples))
    for (const x of file.examples) delete x.expect
    assert.equal(evaluate('-', JSON.stringify(file)).out, evaluate(examples).out)
})

test('a single example is a file too', () => {
    const r = evaluate('-', JSON.stringify({ id: 'alone', ...one() }))
    assert.equal(r.code, 0, r.err)
    assert.deepEqual(JSON.parse(r.out).map((x) => x.id), ['alone'])
})

test('one example of many that is refused says so in its place; the others are decided, and it ends as a failure', () => {
    const file = { schema: 'smime-policy-examples/1', examples: ['first', 'the second', 'third'].map((id) => ({ id, ...one() })) }
    file.examples[1].orgs[0].rules[0].filter.all[0].op = 'greater'
    const r = evaluate('-', JSON.stringify(file)), rows = JSON.parse(r.out)
    assert.equal(r.code, 1)
    assert.match(r.err, /^waxsealctl: .+\n$/)
    assert.match(r.err, /examples\[1\]\.orgs\[0\]\.rules\[0\]\.filter\.all\[0\]\.op: /)
    assert.deepEqual(rows.map((x) => [x.id, 'decision' in x, 'error' in x]), [['first', true, false], ['the second', false, true], ['third', true, false]])
    assert.match(`${rows[1].error} ${rows[1].detail}`, /examples\[1\]\.orgs\[0\]\.rules\[0\]\.filter\.all\[0\]\.op: .*\(example "the second"\)/)
    delete file.examples[1].orgs[0].rules[0].filter
    assert.deepEqual(JSON.parse(evaluate('-', JSON.stringify(file)).out)[0], rows[0])
})

test('a mistake is named with its place, and nothing is printed', () => {
    const misspelt = one()
    misspelt.orgs[0].rules[0].exclude_form = []
    assert.match(refused(misspelt), /orgs\[0\]\.rules\[0\]\.exclude_form: there is no such field/)
    const nobody = one()
    nobody.orgs[0].ops = [{ op: 'move', id: 'R9', priority: 'top' }]
    assert.match(refused(nobody), /orgs\[0\]\.ops\[0\]\.id: there is no rule with this id/)
    assert.match(refused({ schema: 'other/1', examples: [] }), /schema/)
    assert.match(refused('{"examples": [}'), /line 1/)
    assert.match(refused('{}'), /examples: a list is expected/)
})

test('an answer that cannot be written whole is a failure', () => {
    const full = openSync('/dev/full', 'w')
    const r = spawnSync(program, ['policy', 'evaluate', examples], { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] })
    closeSync(full)
    assert.equal(r.status, 1)
    assert.match(r.stderr, /the answer could not be written/)
})

test('an unknown fact is ignored and told', () => {
    const x = one()
    x.message.colour = 'red'
    const r = evaluate('-', JSON.stringify(x))
    assert.equal(r.code, 0)
    assert.match(r.err, /message\.colour: this field is not known and was ignored/)
})

test('rules that are well-formed and wrong are told of', () => {
    const x = one()
    x.orgs[0].rules.push({ id: 'R0', priority: 9, from: ['dataset:gone'], to: ['*'], sign: 'on' })
    const r = spawnSync(program, ['policy', 'check', '-'], { encoding: 'utf8', input: JSON.stringify({ id: 7, ...x }) })
    assert.equal(r.status, 0, r.stderr)
    const [row] = JSON.parse(r.stdout)
    assert.equal(row.id, 7)
    assert.equal(row.organisations.acme.complete, true)
    assert.deepEqual(row.organisations.acme.warnings.map((w) => [w.rule, w.warning]), [['R1', 'sets_nothing'], ['R0', 'dataset_missing']])
})

test('files that are not there, and no file at all', () => {
    assert.equal(evaluate(join(dir, 'nothing.json')).code, 1)
    writeFileSync(join(dir, 'empty.json'), '')
    assert.equal(evaluate(join(dir, 'empty.json')).code, 1)
    assert.equal(spawnSync(program, ['policy', 'evaluate']).status, 2)
})
