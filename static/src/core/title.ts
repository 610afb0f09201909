// What the browser may remember of a message: its history keeps the title of every page.
import type { Message } from '../api/types.ts';

/** The subject for the title. One that stood in an encrypted layer, or that the sender hid, is never written into the
 *  history: then the subject everybody on the way could read is used, or none. */
export function titleSubject(o: { message: Message | null; keys: readonly unknown[] } | null): string {
  const m = o?.message;
  if (!m) return '';
  const opened = o.keys.length > 0 || m.parts.some((p) => p.sealed) || m.security?.encryption?.layers.some((l) => l.opened);
  const outer = m.headers.outer_subject;
  return (opened || outer !== null ? outer ?? (m.headers.protected ? '' : m.headers.subject) : m.headers.subject).trim();
}
