// The JSON of docs/PLAN.md, as types. Times are RFC 3339 UTC, binary values standard base64.

import type { Priority, Report } from '../core/wishes.ts';

export interface Address { name: string; address: string }

export type SecurityMode = 'none' | 'sign' | 'encrypt' | 'sign_encrypt';
export type SecurityDefault = 'auto' | 'none' | 'sign' | 'sign_encrypt';
export type Theme = 'system' | 'light' | 'dark';
export type Density = 'compact' | 'comfortable' | 'spacious';

/** arrival: by the order in the folder, newest last arrived; the others ask the server to sort. */
export type ListSort = 'arrival' | 'date' | 'from' | 'to' | 'subject' | 'size';
export type ListOrder = 'desc' | 'asc';
export type Preview = 'right' | 'below' | 'none';
export type LabelColour = 'grey' | 'red' | 'orange' | 'yellow' | 'green' | 'teal' | 'blue' | 'purple' | 'pink';
/** keyword: the IMAP flag, an atom that does not begin with $; unique whatever its letter case. */
export interface Label { keyword: string; name: string; colour: LabelColour }
/** address: the account's own or an alias of session.user.addresses; reply_to '' = none; exactly one is the default. */
export interface Identity { name: string; address: string; reply_to: string; signature: string; default: boolean }

export interface Settings {
  security: { mode: SecurityDefault; lock_after_minutes: number; last_mode: SecurityMode | null; hide_subject?: boolean; lookups?: boolean; listed?: boolean; reminded?: Record<string, number> };
  /** mark_read_after: seconds; images: remote pictures by the server's relay (never for decrypted mail). */
  reading: { mark_read: boolean; mark_read_after: number; images: 'ask' | 'always' | 'never' };
  /** undo_seconds: how long a message waits before it is sent, 0 to 30. */
  composing: { undo_seconds: number };
  list: { threads: boolean; sort: ListSort; order: ListOrder; density: Density; snippets: boolean; preview: Preview };
  /** details: sender and subject in the notification, where the mail is not encrypted. */
  notifications: { desktop: boolean; details: boolean };
  /** language: BCP 47, '' = the browser's; its region chooses the style of dates ("en-GB"). */
  ui: { theme: Theme; language: string };
  /** IANA name, '' = the browser's. */
  time_zone: string;
  /** Single-key shortcuts. */
  shortcuts: boolean;
  /** Senders whose remote pictures are shown without asking; lower case. */
  remote_images: string[];
  labels: Label[];
  identities: Identity[];
  /** Which state of the settings this is. */
  version?: string;
}
type GroupOf<T> = T extends readonly unknown[] ? T : T extends object ? Partial<T> : T;
/** Any subset: groups are merged member by member, lists are replaced whole. */
export type SettingsPatch = { [K in keyof Settings]?: GroupOf<Settings[K]> };

export interface Session {
  user: { address: string; name: string; addresses?: string[] };
  csrf: string;
  plan: string;
  features: { smime: boolean };
  /** The vault holds a key, or one that waits for its certificate. */
  keys?: boolean;
  /** A draft waits, or did, for certificates that were asked for. */
  waiting?: boolean;
  /** There is a directory that can be asked for certificates. */
  directories?: boolean;
  /** false: what cannot be encrypted may not be sent in clear instead. */
  clear_fallback?: boolean;
  /** The account belongs to an organisation, which may have rules. */
  organisation?: boolean;
  /** What is shown instead of the product's own name and mark; support: an https: or mailto: link. */
  brand?: { name: string | null; accent: string | null; support: string | null; logo: string | null } | null;
  limits: { message_bytes: number; attachment_bytes: number };
  instance: string;
  version: string;
  settings: Settings;
}

export type Role = 'inbox' | 'drafts' | 'sent' | 'archive' | 'junk' | 'trash' | 'all' | 'flagged' | null;
export interface Folder {
  id: string; name: string; path: string; delimiter: string; role: Role; selectable: boolean; subscribed: boolean;
  shared: boolean; total: number; unread: number; uidvalidity?: number; uidnext?: number;
  /** Whose mailbox it is; null or absent: one's own. */
  owner?: string | null;
  /** Of a folder of others: letters of RFC 4314; null or absent: nothing is known, so nothing is forbidden here. */
  rights?: string | null;
}

