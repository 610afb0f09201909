// The plain text of an HTML body, for the text/plain alternative: paragraphs, lists, quotes, links with their target.

const BLOCKS = new Set(['address', 'article', 'aside', 'blockquote', 'center', 'dd', 'details', 'div', 'dl', 'dt', 'figure', 'footer', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'li', 'main', 'ol', 'p', 'pre', 'section', 'table', 'tr', 'ul']);
const SPACED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'pre', 'ul', 'ol', 'table', 'blockquote']);

interface Out { lines: string[]; line: string; open: boolean }

function flush(o: Out): void {
  if (o.open) { o.lines.push(o.line.replace(/[ \t]+$/, '')); o.line = ''; o.open = false; }
}
function gap(o: Out): void {
  flush(o);
  if (o.lines.length && o.lines.at(-1) !== '') o.lines.push('');
}

function link(a: Element, text: string): string {
  const href = a.getAttribute('href') ?? '';
  const bare = href.replace(/^mailto:/, '');
  if (!href || text.trim() === href || text.trim() === bare || href.replace(/^https?:\/\//, '').replace(/\/$/, '') === text.trim()) return text;
  return /^https?:/.test(href) ? `${text} <${href}>` : text;
}

function walk(node: Node, o: Out, pre: boolean): void {
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === 3) {
      const raw = (child.nodeValue ?? '').replace(/\u200b/g, '').replace(/\u00a0/g, ' ');
      if (pre) {
        const parts = raw.split('\n');
        parts.forEach((p, i) => { if (i) { o.open = true; flush(o); } if (p) { o.line += p; o.open = true; } });
      } else {
        const text = raw.replace(/\s+/g, ' ');
        const piece = o.line === '' || o.line.endsWith(' ') ? text.replace(/^ /, '') : text;
        if (piece) { o.line += piece; o.open = true; }
      }
      continue;
    }
    if (child.nodeType !== 1) continue;
    const el = child as Element;
    const name = el.localName;
    if (name === 'br') { o.open = true; flush(o); continue; }
    if (name === 'hr') { gap(o); o.lines.push('----------'); continue; }
    if (name === 'img') { const alt = el.getAttribute('alt'); if (alt) { o.line += `[${alt}]`; o.open = true; } continue; }
    if (name === 'a') { const inner: Out = { lines: [], line: '', open: false }; walk(el, inner, pre); const text = [...inner.lines, inner.line].join(' ').trim(); if (text) { o.line += link(el, text); o.open = true; } continue; }
    if (name === 'blockquote') {
      gap(o);
      for (const l of lines(el)) o.lines.push(l === '' ? '>' : l.startsWith('>') ? `>${l}` : `> ${l}`);
      gap(o);
      continue;
    }
    if (name === 'li') {
      flush(o);
      const list = el.parentElement;
      const mark = list?.localName === 'ol' ? `${Array.from(list.children).indexOf(el) + Number(list.getAttribute('start') ?? 1)}. ` : '- ';
      lines(el).forEach((l, i) => o.lines.push(i === 0 ? `${mark}${l}` : `${' '.repeat(mark.length)}${l}`));
      continue;
    }
    if (name === 'td' || name === 'th') { if (o.line && !o.line.endsWith(' ')) o.line += ' '; walk(el, o, pre); continue; }
    const block = BLOCKS.has(name);
    if (block) { if (SPACED.has(name) && name !== 'ul' && name !== 'ol') gap(o); else flush(o); }
    walk(el, o, pre || name === 'pre');
    if (block) { if (SPACED.has(name)) gap(o); else flush(o); }
  }
}

function lines(root: Node): string[] {
  const o: Out = { lines: [], line: '', open: false };
  walk(root, o, false);
  flush(o);
  while (o.lines.length && o.lines[0] === '') o.lines.shift();
  while (o.lines.length && o.lines.at(-1) === '') o.lines.pop();
  return o.lines;
}

export function htmlToText(root: Node): string { return lines(root).join('\n'); }
