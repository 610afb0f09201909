import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { describedOf, emptyMail, faultOf as mailFault, messageOf } from './described.ts';
import { applied, changesOf, differences, merge, merged } from './differ.ts';
import { add, asGroup, at, depth, faultOf, newTest, put, tests, unwrap, withField, withOp } from './filter.ts';
import { addRule, bands, duplicate, freeId, joinBand, placeBefore, putBack, remove, step } from './order.ts';
import { INBOUND, OUTBOUND, boxed, boxesOf, inboundOf, levelsOf, outboundOf, toBoxes, withInbound, withLevels, withOutbound } from './presets.ts';
import { isFault, readSelector, splitSelectors, withSelector } from './selectors.ts';
import { FIELDS, LEVELS } from './types.ts';
import { DIRECTIONS, REASONS, REPORTS, RESULTS, STATUSES, VERDICTS, WARNINGS, actionKey, directionKey, outcomeKey, reasonKey, reportKey, statusKey, tellable, verdictKey, warningKey } from './words.ts';
import type { Decision, Filter, Message, Rule, RuleDocument } from './types.ts';

const rule = (id: string, priority: number, more: Partial<Rule> = {}): Rule => ({ id, priority, from: ['*'], to: ['*'], ...more });
const order = (rules: Rule[]): string => bands(rules).map((b) => `${b.priority}:${b.rules.map((r) => r.id).join('')}`).join(' ');

test('each preset stands for its fields, and its fields for it', () => {
  const none = levelsOf({});
  for (const word of OUTBOUND) assert.equal(outboundOf(withOutbound(none, word)), word);
  for (const word of INBOUND) assert.equal(inboundOf(withInbound(none, word)), word);
  assert.deepEqual(levelsOf({ outbound: 'enforce', inbound: 'do_not_decrypt', encrypt: 'on' }), { sign: 'require', encrypt: 'on', decrypt: 'off', validate: 'inherit', on_partial: 'inherit' });
  assert.equal(outboundOf(levelsOf({ outbound: 'enforce', encrypt: 'on' })), null);
  assert.deepEqual(withLevels(rule('a', 1, { outbound: 'enforce', validate: 'on' }), levelsOf({ outbound: 'sign_only' })), rule('a', 1, { sign: 'on', encrypt: 'off' }));
});

test('boxes are on and off, never not defined', () => {
  assert.equal(boxesOf(levelsOf({})), null);
  assert.deepEqual(boxesOf(toBoxes(levelsOf({ sign: 'require', decrypt: 'force' }))), { sign: true, encrypt: false, decrypt: true, validate: false });
  // The box itself decides from its first touch on.
  assert.deepEqual(boxed(levelsOf({ sign: 'require' }), 'encrypt', true), levelsOf({ sign: 'on', encrypt: 'on', decrypt: 'off', validate: 'off' }));
});

test('a rule that never counts refuses nobody', () => {
  assert.deepEqual(tellable([{ warning: 'cannot_sign' }, { warning: 'hidden' }]), [{ warning: 'hidden' }]);
  assert.deepEqual(tellable([{ warning: 'cannot_sign' }]), [{ warning: 'cannot_sign' }]);
});

test('selectors are known by their class, and mistakes by their kind', () => {
  for (const [text, kind, rank] of [['Ann@X.test', 'address', 5], ['dataset:VIP', 'dataset', 4], ['x.test', 'domain', 3], ['@managed', 'managed', 3], ['*.x.test', 'wildcard', 2], ['@external', 'external', 1], ['*', 'any', 0]] as const) {
    const s = readSelector(text, ['VIP']);
    assert.ok(!isFault(s));
    assert.deepEqual([s.kind, s.rank], [kind, rank]);
  }
  for (const [text, fault] of [['', 'empty'], ['@mananged', 'word'], ['*@x.test', 'wildcard'], ['x*.test', 'wildcard'], ['a@b@c.test', 'at'], ['a@', 'at'], ['x..test', 'domain'], ['dataset:vip', 'dataset'], ['a b', 'blank']]) assert.equal(readSelector(text!, ['VIP']), fault);
  assert.deepEqual(splitSelectors(' a@x.test, *.y.test;\nz '), ['a@x.test', '*.y.test', 'z']);
});

