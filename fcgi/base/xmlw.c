/*
 * xmlw.c -- streaming XML (and HTML) writer. The only code that writes markup.
 *
 * XML 1.0 §2.2 (characters), §3.3.3 (why line ends in attributes need to be
 * references); HTML §13.1.2 (void elements).
 *
 * This is the hottest loop of a first download, so values are copied eight
 * bytes at a time while a word holds nothing but plain ASCII; a word with
 * anything else goes through a class table, byte by byte.
 */
#include "xmlw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)
#define SLACK 16 /* bytes: one word, or the longest reference or character */

enum class {
	PLAIN,
	DROP,  /* a control that XML forbids */
	MULTI, /* lead or trail byte of a longer character */
	AMP, LT, GT, QUOT, TAB, LF, CR,
	CLASS__MAX
};

#define CONTROLS                                                              \
	[0x00 ... 0x08] = DROP, [0x0B] = DROP, [0x0C] = DROP,                 \
	[0x0E ... 0x1F] = DROP, [0x80 ... 0xFF] = MULTI

__extension__ static const unsigned char attr_class[256] = {
	CONTROLS, ['&'] = AMP, ['<'] = LT, ['>'] = GT, ['"'] = QUOT,
	['\t'] = TAB, ['\n'] = LF, ['\r'] = CR,
};
__extension__ static const unsigned char text_class[256] = {
	CONTROLS, ['&'] = AMP, ['<'] = LT, ['>'] = GT, ['\r'] = CR,
};

static const struct str references[CLASS__MAX] = {
	[AMP]  = { "&amp;", 5 },
	[LT]   = { "&lt;", 4 },
	[GT]   = { "&gt;", 4 },
	[QUOT] = { "&quot;", 6 },
	[TAB]  = { "&#9;", 4 },
	[LF]   = { "&#10;", 5 },
	[CR]   = { "&#13;", 5 },
};

static const char *const void_elements[] = {
	"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
	"source", "track", "wbr",
};

void
xmlw_init(struct xmlw *w, struct sink *sink, enum xmlw_mode mode)
{
	w->sink = sink;
	w->mode = mode;
	w->depth = 0;
	w->in_tag = false;
	w->broken = false;
	w->dropped = 0;
	w->n = 0;
}

static void
push(struct xmlw *w)
{
	sink_write(w->sink, w->buffer, w->n);
	w->n = 0;
}

static inline void
raw(struct xmlw *w, const char *p, size_t n)
{
	if (n > XMLW_BUFFER - w->n) {
		push(w);
		if (n > XMLW_BUFFER) {
			sink_write(w->sink, p, n);
			return;
		}
	}
	memcpy(w->buffer + w->n, p, n);
	w->n += n;
}

static inline void
raw_char(struct xmlw *w, char c)
{
	if (w->n == XMLW_BUFFER)
		push(w);
	w->buffer[w->n++] = c;
}

/*
 * No byte of the word is a control, beyond ASCII, or one of & " < > (which
 * pair up under one OR each: 0x22|4 = 0x26, 0x3C|2 = 0x3E). TAB, LF and a
 * quote in text are called unclean too: they are rare, and the table knows.
 */
static inline bool
is_clean(uint64_t x)
{
	uint64_t amp = (x | ONES * 0x04) ^ ONES * '&';
	uint64_t gt = (x | ONES * 0x02) ^ ONES * '>';
	uint64_t hits = (amp - ONES) & ~amp;

	hits |= (gt - ONES) & ~gt;
	hits |= x - ONES * 0x20; /* of bytes below 0x80; the others are hits anyway */
	return ((hits | x) & HIGHS) == 0;
}

/* One character that is not plain; SLACK bytes are free at out. Sets *used. */
static size_t
special(
    struct xmlw *w, enum class class, const char *p, size_t n, char *out, size_t *used)
{
	size_t len;

	*used = 1;
	if (class == DROP) {
		w->dropped++;
		return 0;
	}
	if (class != MULTI) {
		memcpy(out, references[class].p, references[class].n);
		return references[class].n;
	}
	len = utf8_step(p, n);
	if (len == 0 || !utf8_is_xml(p, len)) {
		w->dropped++;
		*used = len ? len : 1;
		return 0;
	}
	memcpy(out, p, len);
	*used = len;
	return len;
}

static void
escape(struct xmlw *w, const unsigned char class[256], const char *p, size_t n)
{
	const char *end = p + n, *stop;
	char *out = w->buffer + w->n, *const full = w->buffer + XMLW_BUFFER - SLACK;
	uint64_t word;
	size_t used;

	while (p < end) {
		if (out > full) {
			w->n = (size_t)(out - w->buffer);
			push(w);
			out = w->buffer;
		}
		if (end - p >= 8) {
			memcpy(&word, p, 8);
			if (is_clean(word)) {
				memcpy(out, &word, 8);
				p += 8;
				out += 8;
				continue;
			}
		}
		/* up to a word's length by the table, then try words again */
		for (stop = end - p > 8 ? p + 8 : end; p < stop && out <= full;
		     p += used) {
			enum class c = class[(unsigned char)*p];

			used = 1;
			if (c == PLAIN)
				*out++ = *p;
			else
				out += special(w, c, p, (size_t)(end - p), out, &used);
		}
	}
	w->n = (size_t)(out - w->buffer);
}

