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

/* How many bytes mime_base64_decode makes of text. */
size_t mime_base64_size(str_t text);

/* base64 that comes in pieces, zeroed to begin with: the bytes of mime_base64_decode, however the
 * text is cut. False when out is full or out of memory. */
struct base64_stream {
    uint32_t quad; /* bits of a group that is not whole yet */
    unsigned have; /* its characters */
    bool done;     /* '=' came: the rest is nothing */
};
bool base64_feed(struct base64_stream *s, str_t piece, struct buf *out);
/* What an unfinished group gives; s is as at the beginning afterwards. */
bool base64_end(struct base64_stream *s, struct buf *out);

/* The first "begin ... end" block in text, appended. Lenient about cut-off blanks. */
bool mime_uu_decode(str_t text, struct buf *out);

#endif
