// Texts: Fluent, one resource per language. English is complete by test, so there is no silent fallback.
import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { FluentVariable } from '@fluent/bundle';
import { assetUrl } from './assets.ts';
import { signal } from './signals.ts';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

let bundle = new FluentBundle('en');
/** False while only the texts of the first picture are here (static/build/i18n.mjs divides them). */
let whole = true;
let wanted = false;
let coming: Promise<void> | null = null;
/** Read by t(), so that what was drawn without its texts is drawn again when they are here. */
const revision = signal(0);
/** Read by t(), so that every view is drawn again when the language changes. */
export const language = signal<Language>('en');

export function pickLanguage(wanted: string | undefined, browser: readonly string[]): Language {
  for (const tag of [wanted, ...browser]) {
    const base = tag?.toLowerCase().split('-')[0];
    if (base && base in LANGUAGES) return base as Language;
  }
  return 'en';
}

function put(lang: Language, text: string, complete: boolean): Error[] {
  const next = new FluentBundle(lang);
  const errors = next.addResource(new FluentResource(text));
  bundle = next;
  whole = complete;
  coming = null;
  language.value = lang;
  return errors;
}
/** All texts of a language at once. */
export function useTexts(lang: Language, text: string): Error[] { return put(lang, text, true); }

async function fetchTexts(lang: Language, name: string): Promise<string> {
  const answer = await fetch(assetUrl(name));
  if (!answer.ok) throw new Error(`texts for ${lang}: ${answer.status}`);
  return answer.text();
}

/** The texts of the first picture; all of them once the rest was wanted. */
export async function loadLanguage(lang: Language): Promise<void> {
  const names = wanted ? [`${lang}.ftl`, `${lang}-rest.ftl`] : [`${lang}.ftl`];
  const texts = await Promise.all(names.map((name) => fetchTexts(lang, name)));
  put(lang, texts.join('\n'), wanted && names.length === 2);
  if (typeof document !== 'undefined') document.documentElement.lang = lang;
}

async function fetchRest(): Promise<void> {
  const mine = bundle;
  try {
    const text = await fetchTexts(language.peek(), `${language.peek()}-rest.ftl`);
    if (bundle !== mine) return; // another language came meanwhile, with all of its texts
    bundle.addResource(new FluentResource(text));
    whole = true;
    revision.value++;
  } catch {
    // What needs them is drawn empty, and they are asked for again; what was loaded with them goes on.
    await new Promise((after) => { setTimeout(after, 3000); });
    if (bundle === mine) { coming = null; revision.value++; }
  }
}
/** Resolves when all texts are here, or when they could not be fetched this time. Parts loaded later wait for it (core/rest.ts). */
export function restOfTexts(): Promise<void> {
  wanted = true;
  if (whole) return Promise.resolve();
  return coming ??= fetchRest();
}

export type TextArgs = Record<string, FluentVariable>;

/** The text of a key; the key itself when it is missing (tests refuse that); '' until the rest of the texts is here. */
export function t(key: string, args?: TextArgs): string {
  void language.value;
  void revision.value;
  const message = bundle.getMessage(key);
  if (!message?.value && !whole) { void restOfTexts(); return ''; }
  if (!message?.value) return key;
  return bundle.formatPattern(message.value, args ?? null, []);
}

/** The same without the invisible direction marks Fluent puts around values: for text that leaves this page. */
export function plainText(key: string, args?: TextArgs): string { return t(key, args).replace(/[\u2066-\u2069]/g, ''); }

export function hasText(key: string): boolean { void revision.value; return bundle.getMessage(key)?.value != null; }
