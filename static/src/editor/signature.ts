// The signature in the rich text: a block of its own, which gives way to that of another identity.

export function signatureBlock(text: string): HTMLElement {
  const s = document.createElement('div');
  s.className = 'wx-signature';
  text.split('\n').forEach((line, i) => { if (i) s.append(document.createElement('br')); s.append(line); });
  return s;
}

/** Its lines as one reads them: a block or a br begins a new one. */
function linesOf(e: Node): string {
  let out = '';
  for (const n of e.childNodes) {
    if (n.nodeType === Node.TEXT_NODE) out += n.nodeValue ?? '';
    else if (n.nodeName === 'BR') out += '\n';
    else if (/^(?:DIV|P|LI|UL|OL|BLOCKQUOTE)$/.test(n.nodeName)) out += `${out && !out.endsWith('\n') ? '\n' : ''}${linesOf(n)}\n`;
    else out += linesOf(n);
  }
  return out.replace(/[\u200b\u00a0]/g, (c) => (c === '\u00a0' ? ' ' : '')).replace(/[ \t]+\n/g, '\n').replace(/\n+$/, '').trimEnd();
}

/** The blocks that together read as this text, the last of them; never inside a quotation. */
function find(root: HTMLElement, text: string): HTMLElement[] | null {
  const blocks = [...root.children].filter((e): e is HTMLElement => e instanceof HTMLElement && e.nodeName !== 'BLOCKQUOTE');
  for (let i = blocks.length - 1; i >= 0; i--) {
    const run: HTMLElement[] = [];
    for (let k = i; k < blocks.length && run.length < 40; k++) {
      if (run.length && run.at(-1)!.nextElementSibling !== blocks[k]) break;
      run.push(blocks[k]!);
      const lines = run.map(linesOf).join('\n');
      if (lines === text) return run;
      if (!text.startsWith(lines)) break;
    }
  }
  return null;
}

/** done, or kept: what stands there was changed by hand and stays, or was taken out. intro: before what is quoted. */
export function swapSignature(root: HTMLElement, before: string, after: string, intro: HTMLElement | null): 'done' | 'kept' | 'gone' {
  const old = before ? find(root, before.trimEnd()) : null;
  if (old) {
    if (after) old[0]!.replaceWith(signatureBlock(after)); else old[0]!.remove();
    for (const rest of old.slice(1)) rest.remove();
    if (!root.firstChild) root.append(emptyBlock());
    return 'done';
  }
  if (before) return [...root.querySelectorAll('.wx-signature')].some((e) => !e.closest('blockquote') && linesOf(e) !== '') ? 'kept' : 'gone';
  if (!after) return 'done';
  const place = intro?.parentNode === root ? intro : null;
  const fresh = [emptyBlock(), signatureBlock(after)];
  for (const e of place ? [...fresh, emptyBlock()] : fresh) root.insertBefore(e, place);
  return 'done';
}

function emptyBlock(): HTMLElement {
  const d = document.createElement('div');
  d.append(document.createElement('br'));
  return d;
}
