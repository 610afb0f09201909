// The name a person probably goes by, where none is set: as in a certificate of theirs, or as in what they have sent. Only proposed.
import { getList } from '../api/mail.ts';
import { getKeys } from '../api/smime.ts';
import type { Cert, Row } from '../api/types.ts';
import { foldAddress } from '../core/address.ts';
import { commonName, foreign } from '../core/foreign.ts';
import { byRole, folders, loadFolders } from './folders.ts';
import { smimeOn } from './session.ts';

const SENT_ROWS = 30;
const MOST = 100;

/** A name somebody could go by: no address, nothing that plays tricks. */
function nameIn(text: string): string {
  const name = foreign(text, MOST + 1);
  return name === text.trim().replace(/\s+/g, ' ') && Array.from(name).length <= MOST && /\p{L}/u.test(name) && !/[@\uff20\ufe6b<>"…]/u.test(name) ? name : '';
}

/** The certificate that ends last speaks first, then the newest message; '' where neither names one. */
export function pickName(address: string, certificates: readonly Cert[], sent: readonly Pick<Row, 'from'>[]): string {
  const same = (a: string): boolean => foldAddress(a).toLowerCase() === foldAddress(address).toLowerCase();
  const own = certificates.filter((c) => c.addresses.some(same)).toSorted((a, b) => b.not_after.localeCompare(a.not_after));
  const written = sent.flatMap((r) => r.from.filter((f) => same(f.address)));
  return [...own.map((c) => commonName(c.subject)), ...written.map((f) => f.name)].map(nameIn).find((n) => n !== '') ?? '';
}

async function certificates(): Promise<Cert[]> {
  if (!smimeOn.value) return [];
  try { return (await getKeys()).keys.flatMap((k) => k.certificates); } catch { return []; }
}
async function sentRows(): Promise<readonly Row[]> {
  // The page may have begun with the settings: folders are on their way then.
  if (!folders.value.length) await loadFolders();
  const sent = byRole('sent');
  if (!sent) return [];
  try { return (await getList(sent.id, 0, SENT_ROWS)).messages; } catch { return []; }
}

const asked = new Map<string, Promise<string>>();
/** Asks once for each address; what cannot be asked for proposes nothing. */
export function proposedName(address: string): Promise<string> {
  let answer = asked.get(address);
  if (!answer) {
    answer = Promise.all([certificates(), sentRows()]).then(([own, rows]) => pickName(address, own, rows));
    asked.set(address, answer);
  }
  return answer;
}
