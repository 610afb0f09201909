// What the rest of the client asks of static/src/smime, and nothing more. Everything here is loaded lazily and
// only when session.features.smime is true, through the table in views/parts/smime.ts: a module that lands here is
// entered there in the same commit.
//
// views may not know the keyring; the keyring may not know lists, routes or the composer.
//
// 1. smime/reading.ts   registers <wx-security-bar>, shown between the headers and the parts of a message whose
//    `security` is not null. Properties: message: Message, ref: MessageRef, prompts: boolean (one message on the
//    screen asks for the passphrase). It draws the one-line summary, the
//    details panel and, when message.security.job is not null, the unlock prompt in place. When the server has
//    opened the message it dispatches OPENED_EVENT (bubbles) with OpenedDetail. The reader replaces the message
//    it shows; the new one may hold a further job. `keys` are needed to download parts of the opened message:
//    the reader keeps them only as long as that message is on the screen.
// 2. smime/sending.ts   exports `const sending: SendCheck`.
// 3. smime/settings.ts  registers <wx-keys-panel>: keys and certificates (import, backup, primary, lock now) below
//    the four-option radio group on Settings > Security, which belongs to views/settings.
// 4. smime/chip.ts      registers <wx-keyring-chip>: the "unlocked" chip in the header (renders nothing when locked).
//
// Texts live in static/i18n/{en,de}.ftl under "smime-…"; icons are named in static/build/icons.mjs.

import type { Address, Cert, ComposeBody, LayerKey, Message, MessageRef, Prepared } from '../api/types.ts';

export const OPENED_EVENT = 'wx-opened';
/** From <wx-security-bar> (bubbles): the keyring was locked, so what was opened with it must leave the screen. */
export const SEALED_EVENT = 'wx-sealed';
/** ref: the message it was asked for, which need not be on the screen any more. */
export interface OpenedDetail { ref: MessageRef; message: Message; keys: LayerKey[] }

/** What the composer froze when Send was pressed; compared with what the server prepared. */
export interface Frozen {
  /** `forward` must be empty in a mode that signs: parts of another mail are fetched by the composer and added to
   *  files, or the page could not know what it signs. */
  body: ComposeBody;
  /** One for each of body.attachments, in their order. */
  files: Blob[];
  from: Address;
  /** Address -> fingerprint of the certificate that was shown for it when Send was pressed. An encrypted mail goes
   *  to these certificates only. */
  certificates: Record<string, string>;
}

/** A refusal the person must see. code is stable; message is a sentence in the person's language. */
export class SendCheckError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'SendCheckError';
    this.code = code;
  }
}

export interface SendCheck {
  /** Compares Prepared with what was frozen, hashes the whole entity in the keyring and signs the attributes.
   *  Asks for the passphrase itself (dialog) when the keyring is locked; `cancelled` when the person declines.
   *  Answers null where the mode needs no signature (encrypted only; the comparison is made all the same).
   *  Not asked in mode none: nothing is promised then.
   *  Throws SendCheckError and never signs when anything differs. */
  checkAndSign(prepared: Prepared, frozen: Frozen): Promise<{ signature: string | null }>;
  /** Fingerprint of the certificate to sign with from this address, or null when the vault has none. */
  signerFor(address: string): Promise<string | null>;
  /** All that can sign for this address, the one of signerFor() first. */
  signersFor(address: string): Promise<Cert[]>;
  /** then: a key or certificate of the vault came or went. Answers how to hear no more of it. */
  onKeys(then: () => void): () => void;
  /** True when a certificate of the vault can encrypt to self (drafts). */
  canEncryptToSelf(): Promise<boolean>;
}