test('a rule is moved past others with as little renumbering as there can be', () => {
  const rules = [rule('a', 1), rule('b', 2), rule('c', 3), rule('d', 9)];
  assert.equal(order(step(rules, 'c', 'up')), '1:a 2:c 3:b 9:d');
  assert.equal(order(step(rules, 'a', 'down')), '2:b 3:a 4:c 9:d');
  assert.equal(order(step(rules, 'd', 'first')), '1:d 2:a 3:b 4:c');
  assert.equal(order(step(rules, 'a', 'last')), '2:b 3:c 9:d 10:a');
  assert.deepEqual(step(rules, 'a', 'up'), rules);
  assert.deepEqual(step(rules, 'd', 'down'), rules);
});

test('a band is joined by its number and left by a step', () => {
  const rules = [rule('a', 1), rule('b', 2), rule('c', 2)];
  assert.equal(order(joinBand(rules, 'a', 2)), '2:abc');
  assert.equal(order(step(rules, 'c', 'up')), '1:a 2:c 3:b');
  assert.equal(order(step(rules, 'b', 'down')), '1:a 2:c 3:b');
  assert.equal(order(placeBefore(rules, 'a', 1)), '2:bc 3:a');
  // inside a band the more specific goes first, then the newer
  assert.equal(order([rule('a', 1, { created: 1 }), rule('b', 1, { created: 2 }), rule('c', 1, { to: ['x.test'] })]), '1:cba');
});

test('whoever steps up and then down is where he was, in every list', () => {
  for (let n = 1; n < 7; n++) {
    for (let bits = 0; bits < 2 ** (n - 1); bits++) {
      let p = 1;
      const rules = Array.from({ length: n }, (_, i) => rule(`r${i}`, i > 0 && (bits >> (i - 1)) & 1 ? ++p : p));
      for (const r of rules) {
        const alone = rules.filter((x) => x.priority === r.priority).length === 1;
        const up = step(rules, r.id, 'up');
        assert.deepEqual(bands(up.filter((x) => x.id !== r.id)).map((b) => b.rules.map((x) => x.id)), bands(rules.filter((x) => x.id !== r.id)).map((b) => b.rules.map((x) => x.id)));
        if (alone && r.priority > 1) assert.deepEqual(bands(step(up, r.id, 'down')).map((b) => b.rules.map((x) => x.id)), bands(rules).map((b) => b.rules.map((x) => x.id)));
      }
    }
  }
});

test('new rules come first and are the newest; a copy is off until it was looked at; what was removed comes back', () => {
  const rules = [rule('R1', 1, { created: 4, name: 'One' }), rule('R2', 5)];
  const more = addRule(rules, { id: freeId(rules), from: ['@managed'], to: ['*'] });
  assert.deepEqual(more.map((r) => [r.id, r.priority, r.created]), [['R1', 2, 4], ['R2', 6, undefined], ['R3', 1, 5]]);
  const copy = duplicate(rules, 'R1', (of) => `Copy of ${of}`)!;
  assert.deepEqual(copy.rules.at(-1), { ...rules[0], id: 'R1-2', enabled: false, name: 'Copy of One', created: 5 });
  assert.equal(duplicate(copy.rules, 'R1', (s) => s)!.id, 'R1-3');
  assert.equal(order(putBack(remove(rules, 'R1'), rules[0]!)), order(rules));
  assert.equal(putBack(rules, rules[0]!).length, 2);
});

