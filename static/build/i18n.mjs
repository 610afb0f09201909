// Fluent at build time: smaller files for the browser, flat JSON for the server's templates.

/** Drops comments and empty lines; the meaning stays. */
export function shrink(text) {
  return `${text.split('\n').filter((l) => l.trim() !== '' && !l.startsWith('#')).join('\n')}\n`;
}

/** key -> text of every one-line message without placeables: what {{t key}} can show. */
export function flatten(text) {
  const flat = {};
  for (const line of text.split('\n')) {
    const m = /^([a-z][a-z0-9-]*) = (.+)$/.exec(line);
    if (m && !m[2].includes('{')) flat[m[1]] = m[2];
  }
  return flat;
}

/** A Fluent file as [key, lines] of its messages and terms. */
function messages(text) {
  const out = [];
  for (const line of shrink(text).split('\n')) {
    const m = /^(-?[a-zA-Z][a-zA-Z0-9_-]*) *=/.exec(line);
    if (m) out.push([m[1], []]);
    if (out.length && line) out.at(-1)[1].push(line);
  }
  return out;
}

/** Which keys some code may ask for: those it names, and those that begin or end as a text it puts together. */
function asked(code) {
  const named = new Set([...code.matchAll(/["'`]([a-z][a-z0-9-]*)["'`]/g)].map((m) => m[1]));
  const begins = [...code.matchAll(/["'`]([a-z][a-z0-9-]*-)(?:\$\{|["'`])/g)].map((m) => m[1]);
  const ends = [...code.matchAll(/\}(-[a-z0-9-]+)`/g)].map((m) => m[1]);
  return (key) => named.has(key) || begins.some((p) => key.startsWith(p)) || ends.some((p) => key.endsWith(p));
}

/** Divides the texts: what the first picture may need (with what it refers to), and the rest. */
export function divide(text, code) {
  const all = messages(text), of = new Map(all), wants = asked(code);
  const first = new Set(all.map(([key]) => key).filter((key) => key.startsWith('-') || wants(key)));
  for (const key of first) for (const m of of.get(key).join('\n').matchAll(/\{ *([a-z][a-z0-9-]*)(?:\.[a-z-]+)? *\}/g)) if (of.has(m[1])) first.add(m[1]);
  const part = (inFirst) => `${all.filter(([key]) => first.has(key) === inFirst).flatMap(([, lines]) => lines).join('\n')}\n`;
  return { first: part(true), rest: part(false) };
}

/** Of these texts all that the code may ask for. */
export function allOf(text, code) { return divide(text, code).first; }
