// Style of a part that is loaded later, brought with its code. A constructed sheet: the page's policy allows no other.
const known = new Set<string>();
export function useSheet(name: string, text: string): void {
  if (known.has(name)) return;
  known.add(name);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
