// The parts of static/src/smime and how they are loaded: lazily, and only when the plan has S/MIME.
import type { SendCheck } from '../../smime/contract.ts';
import { smimeOn } from '../../store/session.ts';

interface Parts { chip: unknown; reading: unknown; sending: { sending: SendCheck }; settings: unknown; trusting: unknown; certificates: unknown; kept: typeof import('../../smime/kept.ts'); file: typeof import('../../smime/certificate-file.ts') }
const table: { [K in keyof Parts]?: () => Promise<Parts[K]> } = {
  chip: () => import('../../smime/chip.ts'),
  reading: () => import('../../smime/reading.ts'),
  sending: () => import('../../smime/sending.ts'),
  settings: () => import('../../smime/settings.ts'),
  trusting: () => import('../../smime/trusting.ts'),
  certificates: () => import('../../smime/certificates.ts'),
  kept: () => import('../../smime/kept.ts'),
  file: () => import('../../smime/certificate-file.ts'),
};

/** The module, or null when the plan has no S/MIME or this build has no such part. */
export async function loadSmime<K extends keyof Parts>(name: K): Promise<Parts[K] | null> {
  if (!smimeOn.value) return null;
  // Whatever uses the keyring may open it: the chip must be there to show it.
  if (name !== 'chip') void table.chip?.().catch(() => undefined);
  const load = table[name];
  return load ? load() : null;
}
