// Pictures inside a message, by the name its HTML gives them (RFC 2392: percent-encoded, without the angle brackets).
import type { Attachment } from '../../api/types.ts';

function bare(name: string): string { try { return decodeURIComponent(name).replace(/^<|>$/g, ''); } catch { return name; } }

export function byContentId(files: readonly Attachment[], cid: string): Attachment | undefined {
  const wanted = bare(cid);
  return files.find((a) => a.content_id && bare(a.content_id) === wanted);
}

/** Only pictures a browser cannot run anything from; never SVG. The first of these types that is one. */
export function pictureType(...types: string[]): string | undefined { return types.find((x) => /^image\/(?:png|gif|jpe?g|webp|avif|bmp)$/.test(x)); }
