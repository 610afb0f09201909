// The details panel of a message's security: sentences first, each with what would make it better; acts; technical
// values behind a button. Whatever a certificate says of itself is foreign text.
import type { Message, PathCert, Reason, Security, Signer } from '../api/types.ts';
import { foreign } from '../core/foreign.ts';
import { dayDate, fullDate } from '../core/format.ts';
import { hasText, t } from '../core/i18n.ts';
import { icon } from '../core/icon.ts';
import { html, nothing } from '../core/lit.ts';
import type { TemplateResult } from '../core/lit.ts';
import { betterText, reasonLevel, reasonText, value } from './reasons.ts';

type Mark = 'good' | 'neutral' | 'warning' | 'bad' | 'none';
const GLYPH: Record<Mark, string> = { good: 'circle-check', neutral: 'circle-question-mark', warning: 'triangle-alert', bad: 'circle-x', none: 'info' };

/** What the panel may do; an attached message offers nothing but its text. */
export interface Acts {
  /** Says what was done by itself: the certificate was saved. */
  harvested: string;
  checking: boolean;
  proving: boolean;
  proof: () => void;
  checkAgain: () => void;
  trust: (kind: 'certificate' | 'issuer', s: Signer) => void;
}

function check(mark: Mark, text: unknown): TemplateResult {
  return html`<li class="check-line is-${mark}">${icon(GLYPH[mark], t(`smime-mark-${mark}`))}<span>${text}</span></li>`;
}

const CHAIN: Record<string, Mark> = { trusted: 'good', expired: 'warning', not_yet_valid: 'warning', weak: 'warning', purpose: 'warning', invalid: 'bad' };
const REVOCATION: Record<string, Mark> = { good: 'good', revoked: 'bad' };
const INTEGRITY: Record<string, Mark> = { intact: 'good', altered: 'bad' };

function word(group: string, of: string): string {
  const key = `smime-${group}-${of.replaceAll('_', '-')}`;
  return hasText(key) ? t(key) : foreign(of);
}

function fact(name: string, what: unknown): TemplateResult | typeof nothing {
  return what ? html`<div class="fact"><dt>${name}</dt><dd>${what}</dd></div>` : nothing;
}
const named = (text: string | null): TemplateResult | typeof nothing => (text ? html`<bdi>${foreign(text, 240)}</bdi>` : nothing);
export function fingerprint(f: string): TemplateResult { return html`<span class="mono">${foreign(f, 120).replace(/[^0-9a-fA-F]/g, '').replace(/(.{4})(?=.)/g, '$1 ')}</span>`; }
const span = (from: string, to: string): string => (from && to ? t('smime-fact-valid-span', { from: dayDate(from), to: dayDate(to) }) : '');

/** Codes that already say what one of the lines of a signer says: nothing is told twice. */
const TOLD: [keyof typeof LINES, RegExp][] = [
  ['integrity', /^(?:signature_|signer_certificate_missing)/], ['match', /^(?:address_|resent_by_signer|list_rewrote_from|from_)/],
  ['chain', /^(?:issuer_|chain_|personal_|certificate_(?:expired|not_yet_valid|purpose|weak)|verified_before)/], ['revocation', /^(?:revocation_|certificate_revoked)/],
];
/** What would count for the signer counts for nothing where the signature does not hold: no tick. */
const ifIntact = (s: Signer, mark: Mark): Mark => (mark === 'good' && s.integrity !== 'intact' ? 'none' : mark);
const LINES = {
  integrity: (s: Signer) => check(INTEGRITY[s.integrity] ?? 'neutral', word('integrity', s.integrity)),
  match: (s: Signer) => check(ifIntact(s, s.match === 'yes' ? 'good' : s.match === 'case' ? 'neutral' : 'bad'), word('match', s.match)),
  chain: (s: Signer) => check(ifIntact(s, CHAIN[s.chain] ?? 'neutral'), s.chain === 'trusted' && (s.trusted_by ?? 'none') !== 'none' ? word('trusted-by', s.trusted_by) : word('chain', s.chain)),
  revocation: (s: Signer) => check(ifIntact(s, REVOCATION[s.revocation] ?? 'neutral'), word('revocation', s.revocation)),
};

function pathRow(c: PathCert): TemplateResult {
  return html`<li><div>${named(c.subject)}</div><div class="muted">${t('smime-path-issuer')} ${named(c.issuer)} · ${span(c.not_before, c.not_after)}</div>
    <div class="muted">${t('smime-fact-serial')} <span class="mono">${foreign(c.serial, 80)}</span></div><div class="muted">SHA-256 ${fingerprint(c.fingerprint)}</div></li>`;
}

function revocationFacts(s: Signer): unknown {
  const r = s.revocation_detail;
  if (!r) return nothing;
  const source = r.source === 'ocsp' || r.source === 'crl' ? t(`smime-source-${r.source}`) : '';
  return html`${fact(t('smime-fact-revocation-source'), source || r.url ? html`${source} ${r.url ? html`<span class="mono">${foreign(r.url, 200)}</span>` : nothing}` : '')}
    ${fact(t('smime-fact-this-update'), r.this_update ? fullDate(r.this_update) : '')}${fact(t('smime-fact-next-update'), r.next_update ? fullDate(r.next_update) : '')}
    ${fact(t('smime-fact-revoked-at'), r.revoked_at ? `${fullDate(r.revoked_at)}${r.reason ? ` · ${value(r.reason)}` : ''}` : '')}`;
}

