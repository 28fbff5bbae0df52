/*
 * charset.h -- text of any character set as UTF-8.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "arena.h"

/* What text without a known character set is taken for. */
#define CHARSET_OTHERWISE "windows-1252"

/*
 * On the arena. charset NULL: nothing is known of it, so what can be UTF-8 is.
 * What means nothing becomes U+FFFD. NULL p: longer than LIMIT_FIELD_BYTES.
 */
struct str charset_to_utf8(struct arena *a, struct str in, const char *charset);

#endif
