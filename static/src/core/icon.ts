import { assetUrl } from './assets.ts';
import { html, svg, nothing } from './lit.ts';
import type { TemplateResult } from './lit.ts';

/** An icon of the sprite. With a label it speaks; without, it is decoration beside words. */
export function icon(name: string, label?: string, extra = ''): TemplateResult {
  const use = svg`<use href=${`${assetUrl('icons.svg')}#${name}`}></use>`;
  if (!label) return html`<svg class=${`icon ${extra}`} aria-hidden="true" focusable="false">${use}</svg>`;
  return html`<svg class=${`icon ${extra}`} role="img" aria-label=${label}>${use}${nothing}</svg>`;
}