function technical(s: Signer): TemplateResult {
  const path = s.path ?? [];
  return html`<dl class="facts">
      ${fact(t('smime-fact-subject'), named(s.subject))}${fact(t('smime-fact-issuer'), named(s.issuer))}${fact(t('smime-fact-valid'), span(s.not_before, s.not_after))}
      ${fact(t('smime-fact-signed-at'), s.signed_at ? t('smime-fact-claimed', { date: fullDate(s.signed_at) }) : '')}
      ${fact(t('smime-fact-algorithm'), foreign(s.algorithm, 80))}${fact(t('smime-fact-serial'), html`<span class="mono">${foreign(s.serial, 80)}</span>`)}
      ${fact(t('smime-fact-fingerprint'), fingerprint(s.fingerprint))}${revocationFacts(s)}
      ${fact(t('smime-fact-chain'), s.chain !== 'trusted' && s.chain_detail ? html`<span lang="en" class="mono">${foreign(s.chain_detail, 200)}</span>` : '')}
    </dl>${path.length ? html`<h3 class="technical-title">${t('smime-path', { n: path.length })}</h3><ol class="path">${path.map((c) => pathRow(c))}</ol>` : nothing}`;
}

/** Where nobody vouches for the certificate, the reader may; a bad mail is no place to begin trusting. */
function canTrust(s: Signer, all: Security): boolean {
  return all.level !== 'bad' && s.integrity === 'intact' && (s.trusted_by ?? 'none') === 'none' && (s.chain === 'unknown_issuer' || s.chain === 'incomplete');
}
/** The certificate of the authority that issued the signer's, if the message brought it. */
export function issuerOf(s: Signer): PathCert | null { return (s.path ?? [])[1] ?? null; }

function signer(s: Signer, all: Security, acts: Acts | null): TemplateResult {
  const single = all.signature?.signers.length === 1;
  const told = (line: string): boolean => single && TOLD.some(([name, codes]) => name === line && all.reasons.some((r) => codes.test(r.code)));
  const lines = (Object.keys(LINES) as (keyof typeof LINES)[]).filter((l) => !told(l));
  const trust = acts && canTrust(s, all) && s.match !== 'no' && s.address;
  const der = (c: PathCert | null | undefined): boolean => !!c?.der;
  return html`<section class="signer">
    <h2 class="signer-name">${icon('seal-plain')}<bdi>${foreign(s.address, 120) || foreign(s.subject, 120)}</bdi></h2>
    ${lines.length ? html`<ul class="checks">${lines.map((l) => LINES[l](s))}</ul>` : nothing}
    ${trust && (der(s.path?.[0]) || der(issuerOf(s))) ? html`<div class="notice-actions">
      ${der(s.path[0]) ? html`<button type="button" class="button button-small" data-act="trust-certificate" @click=${() => acts.trust('certificate', s)}>${icon('seal-plain')}${t('trust-certificate', { address: foreign(s.address, 120) })}</button>` : nothing}
      ${der(issuerOf(s)) ? html`<button type="button" class="button button-small" data-act="trust-issuer" @click=${() => acts.trust('issuer', s)}>${icon('shield')}${t('trust-issuer')}</button>` : nothing}</div>` : nothing}
  </section>`;
}

function reason(r: Reason): TemplateResult {
  const level = reasonLevel(r);
  const better = betterText(r);
  return html`<li class="check-line is-${level}" data-code=${r.code}>${icon(GLYPH[level], t(`smime-mark-${level}`))}<span><span class="reason-text">${reasonText(r)}</span>
    ${better ? html`<span class="reason-better">${better}</span>` : nothing}</span></li>`;
}

/** Who signed comes first; what is only worth knowing comes last. */
export function inOrder(reasons: readonly Reason[]): Reason[] {
  const rank: Record<Mark, number> = { bad: 0, warning: 1, good: 2, neutral: 3, none: 4 };
  return [...reasons].sort((a, b) => rank[reasonLevel(a)] - rank[reasonLevel(b)]);
}

export function securityDetails(m: Message, acts: Acts | null): TemplateResult {
  const s = m.security!;
  const unknown = s.reasons.some((r) => /^revocation_(?:not_checked|unknown|required)$/.test(r.code));
  return html`<div class="security-details">
    <ul class="reasons">${inOrder(s.reasons).map(reason)}</ul>
    ${acts?.harvested ? html`<p class="harvested">${icon('circle-check')}${acts.harvested}</p>` : nothing}
    ${s.signature ? s.signature.signers.map((x) => signer(x, s, acts)) : nothing}
    ${s.encryption ? html`<section class="signer"><h2 class="signer-name">${icon('lock')}${t('smime-encryption')}</h2><dl class="facts">
      ${s.encryption.layers.map((l) => fact(t('smime-layer', { n: l.layer + 1 }), html`${foreign(l.cipher, 60)} · ${t(l.authenticated ? 'smime-authenticated' : 'smime-not-authenticated')} · ${t('smime-recipients', { n: l.recipients })}`))}
      ${m.headers.protected ? fact(t('smime-headers'), t('smime-headers-protected')) : nothing}</dl></section>` : nothing}
    ${acts ? html`<div class="notice-actions details-acts">
      ${unknown && !s.job ? html`<button type="button" class="button button-small" data-act="check" ?disabled=${acts.checking} @click=${acts.checkAgain}>${icon('refresh-cw', undefined, acts.checking ? 'spin' : '')}${t('smime-check-again')}</button>` : nothing}
      ${s.signature || s.encryption ? html`<button type="button" class="button button-small" data-act="proof" ?disabled=${acts.proving} @click=${acts.proof}>${icon('download')}${t('smime-proof')}</button>` : nothing}</div>` : nothing}
    ${s.signature?.signers.length ? html`<details class="technical"><summary>${t('smime-technical')}</summary>
      ${s.signature.signers.map((x) => technical(x))}
    </details>` : nothing}
  </div>`;
}
