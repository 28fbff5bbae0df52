/*
 * charset.c -- text of any character set as UTF-8, by the C library's iconv.
 */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "buf.h"
#include "limits.h"
#include "utf8.h"

#define PIECE 16384

/* Whatever has no meaning becomes U+FFFD, a byte at a time. */
static void
convert(iconv_t cd, struct str in, struct buf *out)
{
	union { const char *in; char *at; } from = { .in = in.p }; /* iconv's type; it writes nothing there */
	char piece[PIECE];
	size_t left = in.n;

	while (left && !out->failed) {
		char *to = piece;
		size_t room = sizeof(piece);
		size_t rc = iconv(cd, &from.at, &left, &to, &room);

		buf_add(out, piece, sizeof(piece) - room);
		if (rc == (size_t)-1 && errno != E2BIG && left) {
			buf_add(out, "\xEF\xBF\xBD", 3);
			from.at++;
			left--;
		}
	}
}

struct str
charset_to_utf8(struct arena *a, struct str in, const char *charset)
{
	struct str out;
	struct buf b;
	iconv_t cd;

	if (in.n >= 3 && memcmp(in.p, "\xEF\xBB\xBF", 3) == 0)
		in = (struct str){ in.p + 3, in.n - 3 };
	if ((!charset || strcasecmp(charset, "utf-8") == 0) && utf8_valid(in))
		return arena_dup(a, in);
	cd = iconv_open("UTF-8", charset ? charset : CHARSET_OTHERWISE);
	if (cd == (iconv_t)-1)
		cd = iconv_open("UTF-8", CHARSET_OTHERWISE);
	if (cd == (iconv_t)-1)
		return STR_NULL;
	buf_init(&b, LIMIT_FIELD_BYTES);
	convert(cd, in, &b);
	iconv_close(cd);
	out = b.failed ? STR_NULL : arena_dup(a, buf_str(&b));
	buf_clear(&b);
	return out;
}
