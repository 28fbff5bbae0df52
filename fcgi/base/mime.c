/*
 * mime.c -- a mail message taken apart. See mime.h.
 *
 * GMime parses by recursion and keeps an object per part, header field and
 * parameter, so that a few megabytes of them would cost gigabytes or the stack.
 * What they need is counted first: lines that begin with "Content-Type:" or
 * "--", and fields wherever a part's header can stand.
 */
#include "mime.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <unistd.h>

#include <gmime/gmime.h>

#include "buf.h"
#include "limits.h"
#include "utf8.h"

#define PIECE 16384
#define WALK_DEPTH 20       /* of parts within parts; what lies deeper is one attached file */
#define IN_MEMORY (1 * MIB) /* a message up to that is copied, a larger one goes to a file */
#define CHARSET_UNKNOWN "windows-1252"

/* ---- what can be parsed at all ---- */

struct scan {
	size_t header;           /* bytes before the first empty line */
	bool in_header;
	bool in_name, has_name;  /* of the very first header: "Subject:" */
	size_t types, boundaries;
	char line[16];           /* how the line begins, lower case */
	size_t line_n;           /* bytes of it so far */
	/* a block of lines that may be a header: at the start, behind a boundary, in a message */
	bool in_block, is_part, has_type, has_message;
	enum { LINE_NAME, LINE_GAP, LINE_FIELD, LINE_OTHER } is; /* this line */
	unsigned matched;        /* characters of "message" */
	size_t fields, field_bytes;
};

/* One byte of a block. A line that is no field neither counts nor ends it. */
static void
scan_block(struct scan *s, char c)
{
	static const char message[] = "message";
	bool is_blank = c == ' ' || c == '\t';

	if (s->line_n == 0 && is_blank)
		return; /* goes on as the line before */
	if (s->line_n == 0)
		s->is = LINE_NAME;
	if (s->is == LINE_FIELD) {
		c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		s->matched = c == message[s->matched] ? s->matched + 1 : c == message[0];
		s->has_message |= !message[s->matched];
		s->matched = message[s->matched] ? s->matched : 0;
		s->field_bytes++;
	} else if (s->is != LINE_OTHER && c == ':' && s->line_n > 0) {
		s->is = LINE_FIELD;
		s->fields++;
	} else if (s->is == LINE_NAME && is_blank) {
		s->is = LINE_GAP;
	} else if (s->is == LINE_GAP ? !is_blank : (unsigned char)c < ' ' || c == 0x7F) {
		s->is = LINE_OTHER;
	}
}

static void
scan_line_end(struct scan *s)
{
	if (s->line_n == 0 || (s->line_n == 1 && s->line[0] == '\r')) {
		s->in_header = false;
		/* a part without a type is a message in a digest */
		s->in_block = s->in_block && (s->has_message || (s->is_part && !s->has_type));
		s->is_part = s->has_type = s->has_message = false;
		s->is = LINE_OTHER;
	} else if (s->line_n >= 2 && memcmp(s->line, "--", 2) == 0) {
		s->in_block = s->is_part = true;
		s->has_type = s->has_message = false;
		s->is = LINE_OTHER;
	}
	s->line_n = 0;
}

static void
scan_byte(struct scan *s, char c)
{
	static const char type[] = "content-type";

	if (s->in_name && (c <= ' ' || c == ':' || c == 0x7F)) {
		s->has_name = c == ':' && s->line_n > 0;
		s->in_name = false;
	}
	s->header += s->in_header;
	if (c == '\n') {
		scan_line_end(s);
		return;
	}
	if (s->in_block)
		scan_block(s, c);
	if (s->line_n < sizeof(s->line)) {
		s->line[s->line_n] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
		if (s->line_n == 1 && memcmp(s->line, "--", 2) == 0)
			s->boundaries++;
		if (s->line_n == sizeof(type) - 1 && (c == ':' || c == ' ' || c == '\t') &&
		    memcmp(s->line, type, sizeof(type) - 1) == 0) {
			s->types++;
			s->has_type = true;
		}
	}
	s->line_n++;
}

