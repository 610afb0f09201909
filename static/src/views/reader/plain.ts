// A plain text part: text nodes only, links with their true target, quotes by depth, the last quote folded.
import { parsePlain, splitOriginal, trailingQuote } from '../../core/plaintext.ts';
import type { Block, Piece } from '../../core/plaintext.ts';
import { t } from '../../core/i18n.ts';
import { html, nothing } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';
import type { Part } from '../../api/types.ts';

const LONGEST = 400_000;

function piece(p: Piece): unknown {
  if (!p.href) return p.text;
  return html`<a class="link" href=${p.href} target="_blank" rel="noopener noreferrer nofollow" title=${p.href}>${p.text}</a>`;
}

function block(b: Block): TemplateResult {
  const lines = b.lines.map((l, i) => html`${i ? '\n' : nothing}${l.map(piece)}`);
  if (b.signature) return html`<div class="plain-block plain-signature">${lines}</div>`;
  if (b.depth === 0) return html`<div class="plain-block">${lines}</div>`;
  return html`<blockquote class="plain-block plain-quote" data-depth=${Math.min(b.depth, 4)}>${lines}</blockquote>`;
}

export function plainPart(part: Part): TemplateResult {
  const cut = part.content.length > LONGEST;
  const blocks = splitOriginal(parsePlain(cut ? part.content.slice(0, LONGEST) : part.content, part.flowed, part.delsp));
  const fold = trailingQuote(blocks);
  const open = fold < 0 ? blocks : blocks.slice(0, fold);
  return html`<div class="plain" dir="auto">${open.map(block)}
    ${fold >= 0 ? html`<details class="plain-fold"><summary>${t('quote-show')}</summary>${blocks.slice(fold).map(block)}</details>` : nothing}
    ${cut ? html`<p class="muted">${t('text-cut')}</p>` : nothing}</div>`;
}
