// What goes with a message: what fits, how large it becomes on the way, and what a drop or a paste brought.
import { ApiError } from '../api/client.ts';
import { foreign } from '../core/foreign.ts';
import { fileSize } from '../core/format.ts';
import { t } from '../core/i18n.ts';
import type { Composer, FileItem } from './compose.ts';
import { session } from './session.ts';

/** Base64 in lines of 76 letters: 57 bytes become 78. An encrypted message is written so twice. */
const WRITTEN = 78 / 57;
/** Room for the text, the header and the signature. */
const REST = 128 * 1024;
export const MOST_FILES = 100;
/** Larger pictures are attached: every key would carry them through the editor's undo. */
const INLINE_MOST = 5_000_000;
const PICTURE = /^image\/(?:png|gif|jpeg|webp)$/;

/** How large so many bytes of files are in the message that leaves. */
export function written(bytes: number, encrypted: boolean): number { return Math.ceil(bytes * (encrypted ? WRITTEN * WRITTEN : WRITTEN)); }

/** Bytes of files that one message can carry. */
export function room(encrypted: boolean): number {
  const limits = session.value?.limits;
  if (!limits) return Infinity;
  return Math.max(0, Math.min(limits.attachment_bytes, Math.floor((limits.message_bytes - REST) / (encrypted ? WRITTEN * WRITTEN : WRITTEN))));
}

/** A file's name as it is sent and shown: no folder, nothing that turns or hides what stands beside it ("gpj.exe"). */
export function fileName(name: string): string { return foreign(name.replace(/^.*[\\/]/s, ''), 200) || t('attachment-unnamed'); }

/** Why these cannot be added to those that are there; '' when they can. */
export function refusal(there: readonly FileItem[], more: readonly { name: string; size: number }[], encrypted: boolean): string {
  const most = room(encrypted);
  const big = more.find((f) => f.size > most);
  if (big) return t('attach-too-large', { name: fileName(big.name), size: fileSize(big.size), limit: fileSize(most) });
  const sum = [...there, ...more].reduce((n, f) => n + f.size, 0);
  if (sum > most) return t('attach-sum-too-large', { size: fileSize(sum), limit: fileSize(most) });
  if (there.length + more.length > MOST_FILES) return t('attach-too-many', { n: MOST_FILES });
  return '';
}

/** Encryption makes it larger: what fitted may fit no longer. '' when it does. */
export function overfull(c: Composer): string { return refusal(c.files.value, [], c.mayEncrypt.value); }

/** What the person reads beneath the list of files. */
export function sizeWords(c: Composer): string {
  const bytes = c.files.value.reduce((n, f) => n + f.size, 0);
  return t('attach-total', { n: c.files.value.length, size: fileSize(bytes), sent: fileSize(written(bytes, c.mayEncrypt.value)), limit: fileSize(room(c.mayEncrypt.value)) });
}

// ---- what is brought ----

export interface Brought { files: File[]; folders: string[] }

/** Files and folders of a drop or a paste. Must be called before the event is over. */
export function brought(data: DataTransfer): Brought {
  const out: Brought = { files: [], folders: [] };
  const items = Array.from(data.items).filter((i) => i.kind === 'file');
  if (!items.length) return { files: Array.from(data.files), folders: [] };
  for (const item of items) {
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) out.folders.push(entry.name);
    else if (file) out.files.push(file);
  }
  return out;
}

/** A folder that came as a file, one that was moved away, one that may not be read: found out before it is attached. */
export async function readable(file: Blob): Promise<boolean> {
  try { await file.slice(0, 1).arrayBuffer(); return true; } catch { return false; }
}

export const isPicture = (f: File): boolean => PICTURE.test(f.type) && f.size > 0 && f.size <= INLINE_MOST;

export interface Taken { attached: number; placed: number; problem: string }

/** Takes what was brought; what cannot be taken is named, the rest is taken. place: puts a picture into the text. */
export async function take(c: Composer, b: Brought, place: ((file: File) => Promise<boolean>) | null): Promise<Taken> {
  const problems = b.folders.length ? [t('attach-folder', { n: b.folders.length, name: fileName(b.folders[0]!) })] : [];
  const good: File[] = [];
  for (const f of b.files) {
    if (await readable(f)) good.push(f);
    else problems.push(t('attach-unreadable', { name: fileName(f.name) }));
  }
  let placed = 0;
  const rest: File[] = [];
  for (const f of good) {
    if (place && isPicture(f) && !refusal(c.files.value, [f], c.mayEncrypt.value) && (await place(f))) placed++;
    else rest.push(f);
  }
  const why = rest.length ? c.addFiles(rest) : '';
  if (why) problems.push(why);
  return { attached: why ? 0 : rest.length, placed, problem: problems.join(' ') };
}

// ---- on the way ----

/** Part of a file that has left, 0 to 1: the files stand at the end of the body, one after the other. */
export function sentPart(files: readonly { size: number }[], at: number, sent: number, total: number): number {
  const after = files.slice(at).reduce((n, f) => n + f.size, 0);
  const size = files[at]?.size ?? 0;
  if (size === 0) return sent >= total ? 1 : 0;
  return Math.max(0, Math.min(1, (sent - (total - after)) / size));
}

/** Why an upload failed that the network is not to blame for: a file that changed or went since it was chosen. */
export async function lostFile(c: Composer, error: unknown): Promise<string> {
  if (!(error instanceof ApiError) || error.code !== 'offline') return '';
  for (const f of c.files.value) if (!(await readable(f.file))) return t('attach-gone', { name: f.name });
  return '';
}
