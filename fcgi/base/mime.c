/*
 * mime.c -- a mail message taken apart. See mime.h. What GMime is given was
 * counted first (mime_scan.c).
 */
#include "mime.h"

#include <unistd.h>

#include <gmime/gmime.h>

#include "buf.h"
#include "charset.h"
#include "limits.h"
#include "mime_scan.h"
#include "utf8.h"

#define PIECE 16384
#define WALK_DEPTH 20       /* of parts within parts; what lies deeper is one attached file */
#define IN_MEMORY (1 * MIB) /* a message up to that is copied, a larger one goes to a file */

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

/*
 * What a text says of its characters; NULL: nothing, or that it is ASCII. What calls
 * itself Latin 1 on the net is its larger brother.
 */
static const char *
charset_of(GMimeObject *part)
{
	const char *name = g_mime_object_get_content_type_parameter(part, "charset");

	if (!name || !*name || strcasecmp(name, "us-ascii") == 0)
		return NULL;
	return strcasecmp(name, "iso-8859-1") == 0 ? CHARSET_OTHERWISE
	    : strcasecmp(name, "utf-8") == 0 ? name : g_mime_charset_iconv_name(name);
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
	text = ok ? charset_to_utf8(w->a, buf_str(&b), charset_of(GMIME_OBJECT(part))) : STR_NULL;
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
	enum outcome o = mime_scan(from, e);

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
