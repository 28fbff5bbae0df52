/*
 * mime_scan.c -- what a mail message would cost a parser that recurses and keeps
 * an object per part, header field and parameter: a few megabytes of them are
 * gigabytes then, or the stack. What they need is counted: lines that begin with
 * "Content-Type:" or "--", and fields wherever a part's header can stand.
 */
#include "mime_scan.h"

#include "limits.h"

#define PIECE 16384

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

enum outcome
mime_scan(struct spool *from, struct err *e)
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