export type RowSecurity = 'signed' | 'encrypted' | 'opaque' | null;
export interface Row {
  uid: number; from: Address[]; to: Address[]; subject: string; date: string; received: string; size: number;
  flags: string[]; attachment: boolean; security: RowSecurity; message_id: string | null;
  /** Where it lies, when a search found it somewhere: then uid is a name of ours, not the server's. */
  at?: MessageRef;
  /** The row stands for a conversation and is its newest message. */
  thread?: { count: number; unread: number; flagged: number | boolean; uids: number[] };
}
/** How the server arranges a folder. sort absent: by arrival. */
export interface Arrangement { threads: boolean; sort: 'arrival' | 'date' | 'from' | 'to' | 'subject' | 'size'; order: 'desc' | 'asc' }
/** A message of a conversation, wherever it lies. */
export type ThreadRow = Row & { folder: string; uidvalidity: number };
export interface ListPage {
  uidvalidity: number; uidnext: number; modseq: number; total: number; unread: number; offset: number; messages: Row[];
  /** How many rows there are; total counts messages. */
  rows?: number;
  /** The order of a large folder is still being found out: these rows are by arrival, without conversations. */
  pending?: boolean;
}
/** What happened below a uidnext since a modseq; reset: it cannot be told. vanished: a set, may name what never was there. */
export interface Changes {
  uidvalidity: number; uidnext: number; modseq: number; total: number; unread: number;
  changed: { uid: number; flags: string[] }[]; vanished: string | null; reset: boolean;
}
export interface SearchFilters { unread?: boolean; flagged?: boolean; encrypted?: boolean; signed?: boolean; attachment?: boolean }
/** everywhere: in all folders; the page's own word, not the server's. */
export interface SearchQuery { text: string; scope: 'headers' | 'all'; filters: SearchFilters; everywhere?: boolean }
/** Every message below a UID, of the folder or of what a search finds. */
export interface AllOf { search: SearchQuery | null; below: number; except?: number[]; only?: string }
/** Messages that are meant: by number, as a set ("4,7:900"), or all of a folder or search. */
export type Which = { uids: readonly number[] | string } | { all: AllOf };
/** What a change of many answers; uids is a set where many were meant. */
export interface Done { uidvalidity: number; uids: number[] | string; count?: number }
export interface Quota { name: string; resource: 'storage' | 'message'; used: number; limit: number }
/** A part of a search: what was found further down than in the part before. */
export interface SearchPart { header_only: number; complete: boolean; next: string | null; progress: { done: number; of: number } }
export interface FolderPart extends SearchPart { uidvalidity: number; messages: Row[]; uids: string | null }
export interface EverywherePart extends SearchPart { messages: FoundRow[]; hits: { folder: string; uidvalidity: number; uids: number[]; times: number[] }[] }
export type FoundRow = Row & { folder: string; uidvalidity: number };
export interface SearchPage { uidvalidity: number; total: number; header_only: number; offset: number; messages: Row[] }

export interface Cert {
  fingerprint: string; subject: string; issuer: string; serial: string; addresses: string[]; not_before: string;
  not_after: string; key: { algorithm: string; bits: number; curve: string | null }; can_sign: boolean;
  can_encrypt: boolean; weak: boolean; der: string;
}

