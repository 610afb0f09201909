// What the writer of a message wrote: not what is quoted, nor the line that says who wrote that, nor the signature.

/** Of the same length: what is not the writer's own becomes blanks. */
export function ownText(text: string): string {
  const lines = text.split('\n');
  let signature = false;
  return lines.map((l, i) => {
    if (l === '-- ') signature = true;
    else if (signature && l === '') signature = false;
    const intro = l !== '' && lines[i + 1]?.startsWith('>');
    return signature || intro || l.startsWith('>') ? ' '.repeat(l.length) : l;
  }).join('\n');
}

/** The bounds of a word in any script; \b knows ASCII letters only. */
const bounded = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{M}])(?:${words})(?![\\p{L}\\p{M}])`, 'iu');
const FILES = bounded('attach(?:ed|ment|ments|ing)|(?:is|are|am|i|have|have been|please find|find) (?:enclosed|attach)|enclosed (?:is|are|please|you)|angehängt(?:e[nmrs]?)?|anbei|beigefügt(?:e[nmrs]?)?|beiliegend(?:e[nmrs]?)?|anhang|anhänge|hänge (?:ich )?(?:\\S+ ){0,3}an|(?:in der|als) anlage|in den anlagen');
const NONE = new RegExp(`${bounded('(?:no|without|without any|ohne|kein|keine|keinen) (?:attachments?|anhang|anhänge|anlagen?)').source}`, 'giu');

/** The word that promises a file, in what stands above the quote or the forwarded text; '' when there is none. */
export function promisedFile(text: string, intro = ''): string {
  const first = intro.split('\n')[0] ?? '';
  const at = first ? text.indexOf(first) : -1;
  return FILES.exec(ownText(at < 0 ? text : text.slice(0, at)).replace(NONE, ''))?.[0] ?? '';
}
