// Imported by every part that is loaded later (the build puts it before them): none begins without its texts.
import { restOfTexts } from './i18n.ts';

await restOfTexts();