export type Level = 'good' | 'neutral' | 'warning' | 'bad' | 'none';
/** text and better are English; a and b are what varies in the text. better: what would make it better, or null. */
export interface Reason { code: string; text: string; a: string | null; b: string | null; better: string | null }
export type TrustedBy = 'none' | 'mail_roots' | 'organisation' | 'personal' | 'registered';
/** der: base64 where nothing trusted was found, for POST smime/trust; else null. */
export interface PathCert { subject: string; issuer: string; serial: string; fingerprint: string; not_before: string; not_after: string; der: string | null }
export interface RevocationDetail {
  source: string | null; url: string | null; this_update: string | null; next_update: string | null; revoked_at: string | null; reason: string | null;
}
export interface Signer {
  address: string | null; subject: string; issuer: string; serial: string; fingerprint: string; algorithm: string;
  integrity: string; match: 'yes' | 'case' | 'no'; chain: string; chain_detail: string | null; revocation: string;
  not_before: string; not_after: string; signed_at: string | null;
  trusted_by: TrustedBy; known: 'known' | 'new' | 'changed' | 'unknown'; path: PathCert[]; revocation_detail: RevocationDetail | null;
}
export interface JobRecipient {
  index: number; kind: 'rsa-v15' | 'rsa-oaep' | 'ecdh'; mine: boolean; issuer: string | null; serial: string | null;
  key_identifier: string | null; encrypted_key: string; key_algorithm: string; originator_key: string | null; ukm: string | null;
}
export interface Job { layer: number; key_bytes: number; recipients: JobRecipient[] }
export interface Security {
  verdict: string; level: Level; reasons: Reason[];
  signature: { whole: boolean; signers: Signer[] } | null;
  encryption: { whole: boolean; layers: { layer: number; cipher: string; authenticated: boolean; opened: boolean; recipients: number }[] } | null;
  job: Job | null;
  /** Something can still be looked up or has to be recorded: POST check. */
  check: boolean;
  /** What the reader's organisation demands of it; null: nothing. reason: pending while it is locked or looked at. */
  policy?: { validate?: string; decrypt?: string; rule: { id: string; name: string | null } | null; refused: boolean; reason: string } | null;
}

export interface Part { id: string; kind: 'html' | 'text'; flowed: boolean; delsp: boolean; sealed: boolean; content: string }
export type PreviewKind = 'image' | 'pdf' | 'text' | 'calendar' | 'contact' | 'tnef' | 'report';
export interface Attachment { id: string; name: string; type: string; size: number; inline: boolean; content_id: string | null; sealed: boolean; preview?: PreviewKind | null }
/** How to leave a mailing list (RFC 2369); one_click: the server can do it at a word (RFC 8058). */
export interface Unsubscribe { one_click: boolean; https: boolean; url: string | null; host: string | null; mailto: string | null; address: string | null }
export interface Message {
  uid: number; uidvalidity: number; flags: string[]; size: number; received: string;
  headers: {
    subject: string; from: Address[]; sender: Address[]; reply_to: Address[]; to: Address[]; cc: Address[]; bcc: Address[];
    date: string | null; message_id: string | null; in_reply_to: string | null; references: string | null; protected: boolean;
    outer_subject: string | null;
    /** The writer asks for the reader's certificate: no more than a wish. */
    request?: 'certificate' | null;
    /** What the writer wanted; by the protected header where there is one. */
    priority?: Priority; receipt_wanted?: boolean;
    /** Of a draft. */
    faulty?: Faulty | null;
  };
  security: Security | null;
  parts: Part[];
  attachments: Attachment[];
  unsubscribe?: Unsubscribe | null;
  report?: { kind: 'delivery' | 'disposition'; part: string } | null;
  /** Pictures from outside by the address the mail names; null until they are allowed. */
  remote?: Record<string, string> | null;
  /** A signature or our own mail server says that it is from the address in From. */
  sender_confirmed?: boolean;
}

/** Names one message on the server. */
export interface MessageRef { folder: string; uid: number; uidvalidity: number }
/** A draft that a window has seen. */
export type Base = Pick<MessageRef, 'uid' | 'uidvalidity'>;
/** was: the message that this one went on from when another window was quicker. */
export interface Turn { window: string; n: number; was?: string }
export interface LayerKey { layer: number; content_key: string }

export type RecipientStatus = 'ready' | 'pending_change' | 'none' | 'expired' | 'not_yet_valid' | 'weak' | 'untrusted' | 'revoked' | 'revocation_unknown' | 'invalid_address';
export interface RecipientInfo { address: string; status: RecipientStatus; certificate: Cert | null; source: string | null }

