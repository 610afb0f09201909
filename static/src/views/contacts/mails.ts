/** The search for all mail from or to these addresses (each as the grammar wants it), as many as a search can hold. Pure. */
const MOST = 380;
export function mailsWith(addresses: readonly string[]): string {
  const of = (list: readonly string[]): string => {
    const who = list.length === 1 ? list[0]! : `(${list.join(' OR ')})`;
    return `from:${who} OR to:${who} OR cc:${who}`;
  };
  let n = addresses.length;
  while (n > 1 && of(addresses.slice(0, n)).length > MOST) n--;
  return of(addresses.slice(0, n));
}
