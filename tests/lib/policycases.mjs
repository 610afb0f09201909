// Random examples of policy decisions: few names, so that rules meet; every field, level and state of the format; nothing
// whose order the text leaves open (two primaries, two certificates of one age).
/** n examples; the same seed gives the same ones. */
export function cases(seed, n) {
  const rnd = () => { seed = (seed + 0x6d2b79f5) | 0; let t = Math.imul(seed ^ (seed >>> 15), 1 | seed); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32; };
  const pick = (a) => a[Math.floor(rnd() * a.length)];
  const chance = (p) => rnd() < p;
  const some = (a, max, min = 1) => { const k = min + Math.floor(rnd() * (max - min + 1)); return Array.from({ length: k }, () => pick(a)); };
  const uniq = (a) => [...new Set(a)];
  const addresses = ['ann@acme.example', 'ben@acme.example', 'Cid@Sub.acme.example', 'zoe@zeta.example', 'yan@zeta.example', 'pat@partner.example', 'quin@deep.partner.example', 'xena@other.example'];
  const selectors = [...addresses, 'acme.example', 'partner.example', 'zeta.example', 'other.example', '*.acme.example', '*.partner.example', '*.example', '*', '*', '*', '@managed', '@external', 'dataset:vip', 'dataset:doms', 'dataset:gone', 'PARTNER.example'];
  // all of these meet: order, orientation and inheritance decide
  const wide = ['*', '*', '@managed', '@external', '*.example', '*.partner.example', '*.deep.partner.example', '*.acme.example', 'acme.example', 'partner.example', 'dataset:vip', 'dataset:doms', ...addresses.slice(0, 3), 'quin@deep.partner.example'];
  const levels = { sign: ['inherit', 'off', 'on', 'require'], encrypt: ['inherit', 'off', 'on', 'require'], decrypt: ['inherit', 'off', 'on', 'always', 'force'], validate: ['inherit', 'off', 'on', 'require'], on_partial: ['inherit', 'split', 'all_or_none'] };
  function filter(d = 0) {
    if (d < 2 && chance(0.3)) return pick([() => ({ all: [filter(d + 1), filter(d + 1)] }), () => ({ any: [filter(d + 1), filter(d + 1)] }), () => ({ not: filter(d + 1) })])();
    return pick([{ field: 'subject', op: 'contains', value: 'INVOICE' }, { field: 'subject', op: 'equals', value: 'hello' }, { field: 'size', op: 'gt', value: 1000 }, { field: 'size', op: 'lt', value: 1000 }, { field: 'has_attachment', op: 'equals', value: true },
      { field: 'has_attachment', op: 'equals', value: false }, { field: 'from', op: 'in_dataset', value: 'doms' }, { field: 'to', op: 'in_dataset', value: 'vip' }, { field: 'header:x-class', op: 'equals', value: 'Secret' }, { field: 'header:X-Class', op: 'contains', value: 'cre' },
      { field: 'subject', op: 'contains_word_of', value: 'words' }, { field: 'to', op: 'equals', value: 'pat@partner.example' }, { field: 'from', op: 'contains', value: 'acme' }, { field: 'header:x-none', op: 'equals', value: '' },
      { field: 'subject', op: 'contains', value: '[ENCRYPT]' }, { field: 'subject', op: 'equals', value: 'invoice' }, { field: 'header:X-Class', op: 'contains_word_of', value: 'words' }, { field: 'to', op: 'in_dataset', value: 'gone' }, { all: [] }, { any: [] }]);
  }
  function wideRule(id) {
    const r = { id, priority: 1 + Math.floor(rnd() * 2), created: Math.floor(rnd() * 3), from: uniq(some(wide, 5)), to: uniq(some(wide, 5)), bidirectional: chance(0.5) };
    if (chance(0.3)) r.exclude_from = some(wide.slice(2), 1);
    if (chance(0.3)) r.exclude_to = some(wide.slice(2), 1);
    if (chance(0.4)) r.filter = chance(0.7) ? { all: [] } : filter();
    for (const f of some(Object.keys(levels), 2)) r[f] = pick(levels[f]);
    return r;
  }
  function rule(id) {
    const r = { id, priority: 1 + Math.floor(rnd() * 3), created: Math.floor(rnd() * 4), from: uniq(some(selectors, 2)), to: uniq(some(selectors, 2)) };
    if (chance(0.1)) r.enabled = chance(0.3);
    if (chance(0.25)) r.bidirectional = chance(0.9);
    if (chance(0.15)) r.exclude_from = some(selectors, 1);
    if (chance(0.15)) r.exclude_to = some(selectors, 1);
    if (chance(0.25)) r.filter = filter();
    if (chance(0.4)) r.outbound = pick(['not_defined', 'none', 'sign_only', 'optional', 'enforce']);
    if (chance(0.4)) r.inbound = pick(['not_defined', 'do_not_decrypt', 'optional', 'always', 'force']);
    for (const f of Object.keys(levels)) if (chance(0.3)) r[f] = pick(levels[f]);
    return r;
  }
  function cert(id, address, gw) {
    return { id, address: chance(0.1) ? address.toUpperCase() : address, usage: pick([['sign', 'encrypt'], ['sign', 'encrypt'], ['sign', 'encrypt'], ['sign'], ['encrypt']]), key: gw ? pick(['gateway', 'gateway', 'gateway', 'user', 'none']) : 'none', ...(chance(0.7) ? { primary: chance(0.85) } : {}),
      ...(chance(0.5) ? { seq: Math.floor(rnd() * 1000) } : {}), ...(chance(0.35) ? { status: pick(['good', 'expired', 'revoked', 'not_yet_valid', 'unknown', 'unknown']) } : {}), ...(chance(0.25) ? { trust: pick(['trusted', 'pinned', 'untrusted']) } : {}),
      ...(chance(0.25) ? { alg: pick(['rsa2048', 'rsa3072', 'rsa4096', 'p256', 'p384', 'rsa1024', 'p521', 'ed25519']) } : {}) };
  }
  let serial = 0;
  function org(id, domains) {
    const mine = addresses.filter((a) => domains.includes(a.split('@')[1].toLowerCase()));
    const o = { id, domains, smime: pick(['enabled', 'enabled', 'enabled', 'enabled', 'enabled', 'lapsed', 'disabled']), accounts: [], certs: [], rules: [] };
    for (const a of mine) {
      if (chance(0.9)) o.accounts.push({ address: chance(0.1) ? a.toUpperCase() : a, licence: pick(['active', 'active', 'active', 'active', 'revoke_pending', 'inactive']) });
      if (chance(0.85)) o.certs.push(cert(`k-${a.split('@')[0].toLowerCase()}`, a, true));
      // seq and primary must decide: at most one primary of an address, no two of one seq
      if (chance(0.3)) o.certs.push({ ...cert(`k2-${a.split('@')[0].toLowerCase()}`, a, true), primary: false, seq: 1000 + serial++ });
    }
    for (const a of addresses) if (!mine.includes(a) && chance(0.6)) o.certs.push(cert(chance(0.5) ? `k-${a.split('@')[0].toLowerCase()}` : `c-${id}-${a.split('@')[0].toLowerCase()}`, a, false));
    const k = Math.floor(rnd() * 6);
    const make = chance(0.25) ? wideRule : rule;
    for (let i = 0; i < k; i++) o.rules.push(make(`R${i}`));
    if (chance(0.3)) { o.defaults = {}; for (const f of Object.keys(levels)) if (chance(0.4)) o.defaults[f] = pick(levels[f].filter((x) => x !== 'inherit')); }
    if (chance(0.3)) o.triggers = { ...(chance(0.7) ? { encrypt: '[Encrypt]' } : {}), ...(chance(0.5) ? { sign: '#sign' } : {}) };
    o.datasets = { vip: some(addresses, 2), doms: some(['partner.example', 'acme.example', 'other.example', 'zoe@zeta.example'], 2), words: ['invoice', 'Secret'] };
    if (chance(0.15)) {
      o.ops = [];
      let ids = o.rules.map((r) => r.id);
      for (let i = 0; i < 3; i++) {
        const what = pick(['create', 'create', 'move', 'delete', 'enable']);
        if (what === 'create') { const r = rule(`N${i}`); delete r.created; if (chance(0.5)) delete r.priority; o.ops.push({ op: 'create', rule: r }); ids.push(r.id); }
        else if (ids.length) { const id2 = pick(ids);
          if (what === 'move') o.ops.push({ op: 'move', id: id2, priority: chance(0.4) ? 'top' : 1 + Math.floor(rnd() * 4) });
          if (what === 'delete') { o.ops.push({ op: 'delete', id: id2 }); ids = ids.filter((x) => x !== id2); }
          if (what === 'enable') o.ops.push({ op: 'enable', id: id2, value: chance(0.5) }); }
      }
      if (!o.ops.length) delete o.ops;
    }
    return o;
  }
  function example(i) {
    const orgs = [org('acme', ['acme.example', 'sub.acme.example'])];
    if (chance(0.5)) orgs.push(org('zeta', ['zeta.example']));
    const authenticated = chance(0.65), from = pick(authenticated ? [...addresses.slice(0, 5), ...addresses.slice(0, 3), 'pat@partner.example'] : addresses);
    const m = { authenticated, mail_from: chance(0.1) ? '' : from.toLowerCase(), from, to: some(addresses, 3), subject: pick(['Hello', 'Invoice 7', 'An invoice, paid', '[encrypt] Invoice', 'Plan #SIGN and [ENCRYPT]  now', 'secretly', 'very Secret']) };
    if (chance(0.3)) m.cc = some(addresses, 2);
    if (chance(0.3)) m.bcc = some(addresses, 2);
    if (!authenticated) m.auth = pick(['pass', 'fail']);
    if (chance(0.3)) m.size = pick([10, 1000, 5000]);
    if (chance(0.3)) m.has_attachment = chance(0.5);
    if (chance(0.3)) m.headers = { 'X-CLASS': pick(['secret', 'open']) };
    if (chance(0.1)) m.content_type = pick(['multipart/report; report-type=delivery-status', 'text/plain', 'multipart/reporting', 'Multipart/Report;report-type=x']);
    if (authenticated && chance(0.3)) m.user = { ...(chance(0.6) ? { sign: chance(0.5) } : {}), ...(chance(0.6) ? { encrypt: chance(0.5) } : {}) };
    if (chance(0.3)) m.signed = { result: pick(['valid', 'valid', 'corrupt', 'untrusted', 'expired', 'revoked', 'mismatch']) };
    if (chance(m.signed ? 0.1 : 0.4)) m.encrypted = { for: uniq(some(orgs.flatMap((o) => o.certs.map((c) => c.id)).concat('k-else'), 3)), cipher: pick(['aes-256-gcm', 'aes-256-gcm', 'aes-128-cbc', 'aes-256-cbc', 'rc2-128-cbc', 'des-cbc']), integrity: pick(['ok', 'ok', 'ok', 'tampered']), ...(chance(0.5) ? { inner_signed: { result: pick(['valid', 'corrupt', 'mismatch']) } } : {}) };
    const e = { id: `X${i}`, title: 'x', covers: [], orgs, message: m };
    if (chance(0.12)) e.state = pick([{ rules_store: 'down' }, { revocation: 'down' }, { revocation: 'down' }]);
    return e;
  }
  return Array.from({ length: n }, (_, i) => example(i));
}