static enum outcome
scan(struct spool *from, struct err *e)
{
	struct scan s = { .in_header = true, .in_name = true, .in_block = true,
		.is = LINE_OTHER };
	char piece[PIECE];
	uint64_t at;
	size_t n;

	for (at = 0; at < from->length; at += n) {
		if (!spool_read(from, at, piece, sizeof(piece), &n) || n == 0)
			return err_set(e, E_FAILED, "The message could not be read.");
		for (size_t i = 0; i < n; i++)
			scan_byte(&s, piece[i]);
	}
	if (!s.has_name)
		return err_set(e, E_INVALID, "The message is none: it does not begin with a header.");
	if (s.header > LIMIT_MESSAGE_HEADER)
		return err_set(e, E_LIMIT, "The header of the message is longer than %d bytes.",
		    LIMIT_MESSAGE_HEADER);
	if (s.types > LIMIT_MESSAGE_TYPES || s.boundaries > LIMIT_MESSAGE_PARTS)
		return err_set(e, E_LIMIT, "The message has too many parts; at most %d are taken.",
		    LIMIT_MESSAGE_TYPES);
	if (s.fields > LIMIT_MESSAGE_FIELDS || s.field_bytes > LIMIT_MESSAGE_FIELD_BYTES)
		return err_set(e, E_LIMIT, "The headers of the message's parts are too much: they "
		    "have %zu fields with %zu bytes, at most %d with %d are taken.", s.fields,
		    s.field_bytes, LIMIT_MESSAGE_FIELDS, LIMIT_MESSAGE_FIELD_BYTES);
	return OK;
}

/* ---- parsing ---- */

static bool
to_file(void *arg, const char *p, size_t n)
{
	return g_mime_stream_write(arg, p, n) == (ssize_t)n;
}

/* GMime reads files and memory, not spools. */
static GMimeStream *
stream_of(struct spool *from, const char *dir)
{
	struct spool copy;
	GMimeStream *to = NULL;
	struct sink sink = { .write = to_file };
	int fd = -1;

	if (from->length <= IN_MEMORY) {
		to = g_mime_stream_mem_new();
		sink.arg = to;
		if (spool_send(from, &sink) && !sink.failed)
			return to;
		g_object_unref(to);
		return NULL;
	}
	spool_init(&copy, 0, dir);
	sink = spool_sink(&copy);
	if (spool_send(from, &sink) && !sink.failed)
		fd = dup(copy.fd);
	/* a stream begins where its file stands */
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
		close(fd);
		fd = -1;
	}
	spool_clear(&copy);
	return fd < 0 ? NULL : g_mime_stream_fs_new(fd);
}

static void
unref(void *object)
{
	g_object_unref(object);
}

static enum outcome
parse(struct arena *a, struct spool *from, const char *dir, GMimeMessage **out, struct err *e)
{
	GMimeStream *stream = stream_of(from, dir);
	GMimeParser *parser;

	if (!stream)
		return err_set(e, E_FAILED, "There was no room for the message. Try again.");
	g_mime_stream_reset(stream);
	parser = g_mime_parser_new_with_stream(stream);
	g_object_unref(stream);
	*out = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	if (*out)
		arena_defer(a, unref, *out);
	return *out ? OK : err_set(e, E_INVALID, "The message is none: it cannot be read.");
}

/* ---- text ---- */

/* One line of clean UTF-8. */
static struct str
line_of(struct arena *a, const char *text)
{
	struct str s = str_of(text);
	char *p;

	if (!s.p || !utf8_valid(s))
		return STR_NULL;
	s = arena_dup(a, utf8_xml_clean(a, s));
	p = arena_get(a, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		p[i] = strchr("\r\n\t", s.p[i]) ? ' ' : s.p[i];
	return str_trim((struct str){ p, s.n });
}

static struct str
header(struct arena *a, GMimeMessage *m, const char *name)
{
	return line_of(a, g_mime_object_get_header(GMIME_OBJECT(m), name));
}

/* What a text says of its characters; what calls itself Latin 1 on the net is its larger brother. */
static const char *
charset_of(GMimeObject *part)
{
	const char *name = g_mime_object_get_content_type_parameter(part, "charset");

	if (!name || !*name)
		return "utf-8";
	return strcasecmp(name, "iso-8859-1") == 0 || strcasecmp(name, "us-ascii") == 0
	    ? CHARSET_UNKNOWN : name;
}

/* Whatever has no meaning becomes U+FFFD, a byte at a time. */
static void
convert(iconv_t cd, struct str in, struct buf *out)
{
	char *from = g_memdup2(in.p, in.n ? in.n : 1), *at = from, piece[PIECE];
	size_t left = in.n;

	while (left && !out->failed) {
		char *to = piece;
		size_t room = sizeof(piece);
		size_t rc = iconv(cd, &at, &left, &to, &room);

		buf_add(out, piece, sizeof(piece) - room);
		if (rc == (size_t)-1 && errno != E2BIG && left) {
			buf_add(out, "\xEF\xBF\xBD", 3);
			at++;
			left--;
		}
	}
	g_free(from);
}

static struct str
to_utf8(struct arena *a, struct str in, const char *charset)
{
	struct str out;
	struct buf b;
	iconv_t cd;

	if (in.n >= 3 && memcmp(in.p, "\xEF\xBB\xBF", 3) == 0)
		in = (struct str){ in.p + 3, in.n - 3 };
	if (utf8_valid(in) && strncasecmp(charset, "utf-16", 6) != 0 &&
	    strncasecmp(charset, "utf-7", 5) != 0 && strncasecmp(charset, "iso-2022", 8) != 0 &&
	    strncasecmp(charset, "hz", 2) != 0)
		return arena_dup(a, in);
	cd = iconv_open("UTF-8", g_mime_charset_iconv_name(charset));
	if (cd == (iconv_t)-1)
		cd = iconv_open("UTF-8", CHARSET_UNKNOWN);
	if (cd == (iconv_t)-1)
		return STR_NULL;
	buf_init(&b, LIMIT_FIELD_BYTES);
	convert(cd, in, &b);
	iconv_close(cd);
	out = b.failed ? STR_NULL : arena_dup(a, buf_str(&b));
	buf_clear(&b);
	return out;
}

/* ---- content ---- */

/* Bytes as they are in the message; decoded they are not more. */
static gint64
encoded_length(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);

	return content ? g_mime_stream_length(g_mime_data_wrapper_get_stream(content)) : 0;
}

