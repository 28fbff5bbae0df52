/*
 * utf8.h -- is it UTF-8, and which characters XML 1.0 allows.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "arena.h"

/* Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(struct str s);
/* Number of characters of valid UTF-8. */
size_t utf8_chars(struct str s);
/* Every character may stand in XML 1.0 (so: no C0 but TAB LF CR, no U+FFFE, U+FFFF). s is valid UTF-8. */
bool utf8_xml_ok(struct str s);
/* s itself when it is clean, else a copy without the forbidden characters. */
struct str utf8_xml_clean(struct arena *a, struct str s);

#endif
