// What every part of the keyring's views needs, in one chunk: each part imports this file first.
import './vault.ts';
import './form.ts';
import './words.ts';
import './activity.ts';
import './unlock.ts';
import './first-run.ts';
import './reminder.ts';