static bool
send_part(GMimePart *part, struct sink *to)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *from;
	GMimeEncoding state;
	char raw[PIECE], decoded[2 * PIECE];
	gint64 left = encoded_length(part); /* reading on is an error with some streams */
	ssize_t n;

	if (!content)
		return true;
	from = g_mime_data_wrapper_get_stream(content);
	g_mime_encoding_init_decode(&state, g_mime_data_wrapper_get_encoding(content));
	if (left < 0 || g_mime_stream_reset(from) < 0)
		return false;
	for (; left && !to->failed; left -= n) {
		n = g_mime_stream_read(from, raw, left < PIECE ? (size_t)left : PIECE);
		if (n <= 0)
			return false;
		sink_write(to, decoded, g_mime_encoding_step(&state, raw, (size_t)n, decoded));
	}
	if (!to->failed)
		sink_write(to, decoded, g_mime_encoding_flush(&state, raw, 0, decoded));
	return !to->failed;
}

static bool
to_stream(void *arg, const char *p, size_t n)
{
	buf_add(arg, p, n);
	return !((struct buf *)arg)->failed;
}

bool
mime_file_send(const struct mime_file *f, struct sink *to)
{
	GMimeObject *object = f->part;
	GMimeStream *memory;
	GByteArray *bytes;

	if (GMIME_IS_PART(object))
		return send_part(GMIME_PART(object), to);
	/* a message in the message, or parts too deep to look at */
	if (GMIME_IS_MESSAGE_PART(object))
		object = GMIME_OBJECT(g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)));
	memory = g_mime_stream_mem_new();
	if (object)
		g_mime_object_write_to_stream(object, NULL, memory);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
	sink_write(to, (const char *)bytes->data, bytes->len);
	g_object_unref(memory);
	return !to->failed;
}

/* ---- the parts ---- */

struct walk {
	struct arena *a;
	struct mime *out;
	size_t text_size;        /* bytes of all texts */
	struct err *e;
};

static enum outcome
text_too_long(struct walk *w)
{
	return err_set(w->e, E_LIMIT, "The text of the message is longer than %d bytes. "
	    "Attach it as a file.", LIMIT_FIELD_BYTES);
}

static enum outcome
add_text(struct walk *w, GMimePart *part, bool is_html)
{
	struct mime *m = w->out;
	struct sink sink;
	struct buf b;
	struct str text;
	bool ok;

	if (encoded_length(part) > LIMIT_FIELD_BYTES)
		return text_too_long(w);
	buf_init(&b, LIMIT_FIELD_BYTES + 16);
	sink = (struct sink){ .write = to_stream, .arg = &b };
	ok = send_part(part, &sink);
	text = ok ? to_utf8(w->a, buf_str(&b), charset_of(GMIME_OBJECT(part))) : STR_NULL;
	buf_clear(&b);
	if (!ok)
		return err_set(w->e, E_FAILED, "The text of the message could not be read.");
	w->text_size += text.n;
	if (!text.p || w->text_size > LIMIT_FIELD_BYTES) /* they become one body */
		return text_too_long(w);
	m->text[m->text_n++] = (struct mime_text){ is_html, utf8_xml_clean(w->a, text) };
	return OK;
}

