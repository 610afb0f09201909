// The form of a described mail, and the message it stands for. Pure.
import type { Message } from './types.ts';

export interface Described {
  way: 'ours' | 'outside'; from: string; to: string; cc: string; bcc: string; subject: string; size: string; attachment: boolean; headers: { name: string; value: string }[];
  sign: '' | 'yes' | 'no'; encrypt: '' | 'yes' | 'no'; auth: '' | 'pass' | 'fail'; nullSender: boolean; report: boolean; signed: string; encrypted: boolean; for: string; cipher: string; tampered: boolean; inner: string;
}
export const CIPHERS = ['aes-256-gcm', 'aes-128-gcm', 'aes-256-cbc', 'aes-128-cbc', 'des-ede3-cbc', 'rc2-cbc'] as const;
export const SIGNATURES = ['', 'valid', 'corrupt', 'untrusted', 'expired', 'revoked', 'mismatch'] as const;
export function emptyMail(): Described {
  return { way: 'ours', from: '', to: '', cc: '', bcc: '', subject: '', size: '', attachment: false, headers: [], sign: '', encrypt: '', auth: '', nullSender: false, report: false, signed: '', encrypted: false, for: '', cipher: 'aes-256-gcm', tampered: false, inner: '' };
}
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/u;
export function addressesOf(text: string): string[] { return text.split(/[\s,;]+/u).map((s) => s.replace(/^<|>$/g, '')).filter(Boolean); }
/** The first field that cannot be right; null: the server may judge. */
export function faultOf(d: Described): 'from' | 'to' | 'cc' | 'bcc' | 'size' | null {
  const bad = (s: string): boolean => addressesOf(s).some((a) => !ADDRESS.test(a));
  if (addressesOf(d.from).length !== 1 || bad(d.from)) return 'from';
  if (addressesOf(`${d.to} ${d.cc} ${d.bcc}`).length === 0 || bad(d.to)) return 'to';
  if (bad(d.cc)) return 'cc';
  if (bad(d.bcc)) return 'bcc';
  return d.size !== '' && !/^\d{1,12}$/.test(d.size) ? 'size' : null;
}
export function messageOf(d: Described): Message {
  const from = addressesOf(d.from)[0] ?? '';
  const ours = d.way === 'ours';
  const choice = { ...(d.sign ? { sign: d.sign === 'yes' } : {}), ...(d.encrypt ? { encrypt: d.encrypt === 'yes' } : {}) };
  const headers = Object.fromEntries(d.headers.filter((h) => h.name.trim() !== '').map((h) => [h.name.trim(), h.value]));
  return {
    authenticated: ours, mail_from: d.nullSender ? '' : from, from, to: addressesOf(d.to), cc: addressesOf(d.cc), bcc: addressesOf(d.bcc), subject: d.subject,
    ...(Object.keys(headers).length ? { headers } : {}), ...(d.size ? { size: Number(d.size) } : {}), ...(d.attachment ? { has_attachment: true } : {}), ...(d.report ? { content_type: 'multipart/report' } : {}),
    ...(!ours && d.auth ? { auth: d.auth } : {}), ...(ours && Object.keys(choice).length ? { user: choice } : {}),
    ...(d.encrypted ? { encrypted: { for: addressesOf(d.for), cipher: d.cipher, integrity: d.tampered ? 'tampered' as const : 'ok' as const, ...(d.inner ? { inner_signed: d.inner } : {}) } } : d.signed ? { signed: { result: d.signed } } : {}),
  };
}
export function describedOf(m: Message): Described {
  const yes = (v: boolean | undefined): '' | 'yes' | 'no' => (v === undefined ? '' : v ? 'yes' : 'no');
  return {
    ...emptyMail(), way: m.authenticated ? 'ours' : 'outside', from: m.from, to: m.to.join(', '), cc: (m.cc ?? []).join(', '), bcc: (m.bcc ?? []).join(', '), subject: m.subject ?? '', size: m.size ? String(m.size) : '',
    attachment: m.has_attachment === true, headers: Object.entries(m.headers ?? {}).map(([name, value]) => ({ name, value })), sign: yes(m.user?.sign), encrypt: yes(m.user?.encrypt), auth: m.auth ?? '', nullSender: m.mail_from === '',
    report: /^multipart\/report/i.test(m.content_type ?? ''), signed: m.signed?.result ?? '', encrypted: !!m.encrypted, for: m.encrypted?.for.join(', ') ?? '', cipher: m.encrypted?.cipher ?? 'aes-256-gcm', tampered: m.encrypted?.integrity === 'tampered', inner: m.encrypted?.inner_signed ?? '',
  };
}
