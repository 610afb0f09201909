// Folder names that have broken other programs. None holds a dot, which Maildir++ keeps for itself.
export const ODD = [
  'AT&T &amp; &-', '&', '-&-', '"quoted" \\back\\slash\\', "it's; DROP--", '<img src=x onerror=alert(1)>', '<script>alert(1)<!--',
  '${1+1} {{2+2}}', 'İnbox', 'ІNBOX', 'INBOX\u00a0', 'inbox x', '日本語 🎉', '👨‍👩‍👧', 'شركة "عربية"', 'a\u200db', 'e\u0301tude', '\u00e9tude',
  'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u0334algo', 'two  blanks', '{12+}', '(\\Noselect)', 'NIL', '#hash?query=1', '~tilde', 'x'.repeat(120), 'ü'.repeat(40),
];
// Names that only a mail server can have: what they hold would turn, break or hide the words around them, so they are
// shown as the server writes them.
export const FOREIGN = ['x&IC4-fdp', '&IAs-inside', '&IGY-x&IGk-', 'a&ICg-b', '&AK0-soft'];
/** Modified UTF-7 (RFC 3501 section 5.1.3). */
export function utf7(text) {
  return text.replace(/&|[^\x20-\x7e]+/g, (run) => run === '&' ? '&-'
    : `&${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=+$/, '').replaceAll('/', ',')}-`);
}
