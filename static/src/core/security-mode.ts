// From the person's default and the circumstances to the mode of one message, and what follows from it. Pure.
import type { Message, RecipientInfo, SecurityDefault, SecurityMode, Settings } from '../api/types.ts';

export const MODES: SecurityMode[] = ['none', 'sign', 'encrypt', 'sign_encrypt'];
export const modeOf = (sign: boolean, encrypt: boolean): SecurityMode => (sign ? (encrypt ? 'sign_encrypt' : 'sign') : encrypt ? 'encrypt' : 'none');
export const signs = (m: SecurityMode): boolean => m === 'sign' || m === 'sign_encrypt';
export const encrypts = (m: SecurityMode): boolean => m === 'encrypt' || m === 'sign_encrypt';

/** Answers to encrypted mail are encrypted whatever the default says; Auto is what was used last for the same recipients
 *  (`forThem`), else what was used last. */
export function startMode(smime: boolean, s: Settings['security'], toEncrypted: boolean, forThem: SecurityMode | null = null): SecurityMode {
  if (!smime) return 'none';
  const base: SecurityMode = s.mode === 'auto' ? (forThem ?? s.last_mode ?? 'none') : s.mode;
  if (!toEncrypted) return base;
  return signs(base) || base === 'none' ? 'sign_encrypt' : 'encrypt';
}

/** What Auto makes of a message that is being written: what the recipients say, but nothing that was written while it was
 *  to be encrypted is turned plain by it, nor left without the signature it had. */
export function followMode(now: SecurityMode, wanted: SecurityMode, wrote: boolean): SecurityMode {
  if (!wrote || !encrypts(now)) return wanted;
  if (encrypts(wanted)) return wanted;
  return now;
}

/** The mode of a draft that is opened again. What it says of itself (`own`) stands outside the encryption, where the mail
 *  server can change it: it never takes away the encryption of a draft that was encrypted. */
export function draftMode(smime: boolean, s: Settings['security'], own: SecurityMode | null, encrypted: boolean): SecurityMode {
  if (!smime || own === null || (encrypted && !encrypts(own))) return startMode(smime, s, encrypted);
  return own;
}

/** Whether a draft that is opened again hides its subject; undefined: as the person's default says. Where nothing was
 *  encrypted nothing was hidden, and nothing said that it shall be seen. */
export function draftHides(own: SecurityMode | null, hides: boolean | null): boolean | undefined {
  return hides === true || (hides === false && own !== null && encrypts(own)) ? hides : undefined;
}

/** True while the text is or may become secret: no spell check, drafts only encrypted. */
export function mayEncrypt(mode: SecurityMode, toEncrypted: boolean): boolean { return encrypts(mode) || toEncrypted; }

/** What Auto should remember after a send, or null when the default is not Auto. */
export function toRemember(def: SecurityDefault, mode: SecurityMode): SecurityMode | null { return def === 'auto' ? mode : null; }

export function sendLabel(mode: SecurityMode): string {
  return { none: 'send', sign: 'send-signed', encrypt: 'send-encrypted', sign_encrypt: 'send-signed-encrypted' }[mode];
}

/** A change that waits for the reader's word stops nobody: the certificate that is known is used. */
export function canReceive(i: RecipientInfo | undefined): boolean { return i?.status === 'ready' || i?.status === 'pending_change'; }

/** The addresses that stop an encrypted message, with the reason. Unknown (not asked yet) counts as missing. */
export function blockers(addresses: readonly string[], info: ReadonlyMap<string, RecipientInfo>): { address: string; status: RecipientInfo['status'] | 'unknown'; expires: string | null }[] {
  return addresses.filter((a) => !canReceive(info.get(a))).map((a) => {
    const i = info.get(a);
    return { address: a, status: i?.status ?? 'unknown', expires: i?.certificate?.not_after ?? null };
  });
}

/** An encrypted message whose text is not here (locked, no key, damaged, or the plan has no S/MIME): what would be written on would replace it by nothing. */
export function isSealed(m: Message): boolean {
  if (m.security) return m.security.job !== null || (m.security.encryption?.layers ?? []).some((l) => !l.opened) || /encrypted-no-key|decrypt-error|damaged/.test(m.security.verdict);
  return m.parts.length === 0 && m.attachments.some((a) => /^application\/(?:x-)?pkcs7-mime/i.test(a.type));
}
