/** Folded for comparing: no case, no accents. */
export function folded(s: string): string { return s.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase(); }

/** True when every typed word occurs. */
export function matches(label: string, typed: string): boolean {
  const text = folded(label);
  return folded(typed).split(/\s+/).filter(Boolean).every((w) => text.includes(w));
}
