// What a reply or forward starts with. Pure.
import type { Address, Message } from '../api/types.ts';
import { sameAddress, unique } from './address.ts';
import { parsePlain } from './plaintext.ts';

export function withPrefix(subject: string, prefix: 'Re' | 'Fwd'): string {
  const bare = subject.replace(/^\s*(?:(?:re|aw|antw|sv|vs|fwd?|wg|tr|rv)(?:\[\d+\])?\s*:\s*)+/i, '').trim();
  return `${prefix}: ${bare}`;
}

/** me: all addresses of one's own. */
export function replyRecipients(m: Message, me: string | readonly string[], all: boolean): { to: Address[]; cc: Address[] } {
  const h = m.headers;
  const own = typeof me === 'string' ? [me] : me;
  const mine = h.from.some((a) => own.some((o) => sameAddress(a.address, o)));
  const first = mine ? h.to : h.reply_to.length ? h.reply_to : h.from;
  const to = unique(first, mine ? [] : own);
  if (!all) return { to: to.length ? to : unique(first), cc: [] };
  const others = unique([...(mine ? [] : h.to), ...h.cc], [...own, ...to.map((a) => a.address)]);
  return { to: to.length ? to : unique(first), cc: others };
}

/** In-Reply-To and References of an answer (RFC 5322 3.6.4), the chain cut to its ends when it is long. */
export function threading(m: Message): { in_reply_to: string | null; references: string | null } {
  const id = m.headers.message_id;
  if (!id) return { in_reply_to: null, references: null };
  const chain = (m.headers.references ?? m.headers.in_reply_to ?? '').match(/<[^<>\s]+>/g) ?? [];
  const all = [...chain.filter((x) => x !== id), id];
  const cut = all.length > 20 ? [all[0]!, ...all.slice(-19)] : all;
  return { in_reply_to: id, references: cut.join(' ') };
}

/** Only what was on the screen may be quoted, and decrypted parts never together with plain ones. */
export function quotable(m: Message): { parts: Message['parts']; mixed: boolean } {
  const sealed = m.parts.some((p) => p.sealed);
  const plain = m.parts.some((p) => !p.sealed);
  if (sealed && plain) return { parts: [], mixed: true };
  return { parts: m.parts, mixed: false };
}

const escapeHtml = (s: string): string => s.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
/** Text as HTML for the editor frame, which sanitises it again. */
export function textToHtml(text: string): string {
  return text.replace(/\r\n?/g, '\n').split('\n').map((l) => `<div>${l === '' ? '<br>' : escapeHtml(l).replace(/ {2}/g, ' &nbsp;')}</div>`).join('');
}
/** A plain text part as HTML: quotes of quotes become blockquotes, the signature is left out. */
function plainToHtml(p: Message['parts'][number]): string {
  let out = '';
  let depth = 0;
  for (const b of parsePlain(p.content, p.flowed, p.delsp)) {
    if (b.signature) continue;
    for (; depth < b.depth; depth++) out += '<blockquote type="cite">';
    for (; depth > b.depth; depth--) out += '</blockquote>';
    out += textToHtml(b.lines.map((l) => l.map((x) => x.text).join('')).join('\n'));
  }
  return out + '</blockquote>'.repeat(depth);
}
export function quoteHtml(parts: Message['parts']): string { return parts.map((p) => (p.kind === 'html' ? p.content : plainToHtml(p))).join('<hr>'); }
/** A plain text without what it quotes: of an answer the quoted lines, of a forwarded mail all from its introduction on. What was written between the quoted lines stays. */
export function unquoted(text: string, intro: string, forwarded: boolean): string {
  const at = intro ? text.indexOf(intro) : -1;
  if (forwarded) return (at < 0 ? text : text.slice(0, at)).trimEnd();
  return (at < 0 ? text : text.slice(0, at) + text.slice(at + intro.length)).split('\n').filter((l) => !l.startsWith('>')).join('\n').trimEnd();
}
export function quoteText(text: string): string { return text.replace(/\s+$/, '').split('\n').map((l) => (l.startsWith('>') ? `>${l}` : l === '' ? '>' : `> ${l}`)).join('\n'); }
