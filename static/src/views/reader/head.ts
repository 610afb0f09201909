// The head of a message: who, to whom, when, what to beware of, and the header lines a person asks for.
import type { Address, Message, MessageRef } from '../../api/types.ts';
import { fileSize, fullDate, initials, nameOf, tintOf } from '../../core/format.ts';
import { icon } from '../../core/icon.ts';
import { t } from '../../core/i18n.ts';
import { go, pathOf } from '../../core/router.ts';
import { css, html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import { items } from '../../store/reader.ts';
import { hasKeys, me, smimeOn } from '../../store/session.ts';
import { known, sameName } from './people.ts';

/** Face, name (opens the card) and, whatever the name says, the address. */
export function sender(from: Address | undefined, ref: MessageRef): TemplateResult {
  const name = nameOf(from);
  const open = (e: Event): void => {
    const button = e.currentTarget as HTMLElement;
    void import('./sender.ts').then((m) => { if (from) m.openSender(button, from, ref); });
  };
  return html`<span class="avatar tint-${tintOf(from)}" aria-hidden="true">${initials(from)}</span>
    <div class="message-from">${from ? html`<button type="button" class="message-name" aria-haspopup="dialog" @click=${open}><bdi>${name}</bdi></button>` : html`<strong>${name}</strong>`}${from && name !== from.address ? html` <bdi class="muted message-address">${from.address}</bdi>` : nothing}</div>`;
}

function warning(text: string): TemplateResult { return html`<div class="notice is-warning">${icon('triangle-alert')}<div class="notice-text">${text}</div></div>`; }

/** What the writer wanted of the reader. Words only: nothing is answered by itself. */
export function wanted(m: Message): TemplateResult | typeof nothing {
  const { priority, receipt_wanted } = m.headers;
  const mark = priority === 'high' || priority === 'low';
  if (!mark && receipt_wanted !== true) return nothing;
  return html`<p class="message-wanted muted">${mark ? html`<span data-priority=${priority}>${icon(priority === 'high' ? 'circle-alert' : 'chevron-down')}${t(`priority-${priority}-said`)}</span>` : nothing}
    ${receipt_wanted === true ? html`<span>${icon('mail-open')}${t('receipt-wanted')}</span>` : nothing}</p>`;
}

export function warnings(m: Message): TemplateResult {
  const { from } = m.headers;
  const first = from[0];
  const company = items.value.flatMap((i) => (i.row ? [...i.row.from, ...i.row.to] : [])).map((a) => ({ name: a.name, addresses: [a.address] }));
  const own = { name: me.value.name, addresses: [me.value.address] };
  const other = sameName(first, [own, ...known.value]) ?? (first && company.some((c) => c.addresses[0]!.toLowerCase() === first.address.toLowerCase()) ? null : sameName(first, company));
  return html`${first && first.name.includes('@') && nameOf(first) !== first.name.trim() ? warning(t('from-name-address', { name: first.name, address: first.address })) : nothing}
    ${from.length > 1 ? warning(t('from-several')) : nothing}
    ${first && other ? warning(t('from-same-name', { name: other.name, address: other.addresses[0]!, real: first.address })) : nothing}`;
}

/** Somebody would like to encrypt to the reader, and asks for a signed answer. */
export function request(m: Message): TemplateResult | typeof nothing {
  const mine = m.headers.from[0]?.address.toLowerCase() === me.value.address.toLowerCase();
  if (m.headers.request !== 'certificate' || !smimeOn.value || mine || hasKeys.value === null) return nothing;
  const keys = { page: 'settings', section: 'security' } as const;
  return html`<div class="notice is-info" data-notice="request">${icon('seal-plain')}<div class="notice-text">${hasKeys.value ? t('request-with-key')
    : html`${t('request-without-key')} <a href=${pathOf(keys)} @click=${(e: MouseEvent) => { if (e.ctrlKey || e.metaKey) return; e.preventDefault(); go(keys); }}>${t('request-keys')}</a>`}</div></div>`;
}

function people(label: string, list: readonly Address[]): TemplateResult | typeof nothing {
  if (!list.length) return nothing;
  return html`<div class="fact"><dt>${label}</dt><dd>${list.map((a) => html`<span class="person"><bdi>${a.name}</bdi> <bdi class="muted">${a.name ? `<${a.address}>` : a.address}</bdi></span>`)}</dd></div>`;
}
function fact(label: string, value: unknown, className = ''): TemplateResult { return html`<div class="fact"><dt>${label}</dt><dd class=${className}>${value}</dd></div>`; }

export function facts(m: Message): TemplateResult {
  const h = m.headers;
  return html`<dl class="facts">
    ${people(t('header-from'), h.from)}${people(t('header-sender'), h.sender.filter((s) => s.address !== h.from[0]?.address))}${people(t('header-reply-to'), h.reply_to)}
    ${people(t('header-to'), h.to)}${people(t('header-cc'), h.cc)}${people(t('header-bcc'), h.bcc)}
    ${fact(t('header-date'), fullDate(h.date))}${fact(t('header-received'), fullDate(m.received))}
    ${h.outer_subject ? fact(t('header-outer-subject'), html`<bdi>${h.outer_subject}</bdi>`) : nothing}
    ${h.message_id ? fact(t('header-message-id'), h.message_id, 'mono') : nothing}
    ${fact(t('header-size'), fileSize(m.size))}
    <div class="fact"><dt></dt><dd><button type="button" class="link" @click=${() => dispatchEvent(new Event('wx-headers'))}>${t('headers-show')}</button></dd></div>
  </dl>`;
}

export function skeleton(): TemplateResult {
  return html`<div class="message is-loading" aria-busy="true" aria-label=${t('loading')}>
    <div class="message-who"><span class="bone bone-avatar"></span><div class="message-from"><span class="bone" ${css({ 'inline-size': '12rem', 'block-size': '.9rem' })}></span></div><div class="message-to"><span class="bone" ${css({ 'inline-size': '8rem', 'block-size': '.8rem' })}></span></div></div>
    ${[92, 88, 95, 60].map((w) => html`<span class="bone" ${css({ 'inline-size': `${w}%`, 'block-size': '.9rem', 'margin-block-start': '.7rem' })}></span>`)}</div>`;
}
