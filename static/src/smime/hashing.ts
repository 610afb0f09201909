// The frozen entity into the keyring's digest: the server's pieces as they are, attachments from the files the page
// holds, in base64 with 76 columns and CRLF, exactly as mime_base64_encode writes them.
import type { Piece } from './sendcheck.ts';

const LINE = 57; // 76 columns
const CHUNK = LINE * 4096;
const ALPHABET = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');

/** Base64 in lines; every line, also the last, ends with CRLF. Nothing for nothing. */
export function base64Lines(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const chars = Math.ceil(bytes.length / 3) * 4;
  const out = new Uint8Array(chars + Math.ceil(chars / 76) * 2);
  let o = 0;
  for (let line = 0; line < bytes.length; line += LINE) {
    const end = Math.min(line + LINE, bytes.length);
    for (let i = line; i < end; i += 3) {
      const v = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      out[o++] = ALPHABET[v >> 18]!;
      out[o++] = ALPHABET[(v >> 12) & 63]!;
      out[o++] = i + 1 < end ? ALPHABET[(v >> 6) & 63]! : 61;
      out[o++] = i + 2 < end ? ALPHABET[v & 63]! : 61;
    }
    out[o++] = 13;
    out[o++] = 10;
  }
  return out;
}

/** Feeds a file piece by piece; only whole lines until its end. */
export async function feedFile(file: Blob, add: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  let size = 0;
  for (let at = 0; at < file.size; at += CHUNK) {
    const part = new Uint8Array(await file.slice(at, Math.min(at + CHUNK, file.size)).arrayBuffer());
    size += part.length;
    await add(base64Lines(part));
  }
  // The file changed on disk since it was attached.
  if (size !== file.size) throw new DOMException('file changed', 'NotReadableError');
}

export async function feed(pieces: readonly Piece[], files: readonly Blob[], add: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for (const piece of pieces) {
    if ('bytes' in piece) await add(piece.bytes);
    else await feedFile(files[piece.attachment]!, add);
  }
}
