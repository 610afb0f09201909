// URLs of built files that are not part of the script itself; filled in by static/build/build.mjs.
declare const __ASSETS__: Record<string, string>;

export function assetUrl(name: string): string {
  return __ASSETS__[name] ?? '';
}
