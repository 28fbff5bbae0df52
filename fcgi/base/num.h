/*
 * num.h -- strict numbers: the whole string, in range, in no locale.
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdint.h>
#include "err.h"
#include "str.h"

/* Decimal with optional '-'; false if anything else stands there or it is out of [lo, hi]. */
WARN_UNUSED bool num_i64(struct str s, int64_t lo, int64_t hi, int64_t *out);
/* Decimal without sign. */
WARN_UNUSED bool num_u64(struct str s, uint64_t hi, uint64_t *out);
/* 1 0 TRUE FALSE Yes No on off (any case), -1 and other integers: non-zero is true. */
WARN_UNUSED bool num_bool(struct str s, bool *out);
/*
 * Check a decimal number ("-12.50", "1e3" is refused) and write its shortest
 * form ("-12.5") to out (NUL-terminated, at most 64 bytes).
 */
WARN_UNUSED bool num_decimal(struct str s, char out[64]);

#endif
