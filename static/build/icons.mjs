// One SVG sprite: the Lucide icons named here plus our own from static/icons/*.svg.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

export const LUCIDE = [
  'archive', 'badge-check', 'bell', 'grip-vertical', 'smartphone', 'arrow-left', 'calendar', 'check', 'chevron-down', 'chevron-left', 'chevron-right', 'circle-alert',
  'circle-check', 'circle-question-mark', 'circle-x', 'clock', 'chevron-up', 'chevrons-down-up', 'chevrons-up-down', 'code', 'command', 'copy', 'download', 'ellipsis', 'eraser', 'external-link', 'file', 'file-archive',
  'file-image', 'file-music', 'file-spreadsheet', 'file-text', 'file-play', 'folder', 'folder-input', 'folder-plus', 'forward', 'image', 'image-off', 'inbox', 'list-indent-increase', 'list-indent-decrease',
  'info', 'italic', 'key-round', 'keyboard', 'link', 'list', 'loader-circle', 'list-filter', 'list-checks', 'sliders-horizontal', 'messages-square', 'text-align-start', 'tag', 'tags', 'arrow-down-wide-narrow', 'arrow-up-narrow-wide', 'list-ordered', 'lock', 'lock-keyhole', 'lock-keyhole-open',
  'log-out', 'mail', 'mail-open', 'mail-x', 'maximize-2', 'menu', 'merge', 'minus', 'monitor', 'moon', 'octagon-x', 'paperclip', 'pen-line',
  'plus', 'printer', 'quote', 'redo-2', 'refresh-cw', 'remove-formatting', 'reply', 'reply-all', 'search', 'send', 'settings', 'shield',
  'shield-alert', 'shield-check', 'shield-question-mark', 'shield-x', 'spell-check', 'square', 'square-check', 'square-minus', 'star', 'strikethrough', 'sun', 'trash',
  'triangle-alert', 'underline', 'undo-2', 'user', 'users', 'wifi-off', 'x',
];

/** What the admin page shows; a sprite of its own. */
export const ADMIN = [
  'activity', 'arrow-down', 'arrow-down-up', 'arrow-left', 'arrow-right', 'arrow-right-left', 'arrow-up', 'badge-check', 'ban', 'building', 'calendar', 'check', 'chevron-down', 'chevron-left', 'chevron-right', 'chevron-up',
  'circle-alert', 'circle-check', 'circle-pause', 'circle-play', 'circle-question-mark', 'circle-x', 'clock', 'copy', 'database', 'download', 'ellipsis', 'external-link', 'eye', 'eye-off', 'file', 'file-text', 'flask-conical', 'globe', 'globe-lock',
  'grip-vertical', 'id-card', 'info', 'key-round', 'languages', 'layout-dashboard', 'list-checks', 'list-filter', 'loader-circle', 'lock', 'log-out', 'mail', 'mailbox', 'menu', 'minus', 'monitor', 'moon', 'palette', 'pen-line',
  'plus', 'power', 'printer', 'refresh-cw', 'route', 'scroll-text', 'search', 'send', 'server', 'settings', 'shield', 'shield-alert', 'shield-check', 'shield-question-mark', 'shield-x', 'sliders-horizontal', 'smartphone', 'square-check',
  'sun', 'ticket', 'trash', 'triangle-alert', 'undo-2', 'upload', 'user', 'user-key', 'user-plus', 'users', 'wifi-off', 'x',
];

const svgText = ([tag, attrs]) =>
  `<${tag} ${Object.entries(attrs).filter(([k]) => k !== 'key').map(([k, v]) => `${k}="${v}"`).join(' ')}/>`;

export async function buildSprite(root, names = LUCIDE) {
  const symbols = [];
  for (const name of names) {
    let nodes;
    try {
      nodes = (await import(path.join(root, 'node_modules/lucide/dist/esm/icons', `${name}.mjs`))).default;
    } catch {
      throw new Error(`icon "${name}" is not in lucide`);
    }
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" stroke="currentColor" stroke-width="1.75" ` +
        `stroke-linecap="round" stroke-linejoin="round">${nodes.map(svgText).join('')}</symbol>`,
    );
  }
  const own = path.join(root, 'static/icons');
  for (const file of (await readdir(own)).filter((f) => f.endsWith('.svg')).sort()) {
    const text = await readFile(path.join(own, file), 'utf8');
    const m = /<svg([^>]*)>([\s\S]*)<\/svg>/.exec(text);
    if (!m) throw new Error(`${file}: no <svg>`);
    const attrs = m[1].replace(/\s(xmlns|width|height)="[^"]*"/g, '');
    symbols.push(`<symbol id="${path.basename(file, '.svg')}"${attrs}>${m[2].replace(/>\s+</g, '><').trim()}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>\n`;
}
