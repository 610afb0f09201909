// A QR code drawn on the spot as SVG: the secret goes to no other server.
import { encode } from 'uqr';
import { html, svg } from '../../core/lit.ts';
import type { TemplateResult } from '../../core/lit.ts';

const BORDER = 4;

/** One path of unit squares, row by row. */
export function qrPath(text: string): { path: string; size: number } {
  const { data, size } = encode(text, { border: BORDER, ecc: 'M' });
  let path = '';
  data.forEach((row, y) => {
    for (let x = 0; x < size; x++) {
      const from = x;
      while (x < size && row[x]) x++;
      if (x > from) path += `M${from} ${y}h${x - from}v1h-${x - from}z`;
    }
  });
  return { path, size };
}

export function qrCode(text: string, label: string): TemplateResult {
  const { path, size } = qrPath(text);
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">${svg`<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d=${path}/>`}</svg>`;
}
