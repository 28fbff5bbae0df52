/*
 * err.c -- outcomes by name, and errors with one text for each reader.
 *
 * Texts are formatted aside first, because callers quote the old text in the
 * new one, and cut between characters, because the peer's text goes into XML.
 */
#include "err.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
	[OK]            = "ok",
	[E_NOT_FOUND]   = "not-found",
	[E_CONFLICT]    = "conflict",
	[E_DENIED]      = "denied",
	[E_INVALID]     = "invalid",
	[E_LIMIT]       = "limit",
	[E_RETRY]       = "retry",
	[E_UNCERTAIN]   = "uncertain",
	[E_UNAVAILABLE] = "unavailable",
	[E_FAILED]      = "failed",
};
_Static_assert(sizeof(names) / sizeof(names[0]) == OUTCOME__MAX, "a name per outcome");

static void PRINTF(3, 0)
set_text(char *out, size_t size, const char *fmt, va_list ap)
{
	char text[sizeof(((struct err *)0)->detail) + 1]; /* sees what follows the cut */
	size_t n;
	int len = vsnprintf(text, sizeof(text), fmt, ap);

	if (len < 0)
		len = 0;
	n = (size_t)len;
	if (n >= size) {
		n = size - 1;
		while (n && ((unsigned char)text[n] & 0xC0) == 0x80)
			n--; /* the cut stood inside a character */
	}
	memcpy(out, text, n);
	out[n] = '\0';
}

enum outcome
err_set(struct err *e, enum outcome code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	set_text(e->peer, sizeof(e->peer), fmt, ap);
	va_end(ap);
	e->code = code;
	e->detail[0] = '\0';
	return code;
}

void
err_detail(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	set_text(e->detail, sizeof(e->detail), fmt, ap);
	va_end(ap);
}

const char *
outcome_name(enum outcome code)
{
	return (unsigned)code < OUTCOME__MAX ? names[code] : "unknown";
}
