/*
 * xmlw.h -- streaming XML (and HTML) writer. The only code that writes markup.
 *
 * Values are UTF-8. Characters that XML 1.0 forbids (and bytes that are no
 * UTF-8) are dropped and counted. In attributes TAB, LF and CR become
 * character references, because a parser would turn them into blanks.
 * Nothing returns an error: the sink keeps the first one, xmlw_end reports.
 */
#ifndef BASE_XMLW_H
#define BASE_XMLW_H

#include "err.h"
#include "sink.h"

#define XMLW_DEPTH 32
#define XMLW_BUFFER 32768

enum xmlw_mode { XMLW_XML, XMLW_HTML /* void elements, <script>-free, no self-closing tags */ };

struct xmlw {
	struct sink *sink;
	enum xmlw_mode mode;
	const char *open[XMLW_DEPTH]; /* names: literals or longer-lived than the element */
	int depth;
	bool in_tag;        /* "<name" written, '>' not yet */
	bool broken;        /* unbalanced or too deep: our bug */
	uint64_t dropped;   /* forbidden characters */
	size_t n;
	char buffer[XMLW_BUFFER];
};

void xmlw_init(struct xmlw *w, struct sink *sink, enum xmlw_mode mode);
/* <?xml version="1.0" encoding="utf-8"?> or <!DOCTYPE html>. */
void xmlw_prolog(struct xmlw *w);
/* name: as it stands on the wire ("z:row"), borrowed until the element is closed. */
void xmlw_open(struct xmlw *w, const char *name);
/* After xmlw_open or xmlw_attr only. A NULL value writes nothing. */
void xmlw_attr(struct xmlw *w, const char *name, struct str value);
void xmlw_attrz(struct xmlw *w, const char *name, const char *value);
void xmlw_attrf(struct xmlw *w, const char *name, const char *fmt, ...) PRINTF(3, 4);
/* An attribute in pieces: begin, any number of value parts (escaped), end. prefix and name are joined. */
void xmlw_attr_begin(struct xmlw *w, const char *prefix, struct str name);
void xmlw_attr_part(struct xmlw *w, struct str part);
void xmlw_attr_end(struct xmlw *w);
void xmlw_text(struct xmlw *w, struct str text);
void xmlw_textz(struct xmlw *w, const char *text);
void xmlw_textf(struct xmlw *w, const char *fmt, ...) PRINTF(2, 3);
/* Bytes that are markup already (made by another xmlw). */
void xmlw_markup(struct xmlw *w, const char *p, size_t n);
void xmlw_close(struct xmlw *w);
/* <name>text</name> */
void xmlw_element(struct xmlw *w, const char *name, const char *text);
/* Push buffered bytes to the sink; the writer stays open. An open start tag is ended first. */
void xmlw_flush(struct xmlw *w);
/* Flush; false when unbalanced or the sink failed. */
WARN_UNUSED bool xmlw_end(struct xmlw *w);

#endif
