// Text that somebody else chose and that stands beside our own words: subjects of certificates, names, values of reasons.
// It is always a text node; here it also loses what could reorder or hide the words around it, and its length.

/* Direction marks and overrides, joiners, tags, invisible fillers, and whatever is no character at all. */
const TRICKS = /[\p{Cf}\p{Co}\p{Cn}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]+/gu;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/* More than three marks on one letter paint over the lines above and below. */
const PILES = /(\p{M}{3})\p{M}+/gu;

export function foreign(text: string | null | undefined, most = 160): string {
  const clean = (text ?? '').slice(0, most * 4).replace(TRICKS, '').replace(PILES, '$1').replace(BREAKS, ' ').trim();
  const letters = Array.from(clean);
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : clean;
}

/** The common name in a subject as the server writes it. It proves nothing and may say anything. */
export function commonName(subject: string): string {
  const part = (subject.match(/(?:\\.|[^,\\])+/gs) ?? []).map((p) => p.trim()).find((p) => p.startsWith('CN='));
  return foreign(part?.slice(3).replace(/\\(.)/gs, '$1'), 80);
}
