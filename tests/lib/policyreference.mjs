// The rules, once more: a plain, slow evaluator written from the text of the semantics alone, by another hand than
// policy/, to be compared with it on examples that nobody has written down. It reads what the examples' format allows
// and checks none of it.
const domainOf = (a) => a.slice(a.lastIndexOf('@') + 1);
const clone = (x) => structuredClone(x);
const USABLE = ['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384'];
const CIPHERS = /^(?:aes-(?:128|192|256)-(?:gcm|cbc)|3des|des-ede3-cbc)$/;
const BUILT_IN = { sign: 'on', encrypt: 'off', decrypt: 'on', validate: 'on', on_partial: 'split' };
const OUTBOUND = { not_defined: ['inherit', 'inherit'], none: ['off', 'off'], sign_only: ['on', 'off'], optional: ['on', 'on'], enforce: ['require', 'require'] };
const INBOUND = { not_defined: 'inherit', do_not_decrypt: 'off', optional: 'on', always: 'always', force: 'force' };
const RELEVANT = { outbound: ['sign', 'encrypt'], inbound: ['decrypt', 'validate'], internal: ['sign', 'encrypt', 'decrypt', 'validate'] };
const SHOWN = { outbound: ['sign', 'encrypt', 'on_partial'], inbound: ['decrypt', 'validate'], internal: ['sign', 'encrypt', 'decrypt', 'validate', 'on_partial'] };

// --- section 1: rules as they count, and operations on them ---------------------------------------------------------
function field(rule, name) {
  if (rule[name] !== undefined) return rule[name];
  if ((name === 'sign' || name === 'encrypt') && rule.outbound) return OUTBOUND[rule.outbound][name === 'sign' ? 0 : 1];
  if (name === 'decrypt' && rule.inbound) return INBOUND[rule.inbound];
  return 'inherit';
}
function operate(rules, ops) {
  for (const o of ops) {
    const at = rules.find((r) => r.id === (o.id ?? o.rule?.id));
    if (o.op === 'create') {
      const rule = { ...clone(o.rule), created: Math.max(0, ...rules.map((r) => r.created ?? 0)) + 1 };
      if (rule.priority === undefined) { for (const r of rules) r.priority++; rule.priority = 1; }
      rules.push(rule);
    } else if (o.op === 'move' && o.priority === 'top') { for (const r of rules) r.priority++; at.priority = 1; }
    else if (o.op === 'move') at.priority = o.priority;
    else if (o.op === 'delete') rules.splice(rules.indexOf(at), 1);
    else if (o.op === 'enable') at.enabled = o.value;
  }
}
function entries(org, name) { return (org.datasets?.[name] ?? []).map((x) => x.toLowerCase()); }
function inDataset(org, name, address) { return entries(org, name).some((x) => x === address || (!x.includes('@') && x === domainOf(address))); }

/** [class, dots] of a selector, or null. */
function selects(org, selector, address) {
  const s = selector.toLowerCase(), d = domainOf(address), managed = org.domains.includes(d);
  if (s === '*') return [0, 0];
  if (s === '@external') return managed ? null : [1, 0];
  if (s === '@managed') return managed ? [3, 0] : null;
  if (s.startsWith('*.')) return d.endsWith(s.slice(1)) ? [2, s.split('.').length - 1] : null;
  if (s.startsWith('dataset:')) return inDataset(org, selector.slice(8), address) ? [4, 0] : null;
  if (s.includes('@')) return s === address ? [5, 0] : null;
  return s === d ? [3, 0] : null;
}
const best = (org, selectors, address) => selectors.map((s) => selects(org, s, address)).filter(Boolean).sort((a, b) => b[0] - a[0] || b[1] - a[1])[0] ?? null;

function holds(org, f, m, recipient) {
  if (!f) return true;
  if (f.all) return f.all.every((x) => holds(org, x, m, recipient));
  if (f.any) return f.any.some((x) => holds(org, x, m, recipient));
  if (f.not) return !holds(org, f.not, m, recipient);
  const header = f.field.startsWith('header:') ? Object.entries(m.headers ?? {}).find(([k]) => k.toLowerCase() === f.field.slice(7).toLowerCase())?.[1] ?? '' : null;
  const value = header ?? { subject: m.subject ?? '', size: m.size ?? 0, has_attachment: m.has_attachment ?? false, from: m.from, to: recipient }[f.field];
  const text = (x) => String(x).toLowerCase();
  switch (f.op) {
    case 'equals': return text(value) === text(f.value);
    case 'contains': return text(value).includes(text(f.value));
    case 'gt': return value > f.value;
    case 'lt': return value < f.value;
    case 'in_dataset': return inDataset(org, f.value, text(value));
    case 'contains_word_of': return text(value).split(/[^\p{L}\p{N}_]+/u).some((w) => entries(org, f.value).includes(w));
  }
  throw new Error(f.op);
}

