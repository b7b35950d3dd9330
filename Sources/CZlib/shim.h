#ifndef WAYBILL_CZLIB_SHIM_H
#define WAYBILL_CZLIB_SHIM_H
#include <zlib.h>

// The init functions are macros that add the version and the size of z_stream, which Swift cannot import.
static inline int waybill_deflate_init(z_stream *stream, int level, int windowBits, int strategy) {
    return deflateInit2(stream, level, Z_DEFLATED, windowBits, 8, strategy);
}
static inline int waybill_inflate_init(z_stream *stream, int windowBits) { return inflateInit2(stream, windowBits); }
#endif
