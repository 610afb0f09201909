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
