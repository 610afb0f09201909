// PKCS#12 files of the corpus through `waxsealctl p12 inspect`: shared by p12.test.mjs and report.mjs.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, run, tool } from './expect.mjs';

// Why a file that must not open does not: its code, or one of several.
export const REASONS = {
  'p12/bad-bitflip.p12': ['wrong_passphrase', 'damaged'], // a wrong MAC: which of the two cannot be told
  'p12/bad-empty-file.p12': ['damaged'],
  'p12/bad-truncated.p12': ['damaged'],
  'p12/bad-wrong-passphrase.p12': ['wrong_passphrase'],
  'p12/no-key.p12': ['empty'],
  'p12/nss/pbmac1-invalid-no-length.p12': ['damaged', 'unsupported', 'wrong_passphrase'],
};
export const CODES = ['wrong_passphrase', 'damaged', 'unsupported', 'empty'];

export async function inspect(file, passphrase) {
  const secret = join(folder, 'p12-passphrase');
  writeFileSync(secret, passphrase, { mode: 0o600 });
  try {
    const { stdout } = await run(tool, ['p12', 'inspect', '--passphrase-file', secret, file], { timeout: 60_000 });
    return { code: 0, ...JSON.parse(stdout) };
  } catch (e) {
    if (typeof e.code !== 'number') throw e;
    return { code: e.code, ...JSON.parse(e.stdout) };
  }
}