// --- section 2, steps 4 to 7: the rule and the levels ---------------------------------------------------------------
function matching(org, rule, pass, m, from, to) {
  if (rule.enabled === false) return 'disabled';
  const ways = [[from, to, true], ...(rule.bidirectional ? [[to, from, false]] : [])].map(([a, b, forward]) => {
    const f = best(org, rule.from, a), t = best(org, rule.to, b);
    if (!f || !t) return null;
    const excluded = best(org, rule.exclude_from ?? [], a) || best(org, rule.exclude_to ?? [], b);
    const ofRecipient = forward ? t : f, ofSender = forward ? f : t;
    return { excluded: !!excluded, order: [f[0] + t[0], rule.filter ? 1 : 0, (pass === 'inbound' ? ofSender : ofRecipient)[0], f[1] + t[1]] };
  }).filter(Boolean);
  if (!ways.length) return 'no_match';
  const open = ways.filter((w) => !w.excluded);
  if (!open.length) return 'excluded';
  if (!holds(org, rule.filter, m, to)) return 'filter_false';
  if (RELEVANT[pass].every((x) => field(rule, x) === 'inherit')) return 'transparent';
  return open.map((w) => w.order).sort(larger)[0];
}
function larger(a, b) { for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return b[i] - a[i]; return 0; }

function levels(org, pass, m, from, to) {
  const trace = {}, found = [];
  for (const rule of org.rules) {
    const r = matching(org, rule, pass, m, from, to);
    if (typeof r === 'string') trace[rule.id] = r; else found.push({ rule, order: r });
  }
  found.sort((a, b) => a.rule.priority - b.rule.priority || larger(a.order, b.order) || (b.rule.created ?? 0) - (a.rule.created ?? 0) || (a.rule.id < b.rule.id ? -1 : 1));
  const effective = {}, by = {};
  for (const x of SHOWN[pass]) {
    const giver = found.find((f) => field(f.rule, x) !== 'inherit');
    effective[x] = giver ? field(giver.rule, x) : (org.defaults?.[x] ?? 'inherit');
    by[x] = giver ? giver.rule.id : 'default';
    if (effective[x] === 'inherit') effective[x] = BUILT_IN[x];
  }
  found.forEach(({ rule }, i) => { trace[rule.id] = i === 0 ? 'selected' : Object.values(by).includes(rule.id) ? 'inherited_from' : 'outranked'; });
  return { rule: found[0]?.rule.id ?? null, effective, from_rule: by, trace };
}
function wishes(p, user) {
  const declined = {};
  for (const x of ['sign', 'encrypt']) {
    if (user[x] === true) {
      if (p.effective[x] !== 'require') { p.effective[x] = 'require'; p.from_rule[x] = 'user'; }
      if (x === 'encrypt' && p.effective.on_partial !== 'all_or_none') { p.effective.on_partial = 'all_or_none'; p.from_rule.on_partial = 'user'; }
    } else if (user[x] === false && p.effective[x] === 'on') { p.effective[x] = 'off'; p.from_rule[x] = 'user'; declined[x] = true; }
  }
  return declined;
}

