/*
 * http.c -- the answer object: headers, body, short error texts.
 *
 * RFC 9110 §5.5 (field values), §10.2.3 (Retry-After). Headers are checked
 * here once, so that no value from a database or a request can end a line.
 */
#include "http.h"

#include <stdarg.h>
#include <stdio.h>

#include "limits.h"
#include "log.h"

#define HEADERS_MAX ((size_t)16 * KIB)
#define PART_MEMORY ((size_t)64 * KIB) /* of the parts that hold Delete ids and the end */

void
response_init(struct response *r, const char *body_dir)
{
	size_t i;

	*r = (struct response){ .status = 200 };
	buf_init(&r->headers, HEADERS_MAX);
	spool_init(&r->body, LIMIT_SPOOL_MEMORY, body_dir);
	for (i = 0; i < RESPONSE_MORE; i++)
		spool_init(&r->more[i],
		    i + 1 == RESPONSE_MORE ? LIMIT_SPOOL_MEMORY : PART_MEMORY, body_dir);
}

void
response_forget(struct response *r)
{
	size_t i;

	r->status = 200;
	r->head_length = 0;
	buf_reset(&r->headers);
	spool_reset(&r->body);
	for (i = 0; i < RESPONSE_MORE; i++)
		spool_reset(&r->more[i]);
}

void
response_watch(struct response *r, volatile uint64_t *progress)
{
	size_t i;

	r->body.progress = progress;
	for (i = 0; i < RESPONSE_MORE; i++)
		r->more[i].progress = progress;
}

void
response_reset(struct response *r)
{
	response_forget(r);
	r->is_head = false;
	r->note = (struct access_note){ 0 };
}

void
response_clear(struct response *r)
{
	size_t i;

	buf_clear(&r->headers);
	spool_clear(&r->body);
	for (i = 0; i < RESPONSE_MORE; i++)
		spool_clear(&r->more[i]);
}

static bool
has_control(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7F)
			return true;
	return false;
}

void
response_header(struct response *r, const char *name, const char *fmt, ...)
{
	char value[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(value) || has_control(value, (size_t)n)) {
		log_warn(
		    "header %s left out: its value is over %zu bytes or holds a control "
		    "character",
		    name, sizeof(value) - 1);
		return;
	}
	buf_addf(&r->headers, "%s: %s\r\n", name, value);
}

bool
response_has_header(const struct response *r, const char *name)
{
	struct str rest = buf_str(&r->headers), line, value;

	while (rest.n) {
		line = str_cut(rest, '\n', &rest);
		if (str_ieq(str_cut(line, ':', &value), str_of(name)))
			return true;
	}
	return false;
}

uint64_t
response_length(const struct response *r)
{
	uint64_t n = r->body.length;
	size_t i;

	if (r->is_head && r->head_length)
		return r->head_length;
	for (i = 0; i < RESPONSE_MORE; i++)
		n += r->more[i].length;
	return n;
}

bool
response_send(struct response *r, struct sink *to)
{
	size_t i;

	if (r->is_head)
		return true;
	if (!spool_send(&r->body, to))
		return false;
	for (i = 0; i < RESPONSE_MORE; i++)
		if (!spool_send(&r->more[i], to))
			return false;
	return true;
}

void
response_error(struct response *r, int status, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text))
		n = sizeof(text) - 1;
	response_forget(r);
	r->status = status;
	response_header(r, "Content-Type", "text/plain; charset=utf-8");
	if (status == 503)
		response_header(r, "Retry-After", "30");
	if (!spool_write(&r->body, text, (size_t)n) || !spool_write(&r->body, "\n", 1))
		log_error("no room for %d bytes of an error text", n);
}
