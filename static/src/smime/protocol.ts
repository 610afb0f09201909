// What page and keyring Worker say to each other; the other side is crypto/keyring/worker.js.

/** Kinds of key that are made here (crypto/keyring/make.c). */
export type KeyKind = 'rsa3072' | 'p256' | 'p384';

export interface KeyCertificate { fingerprint: string; der: Uint8Array }
export interface KeyInfo {
  type: string;
  bits: number;
  name: string | null;
  /** Fingerprint of the certificate named by the file, or null: a key without certificate. */
  main: string | null;
  certificates: KeyCertificate[];
}
export interface KeyringState { locked: boolean; since: number; lockAfter: number; keys: KeyInfo[] }
export interface ActivityEntry {
  time: number;
  action: 'unlock' | 'lock' | 'sign' | 'decrypt';
  reason?: 'user' | 'idle' | 'sleep' | 'logout' | 'account' | 'fault';
  label?: string;
  fingerprint?: string;
  folder?: string | null;
  uid?: string | null;
  subject?: string | null;
}
/** Contents of a file that was opened by itself. */
export interface OpenedFile { handle: number; keys: KeyInfo[]; others: KeyCertificate[] }
/** Shown in the activity list beside each use of a key. */
export interface About { folder?: string; uid?: number; subject?: string }

export type Reply = { id: number; value: unknown; error?: undefined } | { id: number; error: string; value?: undefined };
export type Event = ({ event: 'state' } & KeyringState) | { event: 'activity'; entry: ActivityEntry };
