// What the server refused, in words: by code and field where there is a text for both, by code else.
import { ApiError, sentence } from '../api/client.ts';
import { hasText, language, t } from '../core/i18n.ts';

/** A sentence for whoever sits at the server: here it is said otherwise, where there is a text. */
export function forShell(message: string): boolean { return message.includes('waxsealctl'); }
export function codeText(code: string, field = '', message = ''): string {
  const word = code.replaceAll('_', '-');
  const both = `adm-err-${word}-${field.replaceAll('_', '-')}`;
  // The server's sentence is English and knows more than the code.
  if (language.value === 'en' && message && !(forShell(message) && hasText(both))) return message;
  if (field && hasText(both)) return t(both);
  const why = `adm-why-${word}-${field.replaceAll('_', '-')}`;
  if (field && hasText(why)) return t(why);
  if (hasText(`adm-err-${word}`)) return t(`adm-err-${word}`);
  return hasText(`err-${word}`) ? t(`err-${word}`) : t('err-internal');
}
export function say(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error && error.message && error.name === 'Error' ? error.message : sentence(error);
  return codeText(error.code, error.field, error.message);
}