test('a filter is edited by its path', () => {
  const one = newTest();
  const two: Filter = { field: 'size', op: 'gt', value: 5 };
  let f = add(null, [], one);
  f = add(f, [], two);
  assert.deepEqual(f, { all: [one, two] });
  f = asGroup(f, [], 'any');
  f = asGroup(f, [1], 'not');
  assert.deepEqual(f, { any: [one, { not: two }] });
  assert.deepEqual(at(f, [1, 0]), two);
  assert.equal(depth(f), 2);
  assert.equal(tests(f).length, 2);
  assert.deepEqual(put(f, [1, 0], null), { any: [one] });
  assert.equal(put({ not: two }, [0], null), null);
  assert.deepEqual(unwrap(f, [1]), { any: [one, two] });
  assert.deepEqual(asGroup({ all: [one, two] }, [], 'not'), { not: { all: [one, two] } });
  assert.deepEqual(withField({ field: 'subject', op: 'contains_word_of', value: 'W' }, 'size'), { field: 'size', op: 'gt', value: 1_000_000 });
  assert.deepEqual(withOp(one, 'contains_word_of', ['W']), { field: 'subject', op: 'contains_word_of', value: 'W' });
  assert.deepEqual([faultOf(one, []), faultOf({ ...one, op: 'equals' }, []), faultOf({ field: 'header:a b', op: 'equals', value: '' }, []), faultOf({ field: 'from', op: 'in_dataset', value: 'X' }, ['Y'])], ['value', null, 'header', 'dataset']);
});

test('two who edited at once: what only one changed stands, what both changed is asked', () => {
  const doc = (rules: Rule[], more: Partial<RuleDocument> = {}): RuleDocument => ({ rules, version: 1, ...more });
  const base = doc([rule('a', 1), rule('b', 2), rule('c', 3)], { datasets: {} });
  const theirs = doc([rule('a', 1, { name: 'T' }), rule('b', 2, { name: 'T' }), rule('c', 3)], { version: 2 });
  const mine = doc([rule('a', 1, { name: 'M' }), rule('b', 2), rule('n', 4)], { defaults: { sign: 'off' } });
  const m = merge(base, theirs, mine);
  assert.deepEqual(m.contested.map((c) => c.field), ['rules.a']);
  const name = (d: RuleDocument, id: string): string | undefined => d.rules.find((r) => r.id === id)?.name;
  const kept = merged(theirs, m, new Set());
  assert.deepEqual([name(kept, 'a'), name(kept, 'b'), kept.rules.map((r) => r.id).join(''), kept.defaults, kept.version], ['T', 'T', 'abn', { sign: 'off' }, 2]);
  assert.equal(name(merged(theirs, m, new Set(['rules.a'])), 'a'), 'M');
  assert.deepEqual(changesOf(base, base), []);
  assert.equal(applied(base, { field: 'rules.a', before: null, after: null }, null).rules.length, 2);
  // a rule that they removed and I changed is contested
  assert.deepEqual(merge(base, doc([rule('b', 2), rule('c', 3)]), doc([rule('a', 7), rule('b', 2), rule('c', 3)])).contested.map((c) => c.theirs), [null]);
});

test('live beside draft: every difference is named, and nothing else', () => {
  const d = (sign: string, ruleId: string, trace: Record<string, string>): Decision => ({ copies: [], notify: [], recipients: { 'p@x.test': { direction: 'outbound', outcome: 'deliver', status: '2.0.0', passes: [
    { org: 'o', pass: 'outbound', rule: ruleId, effective: { sign: 'on' }, from_rule: { sign: ruleId }, trace, actions: { sign: { result: sign, reason: 'ok' } } }] } } });
  assert.deepEqual([...differences('p@x.test', d('done', 'A', { A: 'selected' }), d('done', 'A', { A: 'selected' }))], []);
  assert.deepEqual([...differences('p@x.test', d('done', 'A', { A: 'selected' }), d('none', 'B', { A: 'outranked', B: 'selected' }))], ['0.rule', '0.effective.sign', '0.actions.sign', '0.trace.A', '0.trace.B']);
});