/** How asking the directory went; none: there is none for these, or it is not to be asked. */
export type Lookup = 'none' | 'done' | 'refused' | 'down' | 'timeout';
/** An encrypted draft whose writer asked for certificates. */
export interface Waiting { submission: string; since: string; draft: MessageRef; addresses: { address: string; asked: string; ready: boolean }[]; ready: boolean }

export interface ComposeAttachment { name: string; type: string; size: number; content_id: string | null }
export type Faulty = Record<'to' | 'cc' | 'bcc' | 'reply_to', Address[]>;
export interface ComposeBody {
  submission: string; from: Address; to: Address[]; cc: Address[]; bcc: Address[]; reply_to: Address[]; subject: string;
  text: string; html: string | null; in_reply_to: string | null; references: string | null; mode: SecurityMode;
  /** opaque: the text goes inside its signature (counts where the mode signs); remember: false where the mode is not the person's choice for these recipients.
   *  base: the draft it was written from; another one now: 409. */
  base?: number | Base;
  /** Which request of which composer it is: what its own earlier ones kept, whose answers were lost, is no other draft. */
  turn?: Turn;
  may_encrypt: boolean; hide_subject?: boolean; remember?: boolean; opaque?: boolean; signer: string | null; attachments: ComposeAttachment[];
  /** Of the note that asks for a certificate only. */
  request?: 'certificate';
  priority?: Priority; receipt?: boolean; dsn?: readonly Report[];
  /** Of drafts: recipients whose addresses are none, kept beside the others. */
  faulty?: Faulty;
  forward?: { folder: string; uid: number; uidvalidity: number; parts: string[] };
}
export interface DraftSaved { uid: number; uidvalidity: number; folder: string; encrypted: boolean }
/** A finished message that was held; left: seconds in which it may still be on its way, 0: it was not sent. */
export interface Held { submission: string; draft: MessageRef; until: number; left: number; encrypted: boolean; subject: string }
export interface Prepared {
  ticket: string; mode: SecurityMode; message_id: string; draft: MessageRef;
  /** As it leaves, where a trigger of the organisation was taken out; null: as it was written. */
  subject?: string | null;
  recipients: { address: string; envelope: 'main' | 'bcc'; fingerprint: string | null }[];
  signer: string | null; content_key: string | null;
  skeleton: ({ bytes: string } | { attachment: number })[];
  attributes: string | null; digest: string;
}
export interface Sent {
  status: 'sent' | 'partly' | 'failed' | 'pending' | 'unknown';
  message: string;
  envelopes: { status: string; recipients: { address: string; status: string; code: number | null; reply: string | null }[] }[];
  sent_copy: MessageRef | null;
  draft: MessageRef | null;
}

export type KeptState = 'valid' | 'superseded' | 'pending' | 'rejected';
/** A certificate of somebody else, as it is kept with the contact. */
export type KeptCert = Cert & {
  source: string; since: string; state: KeptState; why?: string | null; preferred: boolean; takes_gcm: boolean; revocation: string | null; status: RecipientStatus | null;
  provenance: { folder: string; message_id: string | null; date: string | null; subject: string } | null;
};
export interface Contact { id: string; name: string; addresses: { address: string; label: string }[]; phone: string; notes?: string; photo: boolean; groups: string[]; version: number; certificates: KeptCert[] }
export interface TrustEntry { id: string; kind: 'issuer' | 'certificate'; address: string | null; certificate: Cert; since: string }
/** request: PKCS#10 while the certificate has not arrived; reminder: 30, 7, 1 or 0 days, when one is due. */
export interface VaultKey { id: string; label: string; created: string; certificates: Cert[]; request?: string | null; reminder?: number | null }
export interface VaultKeys { keys: VaultKey[]; primary: { sign: string | null; encrypt: string | null } }
export interface Misspelt { offset: number; length: number; suggestions: string[] }
