/*
 * serve.c -- one file over HTTP: GET and HEAD with ranges and conditions, and
 * the conditions of a PUT or DELETE.
 *
 * What somebody attached is data, never a page of ours: it leaves as an
 * attachment, with a type that no browser runs, and sandboxed in case one shows
 * it anyway. Several ranges at once are answered with the whole, as §14.2 allows.
 */
#include "files/serve.h"

#include <inttypes.h>
#include <stdio.h>

#include "log.h"
#include "num.h"
#include "stamp.h"

#define DATE_TEXT 32
#define NAME_MAX_BYTES 400 /* of Content-Disposition: the whole value fits in a header */

/* Types that programs open by. What a browser would run has none: it is a stream of bytes. */
static const struct {
	const char *ending, *type;
} types[] = {
	{ "csv", "text/csv; charset=utf-8" },
	{ "doc", "application/msword" },
	{ "docm", "application/vnd.ms-word.document.macroEnabled.12" },
	{ "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "eml", "message/rfc822" },
	{ "gif", "image/gif" },
	{ "ics", "text/calendar; charset=utf-8" },
	{ "jpeg", "image/jpeg" },
	{ "jpg", "image/jpeg" },
	{ "mp3", "audio/mpeg" },
	{ "mp4", "video/mp4" },
	{ "msg", "application/vnd.ms-outlook" },
	{ "odp", "application/vnd.oasis.opendocument.presentation" },
	{ "ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt", "application/vnd.oasis.opendocument.text" },
	{ "pdf", "application/pdf" },
	{ "png", "image/png" },
	{ "ppt", "application/vnd.ms-powerpoint" },
	{ "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "rtf", "application/rtf" },
	{ "txt", "text/plain" }, /* in whatever encoding: nobody knows */
	{ "vcf", "text/vcard; charset=utf-8" },
	{ "webp", "image/webp" },
	{ "xls", "application/vnd.ms-excel" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "zip", "application/zip" },
};

static const char *
type_of(struct str name)
{
	struct str ending = name;
	size_t i;

	for (i = name.n; i && name.p[i - 1] != '.'; i--)
		;
	ending = (struct str){ name.p + i, i ? name.n - i : 0 };
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_ieq(ending, str_of(types[i].ending)))
			return types[i].type;
	return "application/octet-stream";
}

/* ---- names ---- */

static bool
is_unreserved(unsigned char u)
{
	return (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z') ||
	    u == '-' || u == '_' || u == '.' || u == '~';
}

struct str
serve_segment(struct arena *a, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = arena_get(a, s.n * 3 + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		unsigned char u = (unsigned char)s.p[i];

		if (is_unreserved(u)) {
			out[n++] = (char)u;
		} else {
			out[n++] = '%';
			out[n++] = hex[u >> 4];
			out[n++] = hex[u & 15];
		}
	}
	return (struct str){ out, n };
}

static int
hex_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct str
serve_unescape(struct arena *a, struct str s)
{
	char *out = arena_get(a, s.n + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && s.n - i > 2 && hex_of(s.p[i + 1]) >= 0 &&
		    hex_of(s.p[i + 2]) >= 0) {
			out[n++] = (char)(hex_of(s.p[i + 1]) * 16 + hex_of(s.p[i + 2]));
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct str){ out, n };
}

/* For programs that know no filename*: what is not plain becomes '_'. */
static struct str
plain_name(struct arena *a, struct str name)
{
	struct str s = arena_dup(a, name);
	char *out = arena_get(a, s.n + 1);
	size_t i;

	for (i = 0; i < s.n; i++)
		out[i] = is_unreserved((unsigned char)s.p[i]) || s.p[i] == ' ' ? s.p[i] : '_';
	return (struct str){ out, s.n };
}

static void
name_header(struct arena *a, struct response *r, struct str name)
{
	struct str cut = { name.p, name.n < NAME_MAX_BYTES ? name.n : 0 };
	struct str plain = plain_name(a, cut), coded = serve_segment(a, cut);

	if (!cut.n)
		response_header(r, "Content-Disposition", "attachment");
	else
		response_header(r, "Content-Disposition",
		    "attachment; filename=\"%.*s\"; filename*=UTF-8''%.*s", STR_ARG(plain),
		    STR_ARG(coded));
}

/* ---- dates: RFC 9110 §5.6.7, the form that everybody sends ---- */

static const char month[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
	"Sep", "Oct", "Nov", "Dec" };

static void
date_text(int64_t t, char out[DATE_TEXT])
{
	static const char day[7][4] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	struct civil c = civil_from_stamp(t);
	int64_t days = t / 86400 - (t % 86400 < 0);

	snprintf(out, DATE_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT",
	    day[(days % 7 + 7) % 7], c.day, month[(c.month - 1) % 12], c.year, c.hour,
	    c.minute, c.second);
}

static bool
digits(struct str s, size_t at, size_t n, int *out)
{
	uint64_t v;

	if (!num_u64((struct str){ s.p + at, n }, 9999, &v))
		return false;
	*out = (int)v;
	return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT". Another form is no date, and no condition (§13.1.4). */
static bool
date_read(struct str s, int64_t *out)
{
	struct civil c = { 0 };

	s = str_trim(s);
	if (s.n != 29 || memcmp(s.p + 25, " GMT", 4) != 0 || s.p[16] != ' ' ||
	    s.p[19] != ':' || s.p[22] != ':' || !digits(s, 5, 2, &c.day) ||
	    !digits(s, 12, 4, &c.year) || !digits(s, 17, 2, &c.hour) ||
	    !digits(s, 20, 2, &c.minute) || !digits(s, 23, 2, &c.second))
		return false;
	for (int i = 0; i < 12; i++)
		if (memcmp(s.p + 8, month[i], 3) == 0)
			c.month = i + 1;
	if (!civil_ok(&c))
		return false;
	*out = civil_to_stamp(&c);
	return true;
}

/* ---- conditions ---- */

static struct str
asked(const struct request *q, const char *name)
{
	return q->header ? q->header(q->header_arg, name) : STR_NULL;
}

/* The next entity tag of a list; our tags hold commas, so quotes count. False at the end. */
static bool
next_tag(struct str *rest, struct str *tag, bool *is_weak)
{
	const char *end;
	struct str s = *rest;

	while (s.n && strchr(" \t,", s.p[0]))
		s.p++, s.n--;
	*is_weak = s.n > 2 && s.p[0] == 'W' && s.p[1] == '/';
	if (*is_weak)
		s.p += 2, s.n -= 2;
	if (!s.n)
		return false;
	if (s.p[0] != '"') { /* the token without its quotes: somebody meant it */
		*tag = str_trim(s);
		*rest = STR_NULL;
		return true;
	}
	end = memchr(s.p + 1, '"', s.n - 1);
	if (!end)
		return false;
	*tag = (struct str){ s.p + 1, (size_t)(end - s.p) - 1 };
	*rest = (struct str){ end + 1, s.n - tag->n - 2 };
	return true;
}

/* version NULL p: there is no file. GUIDs in any case. */
static bool
lists_version(struct str tags, struct str version, bool takes_weak)
{
	struct str rest = tags, tag;
	bool is_weak;

	if (str_eq(str_trim(tags), STR("*")))
		return version.p != NULL;
	while (next_tag(&rest, &tag, &is_weak))
		if ((takes_weak || !is_weak) && version.p && str_ieq(tag, version))
			return true;
	return false;
}

void
serve_stale(const struct request *q, struct response *r, struct str version)
{
	response_error(r, 412, "The file is not the one that you have seen: it was changed or "
	    "removed by somebody else. Nothing was done. Read it again. (reference %s)", q->id);
	if (version.p)
		response_header(r, "ETag", "\"%.*s\"", STR_ARG(version));
	r->note.outcome = outcome_name(E_CONFLICT);
}

bool
serve_is_plain(const struct request *q, struct response *r)
{
	struct str coding = asked(q, "Content-Encoding");

	if (!asked(q, "Content-Range").p && (!coding.n || str_ieq(coding, STR("identity"))))
		return true;
	response_error(r, 400, "A file can only be sent whole and as it is, without "
	    "Content-Range and Content-Encoding. (reference %s)", q->id);
	r->note.outcome = outcome_name(E_INVALID);
	return false;
}

bool
serve_may_write(const struct request *q, struct response *r, const struct served_file *f,
    bool *is_exact, bool *is_repeat)
{
	struct str match = asked(q, "If-Match"), none = asked(q, "If-None-Match");
	struct str version = f ? f->version : STR_NULL;
	int64_t since;
	bool holds = true;

	*is_exact = false;
	if (match.p) {
		holds = lists_version(match, version, false);
		*is_exact = holds;
	} else if (date_read(asked(q, "If-Unmodified-Since"), &since)) {
		holds = f && f->modified <= since;
		*is_exact = holds;
	}
	if (is_repeat) {
		*is_repeat = f && !holds;
		holds |= *is_repeat;
	}
	if (holds && none.p)
		holds = !lists_version(none, version, true);
	if (!holds)
		serve_stale(q, r, version);
	return holds;
}

/* §13.2.2: the order of conditions on a read. 0: go on. */
static int
read_condition(const struct request *q, const struct served_file *f)
{
	struct str match = asked(q, "If-Match"), none = asked(q, "If-None-Match");
	int64_t since;

	if (match.p) {
		if (!lists_version(match, f->version, false))
			return 412;
	} else if (date_read(asked(q, "If-Unmodified-Since"), &since)) {
		if (f->modified > since)
			return 412;
	}
	if (none.p)
		return lists_version(none, f->version, true) ? 304 : 0;
	if (date_read(asked(q, "If-Modified-Since"), &since) && f->modified <= since)
		return 304;
	return 0;
}

/* ---- ranges ---- */

struct range {
	uint64_t at, n;
	enum { RANGE_NONE, RANGE_ONE, RANGE_BAD } is;
};

/* The range may be used: If-Range names what is here now, or does not stand there. */
static bool
range_is_current(const struct request *q, const struct served_file *f)
{
	struct str cond = asked(q, "If-Range");
	int64_t at;

	if (!cond.p)
		return true;
	if (date_read(cond, &at))
		return at == f->modified;
	return lists_version(cond, f->version, false);
}

/* "bytes=0-499", "bytes=500-", "bytes=-500". What is no such thing is not there. */
static struct range
read_range(const struct request *q, const struct served_file *f)
{
	struct range none = { 0, f->size, RANGE_NONE }, r = none;
	struct str s = str_trim(asked(q, "Range")), first, last;
	uint64_t a = 0, b = 0;

	if (s.n < 7 || strncasecmp(s.p, "bytes=", 6) != 0 || !range_is_current(q, f))
		return none;
	s = str_trim((struct str){ s.p + 6, s.n - 6 });
	first = str_trim(str_cut(s, '-', &last));
	last = str_trim(last);
	if (!last.p || (!first.n && !last.n) || memchr(s.p, ',', s.n) ||
	    (first.n && !num_u64(first, UINT64_MAX - 1, &a)) ||
	    (last.n && !num_u64(last, UINT64_MAX - 1, &b)))
		return none;
	if (first.n && last.n && b < a)
		return none;
	if (!first.n) { /* the last b bytes */
		r.n = b < f->size ? b : f->size;
		r.at = f->size - r.n;
	} else {
		r.at = a;
		r.n = a >= f->size ? 0 : last.n && b < f->size ? b + 1 - a : f->size - a;
	}
	r.is = r.n ? RANGE_ONE : RANGE_BAD;
	return r;
}

/* ---- answers ---- */

void
serve_failed(const struct request *q, struct response *r, const struct err *e)
{
	static const int status[OUTCOME__MAX] = {
		[OK] = 500, [E_NOT_FOUND] = 404, [E_CONFLICT] = 412, [E_DENIED] = 403,
		[E_INVALID] = 400, [E_LIMIT] = 413, [E_RETRY] = 503, [E_UNCERTAIN] = 503,
		[E_UNAVAILABLE] = 503, [E_FAILED] = 500,
	};

	if (e->code == E_FAILED || e->code == E_UNAVAILABLE || e->detail[0])
		log_err("file", e);
	response_error(r, status[e->code], "%s (reference %s)", e->peer[0] ? e->peer :
	    "This could not be done.", q->id);
	r->note.outcome = outcome_name(e->code);
}

void
serve_done(struct response *r, int status, struct str version)
{
	r->status = status;
	if (version.p)
		response_header(r, "ETag", "\"%.*s\"", STR_ARG(version));
	r->note.outcome = outcome_name(OK);
}

static void
file_headers(struct arena *a, struct response *r, const struct served_file *f)
{
	char date[DATE_TEXT];

	date_text(f->modified, date);
	response_header(r, "ETag", "\"%.*s\"", STR_ARG(f->version));
	response_header(r, "Last-Modified", "%s", date);
	response_header(r, "Accept-Ranges", "bytes");
	response_header(r, "Cache-Control", "private, no-cache");
	response_header(r, "Content-Security-Policy", "default-src 'none'; sandbox");
	response_header(r, "X-Frame-Options", "DENY");
	name_header(a, r, f->name);
}

static void
send_bytes(const struct request *q, struct response *r, const struct served_file *f,
    const struct range *range)
{
	struct sink to = spool_sink(&r->body);
	struct err e = { .code = OK };
	enum outcome o = f->read(f->arg, range->at, range->n, &to, &e);

	if (to.failed)
		o = err_set(&e, E_FAILED, "There is no room for the file on this server.");
	else if (o == OK && to.bytes != range->n)
		o = err_set(&e, E_FAILED, "The file is stored with another length than it "
		    "should have.");
	if (o == E_CONFLICT || o == E_NOT_FOUND)
		o = err_set(&e, E_UNAVAILABLE, "The file was changed while it was read. "
		    "Ask again.");
	if (o != OK) {
		e.code = o;
		serve_failed(q, r, &e);
	}
}

void
serve_get(struct arena *a, const struct request *q, struct response *r,
    const struct served_file *f)
{
	int condition = read_condition(q, f);
	struct range range = read_range(q, f);

	r->note.outcome = outcome_name(OK);
	if (condition == 412) {
		serve_stale(q, r, f->version);
		return;
	}
	if (!condition && range.is == RANGE_BAD && !r->is_head) {
		response_error(r, 416, "The file has %" PRIu64 " bytes; there are none in the "
		    "range that was asked for.", f->size);
		response_header(r, "Content-Range", "bytes */%" PRIu64, f->size);
		r->note.outcome = outcome_name(E_INVALID);
		return;
	}
	file_headers(a, r, f);
	if (condition == 304) {
		r->status = 304;
		return;
	}
	response_header(r, "Content-Type", "%s", type_of(f->name));
	if (r->is_head) {
		r->head_length = f->size;
		return;
	}
	if (range.is == RANGE_ONE) {
		r->status = 206;
		response_header(r, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
		    range.at, range.at + range.n - 1, f->size);
	}
	send_bytes(q, r, f, &range);
}