// --- step 8: the actions --------------------------------------------------------------------------------------------
const licence = (org, address) => org.accounts.find((a) => a.address.toLowerCase() === address)?.licence;
const ofAddress = (org, address, usage) => (org.certs ?? []).filter((c) => c.address.toLowerCase() === address && c.usage.includes(usage));
const seq = (c) => c.seq ?? 0;
const first = (certs) => [...certs].sort((a, b) => (b.primary === true) - (a.primary === true) || seq(b) - seq(a))[0];
function fault(c) {
  if (['revoked', 'expired', 'not_yet_valid'].includes(c.status)) return `cert_${c.status}`;
  if (c.trust === 'untrusted') return 'cert_untrusted';
  return USABLE.includes(c.alg ?? 'rsa2048') ? null : 'alg_unsupported';
}
function senderFault(org, from) {
  if (org.smime === 'lapsed') return 'feature_lapsed';
  const state = licence(org, from);
  return state === undefined ? 'no_account' : state === 'active' ? null : `licence_${state}`;
}
function sign(org, level, declined, copy, from) {
  if (level === 'off') return { result: 'none', reason: declined ? 'user_declined' : 'off' };
  if (copy.encrypted) return { result: 'satisfied', reason: 'already_encrypted' };
  if (copy.signed) return { result: 'satisfied', reason: 'already_signed' };
  const unavailable = (reason) => ({ result: 'unavailable', reason });
  const why = senderFault(org, from);
  if (why) return unavailable(why);
  const all = ofAddress(org, from, 'sign');
  if (!all.length) return unavailable('no_certificate');
  const c = first(all.filter((x) => x.primary));
  if (!c) return unavailable('not_primary');
  if (fault(c)) return unavailable(fault(c));
  if (c.key === 'user') return unavailable('key_user_held');
  if (c.key !== 'gateway') return unavailable('no_key');
  return { result: 'done', reason: 'ok', cert: c.id };
}
function encrypt(org, level, declined, copy, from, to, state) {
  if (level === 'off') return { result: 'none', reason: declined ? 'user_declined' : 'off' };
  const all = ofAddress(org, to, 'encrypt'), unavailable = (reason) => ({ result: 'unavailable', reason });
  if (copy.encrypted) return all.length && !all.some((c) => copy.encrypted.for.includes(c.id)) ? unavailable('not_for_recipient') : { result: 'satisfied', reason: 'already_encrypted' };
  const why = senderFault(org, from);
  if (why) return unavailable(why);
  if (!all.length) return unavailable('no_certificate');
  const theirs = org.domains.includes(domainOf(to)) ? licence(org, to) : undefined;
  if (theirs === 'revoke_pending' || theirs === 'inactive') return unavailable(`recipient_${theirs}`);
  const usable = all.filter((c) => !fault(c));
  if (!usable.length) return unavailable(fault(first(all)));
  const c = first(usable), unknown = c.status === 'unknown' || state.revocation === 'down';
  if (unknown && level === 'require') return { result: 'deferred', reason: 'revocation_unknown' };
  return { result: 'done', reason: unknown ? 'revocation_unknown' : 'ok', cert: c.id };
}
function decrypt(org, level, copy, to, exempt) {
  const hard = level === 'always' || level === 'force';
  if (level === 'off') return { result: 'none', reason: 'off' };
  if (!copy.encrypted) {
    if (level !== 'force') return { result: 'none', reason: 'not_encrypted' };
    return exempt ? { result: 'none', reason: 'null_sender_exempt' } : { result: 'refused', reason: 'not_encrypted', fails: '5.7.1' };
  }
  if (copy.samePass) return { result: 'none', reason: 'same_pass' };
  const unavailable = (reason, status = '5.7.5') => ({ result: 'unavailable', reason, ...(hard ? { fails: status } : {}) });
  if (org.smime === 'lapsed') return unavailable('feature_lapsed');
  const state = licence(org, to);
  if (state === undefined) return unavailable('no_account');
  if (state === 'inactive') return unavailable('licence_inactive');
  const mine = (org.certs ?? []).filter((c) => c.address.toLowerCase() === to && copy.encrypted.for.includes(c.id));
  if (!mine.some((c) => c.key === 'gateway')) return unavailable(mine.some((c) => c.key === 'user') ? 'key_user_held' : 'no_key');
  if (!CIPHERS.test(copy.encrypted.cipher)) return unavailable('cipher_refused', '5.7.6');
  if (copy.encrypted.integrity === 'tampered') return unavailable('tampered', '5.7.7');
  return { result: 'done', reason: 'ok' };
}
function validate(level, copy, exempt) {
  if (level === 'off') return { result: 'none', reason: 'off' };
  const found = copy.encrypted && !copy.samePass ? 'opaque' : copy.signed?.result ?? 'unsigned';
  if (level === 'on' || found === 'valid') return { result: 'reported', reason: found };
  if (found === 'unsigned' && exempt) return { result: 'none', reason: 'null_sender_exempt' };
  return { result: 'refused', reason: found, fails: { unsigned: '5.7.1', corrupt: '5.7.7' }[found] ?? '5.7.5' };
}

