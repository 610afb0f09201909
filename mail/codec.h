/* What the codecs offer beside mail/entity.h: uuencode, and the choice of a code path, which
 * tests and the benchmark use to compare them.
 */
#ifndef WAXSEAL_MAIL_CODEC_H
#define WAXSEAL_MAIL_CODEC_H

#include "base/buf.h"
#include "base/str.h"

enum codec_path { CODEC_TABLE, CODEC_BEST };
/* CODEC_BEST (the default) takes AVX2 where the processor has it. Not while others decode. */
void codec_use(enum codec_path wanted);

/* The first "begin ... end" block in text, appended. Lenient about cut-off blanks. */
bool mime_uu_decode(str_t text, struct buf *out);

#endif