test('a described mail becomes the message it says, and back', () => {
  const m: Message = { authenticated: false, mail_from: '', from: 'a@x.test', to: ['b@y.test', 'c@y.test'], cc: [], bcc: ['d@y.test'], subject: 'S', headers: { 'X-A': '1' }, size: 5, has_attachment: true, content_type: 'multipart/report',
    auth: 'fail', encrypted: { for: ['k'], cipher: 'aes-256-cbc', integrity: 'tampered', inner_signed: 'valid' } };
  assert.deepEqual(messageOf(describedOf(m)), m);
  assert.deepEqual(messageOf({ ...emptyMail(), from: 'a@x.test', to: 'b@y.test', sign: 'no', signed: 'expired' }), { authenticated: true, mail_from: 'a@x.test', from: 'a@x.test', to: ['b@y.test'], cc: [], bcc: [], subject: '', user: { sign: false }, signed: { result: 'expired' } });
  assert.deepEqual([mailFault(emptyMail()), mailFault({ ...emptyMail(), from: 'a@x' }), mailFault({ ...emptyMail(), from: 'a@x', to: 'b' }), mailFault({ ...emptyMail(), from: 'a@x', bcc: 'b@y' }), mailFault({ ...emptyMail(), from: 'a@x', to: 'b@y', size: '1k' })], ['from', 'to', 'to', null, 'size']);
});

test('every word of the server is known here, and has a text in every language', () => {
  const table = (file: string, name: string): string[] => [...readFileSync(file, 'utf8').split(`#define ${name}(X)`)[1]!.match(/^(?:.*\\\n)*.*/)![0].matchAll(/X\(\w+,\s*"([^"]*)"/g)].map((m) => m[1]!).filter(Boolean);
  const same = (ours: readonly string[], theirs: string[]): void => { assert.ok(theirs.length > 2); assert.deepEqual([...ours].sort(), theirs.sort()); };
  same(REASONS, table('policy/evaluate.h', 'DECISION_REASON_TABLE'));
  same(RESULTS, table('policy/evaluate.h', 'DECISION_RESULT_TABLE'));
  same(STATUSES, table('policy/evaluate.h', 'DECISION_STATUS_TABLE'));
  same(VERDICTS, table('policy/match.h', 'MATCH_VERDICT_TABLE'));
  same(WARNINGS, table('policy/warnings.h', 'RULE_WARNING_TABLE'));
  const word = (s: string): string => s.replaceAll('_', '-');
  const keys = [...REASONS.map(reasonKey), ...VERDICTS.map(verdictKey), ...DIRECTIONS.map(directionKey), ...REPORTS.map(reportKey), ...WARNINGS.map(warningKey), ...STATUSES.map(statusKey), reasonKey('x'), verdictKey('x'), statusKey('9.9.9'), warningKey('x'),
    ...FIELDS.flatMap((f) => [`adm-field-${word(f)}`, ...LEVELS[f].map((l) => `adm-level-${word(f)}-${word(l)}`), ...RESULTS.map((r) => actionKey(f, { result: r, reason: 'ok' }))]),
    ...(['deliver', 'reject', 'defer', 'quarantine'] as const).flatMap((outcome) => [outcomeKey({ outcome }), outcomeKey({ outcome, held: true })]), ...OUTBOUND.flatMap((w) => [`adm-preset-out-${word(w)}`, `adm-preset-out-${word(w)}-hint`]), ...INBOUND.flatMap((w) => [`adm-preset-in-${word(w)}`, `adm-preset-in-${word(w)}-hint`])];
  for (const lang of ['en', 'de']) {
    const texts = new Set([...readFileSync(`static/i18n/admin-${lang}.ftl`, 'utf8').matchAll(/^([a-z0-9-]+) =/gm)].map((m) => m[1]));
    assert.deepEqual(keys.filter((k) => !texts.has(k)), [], lang);
  }
});

test('a narrower selector takes the place of "anyone" where that stood alone', () => {
  assert.deepEqual(withSelector(['*'], ' Partner.Example '), ['partner.example']);
  assert.deepEqual(withSelector(['*'], '*'), ['*']);
  assert.deepEqual(withSelector(['a.example'], '*'), ['a.example', '*']);
  assert.deepEqual(withSelector(['a.example', '*'], 'b.example'), ['a.example', '*', 'b.example'], 'what somebody put together stays');
  assert.deepEqual(withSelector(['a.example'], 'a.example'), ['a.example']);
});