// --- steps 1 to 3: one recipient ------------------------------------------------------------------------------------
const plain = ({ fails, ...action }) => action;
function outgoing(org, p, user, copy, from, to, state, actions) {
  const declined = wishes(p, user), { effective } = p;
  const s = sign(org, effective.sign, declined.sign, copy, from), e = encrypt(org, effective.encrypt, declined.encrypt, copy, from, to, state);
  Object.assign(actions, { sign: s, encrypt: e });
  if (e.result === 'done') copy.encrypted = { for: [e.cert], cipher: 'aes-256-gcm', integrity: 'ok', inner: s.result === 'done' ? { result: 'valid' } : copy.signed };
  if (s.result === 'done') copy.signed = { result: 'valid' };
  if (e.result === 'done') copy.fresh = true;
  const bad = (level, a) => level === 'require' && a.result === 'unavailable';
  const code = (a) => (a.reason === 'alg_unsupported' ? '5.7.6' : '5.7.3');
  if (bad(effective.encrypt, e)) return { outcome: 'reject', status: code(e) };
  if (e.result === 'deferred') return bad(effective.sign, s) ? { outcome: 'reject', status: code(s) } : { outcome: 'defer', status: '4.7.5' };
  if (bad(effective.sign, s)) return { outcome: 'reject', status: code(s) };
  return null;
}
function incoming(org, effective, copy, to, exempt, actions) {
  const d = decrypt(org, effective.decrypt, copy, to, exempt);
  actions.decrypt = plain(d);
  if (d.fails) return { outcome: 'reject', status: d.fails };
  if (d.result === 'done') { copy.signed = copy.encrypted.inner ?? copy.encrypted.inner_signed ?? null; copy.encrypted = null; }
  const v = validate(effective.validate, copy, exempt);
  actions.validate = plain(v);
  return v.fails ? { outcome: 'reject', status: v.fails } : null;
}
function one(orgs, m, user, from, to, state, subject) {
  const owner = (a) => orgs.find((o) => o.domains.includes(domainOf(a)));
  const mine = m.authenticated ? owner(from) : undefined, theirs = owner(to);
  const passes = !mine && !theirs ? [] : mine === theirs ? [[mine, 'internal']] : [...(mine ? [[mine, 'outbound']] : []), ...(theirs ? [[theirs, 'inbound']] : [])];
  const r = { direction: passes.map((p) => p[1]).join('+') || 'relay', passes: [] };
  const copy = { signed: m.signed ?? null, encrypted: m.encrypted ?? null };
  const exempt = m.mail_from === '' && /^multipart\/report\s*(?:;|$)/i.test(m.content_type ?? '');
  const end = (x) => { Object.assign(r, x); return r; };
  for (const [org, pass] of passes) {
    const p = { org: org.id, pass, rule: null };
    r.passes.push(p);
    if (org.smime === 'disabled') { p.note = 'feature_disabled'; continue; }
    if (state.rules_store === 'down') { p.note = 'rules_unavailable'; return end({ outcome: 'defer', status: '4.3.0' }); }
    // an organisation that receives sees the mail as the first pass left it, its subject without the triggers
    Object.assign(p, levels(org, pass, pass === 'inbound' ? { ...m, subject } : m, from, to), { actions: {} });
    copy.samePass = false;
    if (pass !== 'inbound') {
      const failed = outgoing(org, p, user(org), copy, from, to, state, p.actions);
      r.leaves = { signed: !m.encrypted && !!(p.actions.sign.result === 'done' || p.actions.sign.result === 'satisfied' || m.signed), encrypted: !!copy.encrypted, fresh: !!copy.fresh };
      if (failed) { r.own = p.effective.on_partial; return end(failed); }
      copy.samePass = pass === 'internal' && copy.fresh;
    }
    if (pass !== 'outbound') {
      const failed = incoming(org, p.effective, copy, to, exempt, p.actions);
      if (failed) return end(failed);
    }
  }
  end({ outcome: 'deliver', status: '2.0.0' });
  if (theirs && theirs.smime !== 'disabled') r.stored = copy.encrypted ? 'encrypted' : 'plain';
  return r;
}

