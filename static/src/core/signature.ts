// The signature at the end of a plain text. Pure.

const block = (signature: string): string => (signature ? `-- \n${signature}` : '');

/** Another signature in the place of the one of before, where that still stands as it was put there: behind its line of
 *  two hyphens, or (in a text that was rich) by itself on its lines. kept: it was changed by hand, and stays. */
export function swapSignature(text: string, before: string, after: string): { text: string; kept: boolean } {
  if (before === after) return { text, kept: false };
  if (!before) return { text: `${text.replace(/\n*$/, '\n\n')}${block(after)}`, kept: false };
  const full = text.lastIndexOf(block(before));
  if (full >= 0) return { text: text.slice(0, full) + block(after) + text.slice(full + block(before).length), kept: false };
  const at = `\n${text}\n`.lastIndexOf(`\n${before}\n`);
  if (at >= 0) return { text: text.slice(0, at) + after + text.slice(at + before.length), kept: false };
  return { text, kept: true };
}