static const char *
extension_of(struct arena *a, GMimeObject *part)
{
	static const struct { const char *type, *sub, *extension; } known[] = {
		{ "text", "plain", ".txt" }, { "text", "html", ".html" },
		{ "text", "calendar", ".ics" }, { "text", "vcard", ".vcf" },
		{ "image", "jpeg", ".jpg" }, { "image", "svg+xml", ".svg" },
		{ "application", "pdf", ".pdf" }, { "message", "rfc822", ".eml" },
		{ "multipart", "*", ".eml" },
	};
	GMimeContentType *type = g_mime_object_get_content_type(part);
	const char *sub;

	for (size_t i = 0; type && i < sizeof(known) / sizeof(known[0]); i++)
		if (g_mime_content_type_is_type(type, known[i].type, known[i].sub))
			return known[i].extension;
	if (!type || !g_mime_content_type_is_type(type, "image", "*"))
		return ".bin";
	sub = g_mime_content_type_get_media_subtype(type);
	return sub && strspn(sub, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(sub)
	    ? arena_fmt(a, ".%s", sub).p : ".bin";
}

static struct str
name_of(struct arena *a, GMimeObject *part)
{
	GMimeMessage *inner;
	struct str subject;

	if (GMIME_IS_PART(part))
		return line_of(a, g_mime_part_get_filename(GMIME_PART(part)));
	if (!GMIME_IS_MESSAGE_PART(part))
		return STR_NULL;
	inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
	subject = inner ? line_of(a, g_mime_message_get_subject(inner)) : STR_NULL;
	return subject.n ? arena_fmt(a, "%.*s.eml", STR_ARG(subject)) : STR_NULL;
}

static void
add_file(struct walk *w, GMimeObject *part)
{
	w->out->file[w->out->file_n++] = (struct mime_file){ .part = part,
		.name = name_of(w->a, part), .extension = extension_of(w->a, part) };
}

static bool
is_type(GMimeObject *part, const char *type, const char *sub)
{
	GMimeContentType *ct = g_mime_object_get_content_type(part);

	return ct && g_mime_content_type_is_type(ct, type, sub);
}

/* What a mail program shows, and does not offer to save. */
static bool
is_shown(GMimeObject *part)
{
	const char *disposition = g_mime_object_get_disposition(part);

	return GMIME_IS_PART(part) &&
	    (is_type(part, "text", "plain") || is_type(part, "text", "html")) &&
	    (!disposition || strcasecmp(disposition, "attachment") != 0) &&
	    !g_mime_part_get_filename(GMIME_PART(part));
}

/* The part that holds HTML itself, or as the first of parts that belong together. */
static bool
has_html(GMimeObject *part)
{
	for (int depth = 0; depth < WALK_DEPTH && GMIME_IS_MULTIPART(part) &&
	    g_mime_multipart_get_count(GMIME_MULTIPART(part)) > 0; depth++)
		part = g_mime_multipart_get_part(GMIME_MULTIPART(part), 0);
	return part && is_type(part, "text", "html");
}

/* Of the same in several forms: HTML, else plain text, else the last, which is the richest. */
static GMimeObject *
best_of(GMimeMultipart *m)
{
	GMimeObject *plain = NULL, *last = NULL;
	int n = g_mime_multipart_get_count(m);

	for (int i = n; i-- > 0;) {
		GMimeObject *part = g_mime_multipart_get_part(m, i);

		if (!last)
			last = part;
		if (has_html(part))
			return part;
		if (!plain && is_type(part, "text", "plain"))
			plain = part;
	}
	return plain ? plain : last;
}

static enum outcome
walk(struct walk *w, GMimeObject *part, int depth)
{
	GMimeMultipart *m;
	enum outcome o = OK;

	if (!part)
		return OK;
	if (is_shown(part))
		return add_text(w, GMIME_PART(part), is_type(part, "text", "html"));
	if (!GMIME_IS_MULTIPART(part) || depth == WALK_DEPTH) {
		add_file(w, part);
		return OK;
	}
	m = GMIME_MULTIPART(part);
	if (is_type(part, "multipart", "alternative"))
		return walk(w, best_of(m), depth + 1);
	for (int i = 0; o == OK && i < g_mime_multipart_get_count(m); i++)
		o = walk(w, g_mime_multipart_get_part(m, i), depth + 1);
	return o;
}

enum outcome
mime_read(struct arena *a, struct spool *from, const char *dir, struct mime *out, struct err *e)
{
	struct walk w = { .a = a, .out = out, .e = e };
	GMimeMessage *m;
	enum outcome o = scan(from, e);

	*out = (struct mime){ 0 };
	g_mime_init();
	if (o == OK)
		o = parse(a, from, dir, &m, e);
	if (o != OK)
		return o;
	out->subject = line_of(a, g_mime_message_get_subject(m));
	out->message_id = header(a, m, "Message-ID");
	out->thread_index = header(a, m, "Thread-Index");
	out->thread_topic = header(a, m, "Thread-Topic");
	out->importance = header(a, m, "Importance");
	out->text = ARENA_ARRAY(a, struct mime_text, LIMIT_MESSAGE_PARTS + 1);
	out->file = ARENA_ARRAY(a, struct mime_file, LIMIT_MESSAGE_PARTS + 1);
	return walk(&w, g_mime_message_get_mime_part(m), 0);
}