/* '>' of a start tag that waits for it. */
static inline void
end_tag(struct xmlw *w)
{
	if (w->in_tag) {
		raw_char(w, '>');
		w->in_tag = false;
	}
}

void
xmlw_prolog(struct xmlw *w)
{
	static const struct str prologs[] = {
		[XMLW_XML]  = { "<?xml version=\"1.0\" encoding=\"utf-8\"?>", 38 },
		[XMLW_HTML] = { "<!DOCTYPE html>", 15 },
	};

	raw(w, prologs[w->mode].p, prologs[w->mode].n);
}

void
xmlw_open(struct xmlw *w, const char *name)
{
	end_tag(w);
	if (w->depth == XMLW_DEPTH) {
		w->broken = true;
		return;
	}
	w->open[w->depth++] = name;
	raw_char(w, '<');
	raw(w, name, strlen(name));
	w->in_tag = true;
}

void
xmlw_attr_begin(struct xmlw *w, const char *prefix, struct str name)
{
	if (!w->in_tag)
		w->broken = true;
	raw_char(w, ' ');
	raw(w, prefix, strlen(prefix));
	raw(w, name.p, name.n);
	raw(w, "=\"", 2);
}

void
xmlw_attr_part(struct xmlw *w, struct str part)
{
	if (part.n)
		escape(w, attr_class, part.p, part.n);
}

void
xmlw_attr_end(struct xmlw *w)
{
	raw_char(w, '"');
}

void
xmlw_attr(struct xmlw *w, const char *name, struct str value)
{
	if (!value.p)
		return;
	xmlw_attr_begin(w, "", (struct str){ name, strlen(name) });
	xmlw_attr_part(w, value);
	raw_char(w, '"');
}

void
xmlw_attrz(struct xmlw *w, const char *name, const char *value)
{
	xmlw_attr(w, name, str_of(value));
}

/* Formatted text: in small when it fits, else from malloc (then in *heap). */
static struct str PRINTF(4, 0)
formatted(char *small, size_t size, char **heap, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	*heap = NULL;
	va_copy(again, ap);
	n = vsnprintf(small, size, fmt, ap);
	if (n >= 0 && (size_t)n >= size) {
		*heap = malloc((size_t)n + 1);
		if (*heap)
			vsnprintf(*heap, (size_t)n + 1, fmt, again);
		else
			n = -1;
	}
	va_end(again);
	if (n < 0)
		return STR_NULL;
	return (struct str){ *heap ? *heap : small, (size_t)n };
}

void
xmlw_attrf(struct xmlw *w, const char *name, const char *fmt, ...)
{
	char small[512], *heap;
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = formatted(small, sizeof(small), &heap, fmt, ap);
	va_end(ap);
	w->broken |= !s.p;
	xmlw_attr(w, name, s);
	free(heap);
}

void
xmlw_text(struct xmlw *w, struct str text)
{
	if (!text.n)
		return;
	end_tag(w);
	escape(w, text_class, text.p, text.n);
}

void
xmlw_textz(struct xmlw *w, const char *text)
{
	xmlw_text(w, str_of(text));
}

void
xmlw_textf(struct xmlw *w, const char *fmt, ...)
{
	char small[512], *heap;
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = formatted(small, sizeof(small), &heap, fmt, ap);
	va_end(ap);
	w->broken |= !s.p;
	xmlw_text(w, s);
	free(heap);
}

void
xmlw_markup(struct xmlw *w, const char *p, size_t n)
{
	end_tag(w);
	if (n)
		raw(w, p, n);
}

static bool
is_void(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(void_elements) / sizeof(void_elements[0]); i++)
		if (strcmp(void_elements[i], name) == 0)
			return true;
	return false;
}

void
xmlw_close(struct xmlw *w)
{
	const char *name;

	if (w->depth == 0) {
		w->broken = true;
		return;
	}
	name = w->open[--w->depth];
	if (w->in_tag && w->mode == XMLW_XML) {
		raw(w, "/>", 2);
		w->in_tag = false;
		return;
	}
	end_tag(w);
	if (w->mode == XMLW_HTML && is_void(name))
		return;
	raw(w, "</", 2);
	raw(w, name, strlen(name));
	raw_char(w, '>');
}

void
xmlw_element(struct xmlw *w, const char *name, const char *text)
{
	xmlw_open(w, name);
	xmlw_textz(w, text);
	xmlw_close(w);
}

void
xmlw_flush(struct xmlw *w)
{
	end_tag(w);
	push(w);
}

bool
xmlw_end(struct xmlw *w)
{
	bool ok = !w->broken && w->depth == 0;

	xmlw_flush(w);
	return ok && !w->sink->failed;
}