// --- the whole message, steps 9 and 10 ------------------------------------------------------------------------------
export function decide(example) {
  const orgs = clone(example.orgs), m = clone(example.message), state = example.state ?? {};
  const priorities = {};
  for (const o of orgs) {
    o.domains = o.domains.map((d) => d.toLowerCase());
    o.rules ??= [];
    o.accounts ??= [];
    if (o.ops) { operate(o.rules, o.ops); priorities[o.id] = Object.fromEntries(o.rules.map((r) => [r.id, r.priority])); }
  }
  const from = m.from.toLowerCase(), blind = new Set(), all = [];
  for (const [field, list] of [['to', m.to], ['cc', m.cc], ['bcc', m.bcc]])
    for (const a of list ?? []) { const x = a.toLowerCase(); if (!all.includes(x)) { all.push(x); if (field === 'bcc') blind.add(x); } }
  const out = { recipients: {}, copies: [], notify: [] };
  const sending = m.authenticated ? orgs.find((o) => o.domains.includes(domainOf(from))) : undefined;
  const triggered = {};
  if (sending && sending.smime !== 'disabled' && state.rules_store !== 'down') {
    let subject = m.subject ?? '';
    for (const x of ['encrypt', 'sign']) {
      const t = sending.triggers?.[x];
      if (!t || !(m.subject ?? '').toLowerCase().includes(t.toLowerCase())) continue;
      triggered[x] = true;
      for (let at; (at = subject.toLowerCase().indexOf(t.toLowerCase())) >= 0;) subject = subject.slice(0, at) + subject.slice(at + t.length);
    }
    if (Object.keys(triggered).length) out.subject = subject.replace(/\s+/g, ' ').trim();
  }
  const user = () => ({ ...(m.user ?? {}), ...triggered });
  const rs = all.map((a) => [a, one(orgs, m, user, from, a, state, out.subject ?? m.subject)]);
  const bound = rs.filter(([, r]) => r.own === 'all_or_none');
  const held = (r, x) => { if (r.outcome !== x.outcome || x.only !== true) Object.assign(r, { outcome: x.outcome, status: x.status, held: true }); delete r.stored; };
  const rejecting = bound.find(([, r]) => r.outcome === 'reject'), waiting = bound.find(([, r]) => r.outcome === 'defer');
  if (rejecting) { for (const [, r] of rs) if (r.outcome !== 'reject') held(r, { outcome: 'reject', status: '5.7.3' }); }
  else if (waiting) { for (const [, r] of rs) if (r.outcome === 'deliver') held(r, { outcome: 'defer', status: waiting[1].status }); }
  const rejected = rs.filter(([, r]) => r.outcome === 'reject');
  if (rejected.length && rejected.length === rs.length) {
    out.notify.push({ kind: 'smtp_reject', recipients: all, status: (rejected.find(([, r]) => !r.held) ?? rejected[0])[1].status });
  } else {
    const nobody = m.mail_from === '' || (!m.authenticated && m.auth === 'fail');
    for (const [a, r] of rejected) {
      if (nobody) { r.outcome = 'quarantine'; out.notify.push({ kind: 'quarantine', recipients: [a], status: r.status }); }
      else out.notify.push({ kind: 'dsn', recipients: [a], status: r.status, to: m.mail_from });
    }
  }
  for (const [a, r] of rs) if (r.outcome === 'defer') {
    const same = out.notify.find((n) => n.kind === 'defer' && n.status === r.status);
    if (same) same.recipients.push(a); else out.notify.push({ kind: 'defer', recipients: [a], status: r.status });
  }
  if (sending && sending.smime !== 'disabled') for (const [a, r] of rs) if (r.outcome === 'deliver' && r.leaves) {
    const { signed, encrypted, fresh } = r.leaves, alone = blind.has(a) && fresh;
    const same = alone ? undefined : out.copies.find((c) => !c.alone && c.signed === signed && c.encrypted === encrypted);
    if (same) same.recipients.push(a); else out.copies.push({ recipients: [a], signed, encrypted, ...(alone ? { alone } : {}) });
  }
  for (const c of out.copies) delete c.alone;
  for (const [a, { leaves, own, ...r }] of rs) out.recipients[a] = r;
  if (Object.keys(priorities).length) out.priorities = priorities;
  return out;
}

const order = (x) => JSON.stringify(x, (_, v) => (v && typeof v === 'object' && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v));
/** A decision as text in which two that are equal are equal: copies, notify and the recipients in them are sets. */
export function normal(decision) {
  const d = clone(decision);
  for (const k of ['copies', 'notify']) d[k] = (d[k] ?? []).map((x) => ({ ...x, recipients: [...x.recipients].sort() })).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return order(d);
}
