/*
 * log.c -- log lines: time, level, process, request id, then the text.
 *
 *   2026-03-05T09:00:00.123Z note 4711 [request] key=value ...
 *
 * One line is one write(2), so that lines of several processes do not mix.
 * Values come from strangers: control characters, and bytes that are no UTF-8,
 * are written as \n or \x1B, so that nobody forges a line or drives a terminal.
 */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "stamp.h"
#include "utf8.h"

#define TEXT_SMALL 1024     /* bytes formatted without malloc */
#define ESCAPED 4           /* bytes that one byte may become */
#define REQUEST_MAX 64      /* bytes of the request's id */
#define HEAD_MAX (ESCAPED * REQUEST_MAX + 80) /* bytes of time, level, process and id */

static struct {
	int fd;
	enum log_level level;
	const char *request;
} state = { STDERR_FILENO, LOG_NOTE, NULL };

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN]  = "warn",
	[LOG_NOTE]  = "note",
	[LOG_TRACE] = "trace",
};

bool
log_open(const char *file, enum log_level level)
{
	int fd = STDERR_FILENO;

	if (file) {
		fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
		if (fd < 0)
			return false;
	}
	if (state.fd != STDERR_FILENO)
		close(state.fd);
	state.fd = fd;
	state.level = level;
	return true;
}

void
log_bind(const char *request_id)
{
	state.request = request_id;
}

/* Bytes that may stand in a line as they are, from the front of s; 0: not this one. */
static size_t
plain(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;

	if (u[0] < 0x20 || u[0] == 0x7F)
		return 0;
	if (n > 1 && u[0] == 0xC2 && u[1] < 0xA0) /* C1 controls */
		return 0;
	return utf8_step(p, n);
}

/* out holds ESCAPED * n bytes. Returns how many were written. */
static size_t
escape(char *out, const char *p, size_t n)
{
	static const char digit[] = "0123456789ABCDEF";
	static const char letter[] = { ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r' };
	char *o = out;
	size_t len;

	for (; n; p += len, n -= len) {
		unsigned char c = (unsigned char)*p;

		len = plain(p, n);
		if (len) {
			memcpy(o, p, len);
			o += len;
			continue;
		}
		len = 1;
		*o++ = '\\';
		if (c < sizeof(letter) && letter[c]) {
			*o++ = letter[c];
		} else {
			*o++ = 'x';
			*o++ = digit[c >> 4];
			*o++ = digit[c & 15];
		}
	}
	return (size_t)(o - out);
}

static size_t
head(char out[HEAD_MAX], enum log_level level)
{
	char stamp[STAMP_TEXT], request[ESCAPED * REQUEST_MAX];
	struct timespec now;
	size_t request_n = 0;
	int n;

	clock_gettime(CLOCK_REALTIME, &now);
	stamp_iso(now.tv_sec, stamp);
	if (state.request)
		request_n = escape(request, state.request,
		    strnlen(state.request, REQUEST_MAX));
	n = snprintf(out, HEAD_MAX, "%.19s.%03dZ %s %ld %s%.*s%s", stamp,
	    (int)(now.tv_nsec / 1000000), level_names[level], (long)getpid(),
	    state.request ? "[" : "", (int)request_n, request, state.request ? "] " : "");
	return n < 0 ? 0 : n < HEAD_MAX ? (size_t)n : HEAD_MAX - 1;
}

/* line holds HEAD_MAX + ESCAPED * n + 1 bytes. */
static void
emit(enum log_level level, char *line, const char *text, size_t n)
{
	size_t len = head(line, level), at = 0;
	ssize_t done;

	len += escape(line + len, text, n);
	line[len++] = '\n';
	while (at < len) {
		done = write(state.fd, line + at, len - at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return; /* nowhere to say it */
		at += (size_t)done;
	}
}

/* A text too long for the stack; false without memory. */
static bool PRINTF(3, 0)
emit_long(enum log_level level, size_t n, const char *fmt, va_list ap)
{
	char *text = malloc(n + 1), *line = malloc(HEAD_MAX + ESCAPED * n + 1);
	bool ok = text && line;

	if (ok) {
		vsnprintf(text, n + 1, fmt, ap);
		emit(level, line, text, n);
	}
	free(text);
	free(line);
	return ok;
}

static void PRINTF(2, 0)
log_line(enum log_level level, const char *fmt, va_list ap)
{
	char text[TEXT_SMALL], line[HEAD_MAX + ESCAPED * TEXT_SMALL + 1];
	int kept = errno, n;
	va_list again;

	if (level > state.level)
		return;
	va_copy(again, ap);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(text))
		emit(level, line, text, (size_t)n);
	else if (n >= 0 && !emit_long(level, (size_t)n, fmt, again))
		emit(level, line, text, sizeof(text) - 1);
	va_end(again);
	errno = kept;
}

#define LOG_AT(level, fmt)                        \
	do {                                      \
		va_list ap;                       \
		va_start(ap, fmt);                \
		log_line(level, fmt, ap);         \
		va_end(ap);                       \
	} while (0)

void
log_error(const char *fmt, ...)
{
	LOG_AT(LOG_ERROR, fmt);
}

void
log_warn(const char *fmt, ...)
{
	LOG_AT(LOG_WARN, fmt);
}

void
log_note(const char *fmt, ...)
{
	LOG_AT(LOG_NOTE, fmt);
}

void
log_trace(const char *fmt, ...)
{
	LOG_AT(LOG_TRACE, fmt);
}

void
log_err(const char *what, const struct err *e)
{
	if (e->detail[0])
		log_error("%s: %s (%s)", what, e->peer, e->detail);
	else
		log_error("%s: %s", what, e->peer);
}
