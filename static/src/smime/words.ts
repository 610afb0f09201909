// The server's verdict in words and pictures for the one line under the sender. Colour never stands alone: each state
// has an icon and a text of its own. Lock: encryption. Seal: signature. Nothing: ordinary mail.
import type { Level, Message, Security, Signer } from '../api/types.ts';
import { commonName } from '../core/foreign.ts';

export interface Item {
  kind: 'encryption' | 'signature';
  icon: string;
  /** Key of the text. */
  text: string;
  args?: Record<string, string>;
  level: Level;
}

/** What is known about our keys and the layer that waits: one of them opens it and is open; one would, but is locked;
 *  none does; or there is no key at all yet. */
export type KeyState = 'open' | 'locked' | 'other' | 'none';

function encryptionItem(s: Security, words: readonly string[], keys: KeyState): Item | null {
  const item = (icon: string, text: string, level: Level): Item => ({ kind: 'encryption', icon, text: `smime-enc-${text}`, level });
  if (words.includes('decrypt-error')) return item('lock', 'failed', 'bad');
  if (s.job) {
    if (keys === 'none') return item('lock', 'sealed', 'neutral');
    if (keys === 'other') return item('lock', 'other', 'neutral');
    return keys === 'open' ? item('lock-keyhole-open', 'opening', 'neutral') : item('lock-keyhole', 'locked', 'neutral');
  }
  if (words.includes('encrypted-no-key')) return item('lock', 'other', 'neutral');
  if (words.includes('partially-encrypted')) return item('lock', 'partial', 'warning');
  if (words.includes('encrypted-unauthenticated')) return item('lock', 'unauthenticated', 'neutral');
  // The mail says so itself (X-Waxseal-Opened), and anybody can write that: it claims nothing but a doubt.
  if (words.includes('opened-unauthenticated')) return item('lock-keyhole-open', 'opened', 'neutral');
  // Never green because something could be decrypted: that says nothing about who wrote it.
  if (words.includes('encrypted')) return item('lock', 'yes', s.level === 'good' ? 'good' : 'neutral');
  return null;
}

const SIGNATURES: Record<string, [string, string, Level]> = {
  'signed-valid': ['seal', 'valid', 'good'],
  'signed-weak-or-invalid': ['seal-question', 'weak', 'warning'],
  'signed-unverifiable': ['seal-question', 'unverifiable', 'neutral'],
  'signed-untrusted': ['seal-question', 'untrusted', 'neutral'],
  'signed-expired': ['seal-question', 'expired', 'warning'],
  'signed-invalid': ['seal-broken', 'invalid', 'bad'],
  'signer-mismatch': ['seal-broken', 'mismatch', 'bad'],
  'partially-signed': ['seal-plain', 'partial', 'warning'],
  'signed-valid-but-address-unconfirmed': ['seal-question', 'unconfirmed', 'neutral'],
  signed: ['seal-question', 'unverifiable', 'neutral'],
};
const RANK: Level[] = ['none', 'good', 'neutral', 'warning', 'bad'];
const worse = (a: Level, b: Level): Level => (RANK.indexOf(a) >= RANK.indexOf(b) ? a : b);

function who(s: Signer | undefined): string {
  if (!s) return '';
  const name = commonName(s.subject);
  // The subject proves no address: one that stands in it is not shown beside the one that is proved.
  if (s.address && /[@\uff20\ufe6b]/.test(name)) return s.address;
  return name && s.address && name !== s.address ? `${name} <${s.address}>` : (s.address ?? name);
}

export interface Status { level: Level; icon: string; text: string }
/** The one status of a message: nothing of it may say more than the server's level. */
export function status(s: Security, keys: KeyState): Status {
  if (s.job && s.level !== 'bad') return { level: 'neutral', icon: keys === 'open' ? 'lock-keyhole-open' : 'lock-keyhole', text: 'smime-status-locked' };
  const icons: Record<Level, string> = { good: 'shield-check', neutral: 'shield-question-mark', warning: 'shield-alert', bad: 'shield-x', none: 'info' };
  return { level: s.level, icon: icons[s.level], text: `smime-status-${s.level}` };
}

/** The signer the verdict is about. Anybody can add a signature of his own beside the sender's, and before it. */
export function mainSigner(s: Security): Signer | undefined {
  const all = s.signature?.signers ?? [];
  return all.find((x) => x.match !== 'no') ?? all[0];
}

function signatureItem(s: Security, words: readonly string[]): Item | null {
  // The innermost signature is the one that covers the text.
  const word = words.findLast((w) => w in SIGNATURES);
  if (!word) return null;
  const [icon, text, own] = SIGNATURES[word]!;
  // The server's level covers the whole: a valid signature on a mail with a fault elsewhere is not green.
  const level = own === 'good' ? (s.level === 'good' ? 'good' : worse('neutral', s.level)) : worse(own, s.level === 'good' ? 'none' : s.level);
  const icon2 = own === 'good' && level !== 'good' ? 'seal-plain' : icon;
  const signer = mainSigner(s);
  // Green by the reader's own word says so: it is another kind of knowledge than an authority's.
  const by = text === 'valid' && signer?.trusted_by === 'personal' ? 'valid-personal' : text;
  return { kind: 'signature', icon: icon2, text: `smime-sig-${by}`, args: { who: who(signer) }, level };
}

/** Shown in the bar, encryption first. Empty for ordinary mail. */
export function summary(m: Message, keys: KeyState): Item[] {
  const s = m.security;
  if (!s) return [];
  const words = s.verdict.split('+');
  const items = [encryptionItem(s, words, keys), signatureItem(s, words)].filter((i): i is Item => i !== null);
  if (items.length === 0 && words.includes('damaged')) items.push({ kind: 'encryption', icon: 'triangle-alert', text: 'smime-enc-damaged', level: 'warning' });
  return items;
}
