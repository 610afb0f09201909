// Texts: Fluent, one resource per language. English is complete by test, so there is no silent fallback.
import { FluentBundle, FluentResource } from '@fluent/bundle';
import type { FluentVariable } from '@fluent/bundle';
import { assetUrl } from './assets.ts';
import { signal } from './signals.ts';

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

let bundle = new FluentBundle('en');
/** Read by t(), so that every view is drawn again when the language changes. */
export const language = signal<Language>('en');

export function pickLanguage(wanted: string | undefined, browser: readonly string[]): Language {
  for (const tag of [wanted, ...browser]) {
    const base = tag?.toLowerCase().split('-')[0];
    if (base && base in LANGUAGES) return base as Language;
  }
  return 'en';
}

export function useTexts(lang: Language, text: string): Error[] {
  const next = new FluentBundle(lang);
  const errors = next.addResource(new FluentResource(text));
  bundle = next;
  language.value = lang;
  return errors;
}

export async function loadLanguage(lang: Language): Promise<void> {
  const answer = await fetch(assetUrl(`${lang}.ftl`));
  if (!answer.ok) throw new Error(`texts for ${lang}: ${answer.status}`);
  useTexts(lang, await answer.text());
  if (typeof document !== 'undefined') document.documentElement.lang = lang;
}

export type TextArgs = Record<string, FluentVariable>;

/** The text of a key; the key itself when it is missing (tests refuse that). */
export function t(key: string, args?: TextArgs): string {
  void language.value;
  const message = bundle.getMessage(key);
  if (!message?.value) return key;
  return bundle.formatPattern(message.value, args ?? null, []);
}

/** The same without the invisible direction marks Fluent puts around values: for text that leaves this page. */
export function plainText(key: string, args?: TextArgs): string { return t(key, args).replace(/[\u2066-\u2069]/g, ''); }

export function hasText(key: string): boolean { return bundle.getMessage(key)?.value != null; }
