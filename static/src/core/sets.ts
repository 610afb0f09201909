// Sets of message numbers as IMAP writes them ("4,7:900"), the form in which the server takes and gives many. Pure.

/** Ascending, runs joined. Numbers that are no UIDs (0: the server could not tell) are left out. */
export function setOf(uids: Iterable<number>): string {
  const sorted = [...new Set(uids)].filter((u) => u > 0).sort((a, b) => a - b);
  const out: string[] = [];
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (end + 1 < sorted.length && sorted[end + 1] === sorted[end]! + 1) end++;
    out.push(end === i ? String(sorted[i]) : `${sorted[i]}:${sorted[end]}`);
    i = end + 1;
  }
  return out.join(',');
}

function* ranges(set: string): Generator<[number, number]> {
  for (const piece of set.split(',')) {
    const m = /^(\d+)(?::(\d+))?$/.exec(piece.trim());
    if (!m) continue;
    const a = Number(m[1]);
    const b = m[2] === undefined ? a : Number(m[2]);
    yield a <= b ? [a, b] : [b, a];
  }
}

export function countOf(set: string): number {
  let n = 0;
  for (const [a, b] of ranges(set)) n += b - a + 1;
  return n;
}

export function inSet(set: string, uid: number): boolean {
  for (const [a, b] of ranges(set)) if (uid >= a && uid <= b) return true;
  return false;
}

/** Every number, at most `most`: a range a hostile server made up must not fill the memory. */
export function uidsOf(set: string, most = 200_000): number[] {
  const out: number[] = [];
  for (const [a, b] of ranges(set)) for (let u = a; u <= b && out.length < most; u++) out.push(u);
  return out;
}

/** Pieces of at most `most` characters, cut at commas: the server takes 64 KB at once. */
export function pieces(set: string, most = 60_000): string[] {
  const out: string[] = [];
  let now = '';
  for (const part of set.split(',').filter(Boolean)) {
    if (now && now.length + part.length + 1 > most) { out.push(now); now = ''; }
    now = now ? `${now},${part}` : part;
  }
  if (now) out.push(now);
  return out;
}
