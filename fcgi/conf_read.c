/*
 * conf_read.c -- how the value of one key of owsd.ini is read.
 *
 * A reader puts the value into its member of struct conf, or says at file,
 * line and key what it found and what it expected.
 */
#include "conf_read.h"

#include <stdarg.h>
#include <string.h>
#include <sys/un.h>

#include "num.h"
#include "zone.h"

static void PRINTF(2, 3)
complain(const struct conf_reader *r, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ini_problem(r->problems, r->conf->file, r->entry, "%s", text);
}

static void *
member(const struct conf_reader *r)
{
	return (char *)r->conf + r->key->at;
}

static void
set_text(const struct conf_reader *r, const char *text)
{
	*(const char **)member(r) = text;
}

static const char *
absolute(const struct conf_reader *r, struct str path)
{
	if (!path.n)
		return NULL;
	if (path.p[0] == '/')
		return arena_dup(r->problems->arena, path).p;
	return arena_fmt(r->problems->arena, "%s/%.*s", r->folder, (int)path.n, path.p).p;
}

void
conf_read_text(const struct conf_reader *r)
{
	set_text(r, r->text[0] ? r->text : NULL);
}

void
conf_read_secret(const struct conf_reader *r)
{
	size_t n = strlen(r->text);

	if (n && (n < (size_t)r->key->lo || n > (size_t)r->key->hi))
		complain(r, "a secret of %zu characters; %lld to %lld are expected", n,
		    (long long)r->key->lo, (long long)r->key->hi);
	conf_read_text(r);
}

void
conf_read_path(const struct conf_reader *r)
{
	set_text(r, absolute(r, str_of(r->text)));
}

static bool
in_bounds(const struct conf_reader *r, int64_t *out)
{
	if (num_i64(str_of(r->text), r->key->lo, r->key->hi, out))
		return true;
	complain(r, "\"%s\" is no number from %lld to %lld", r->text, (long long)r->key->lo,
	    (long long)r->key->hi);
	return false;
}

void
conf_read_number(const struct conf_reader *r)
{
	int64_t n;

	if (in_bounds(r, &n))
		*(int64_t *)member(r) = n;
}

void
conf_read_unsigned(const struct conf_reader *r)
{
	int64_t n;

	if (in_bounds(r, &n))
		*(unsigned *)member(r) = (unsigned)n;
}

void
conf_read_octal(const struct conf_reader *r)
{
	int64_t mode = 0;
	size_t n = strlen(r->text);

	if (n < 3 || n > 4 || strspn(r->text, "01234567") != n) {
		complain(r, "\"%s\" is no file mode; three octal digits are expected, as in 0660",
		    r->text);
		return;
	}
	for (const char *p = r->text; *p; p++)
		mode = mode * 8 + (*p - '0');
	if (mode > r->key->hi)
		complain(r, "\"%s\" is more than 0777", r->text);
	*(int64_t *)member(r) = mode;
}

void
conf_read_level(const struct conf_reader *r)
{
	static const char *const names[] = {
		[LOG_ERROR] = "error",
		[LOG_WARN]  = "warn",
		[LOG_NOTE]  = "note",
		[LOG_TRACE] = "trace",
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_ieq(str_of(r->text), str_of(names[i]))) {
			*(enum log_level *)member(r) = (enum log_level)i;
			return;
		}
	complain(r, "\"%s\" is no level; error, warn, note or trace is expected", r->text);
}

void
conf_read_listen(const struct conf_reader *r)
{
	struct conf *c = r->conf;
	struct arena *a = r->problems->arena;
	const char *colon;
	struct str host;
	int64_t port;

	set_text(r, r->text);
	if (strcmp(r->text, "inherit") == 0) {
		c->listen_kind = LISTEN_INHERIT;
		return;
	}
	if (strncmp(r->text, "unix:", 5) == 0) {
		c->listen_kind = LISTEN_UNIX;
		c->listen_path = absolute(r, str_of(r->text + 5));
		if (!c->listen_path)
			complain(r, "unix: needs a path behind it");
		else if (strlen(c->listen_path) >= sizeof(((struct sockaddr_un *)0)->sun_path))
			complain(r, "the path %s is %zu bytes long, a socket's may have %zu; "
			    "use a shorter one", c->listen_path, strlen(c->listen_path),
			    sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
		return;
	}
	colon = strrchr(r->text, ':');
	if (!colon || colon == r->text || !num_i64(str_of(colon + 1), 1, 65535, &port)) {
		complain(r, "\"%s\" is neither unix:PATH nor HOST:PORT nor inherit", r->text);
		return;
	}
	host = (struct str){ r->text, (size_t)(colon - r->text) };
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct str){ host.p + 1, host.n - 2 };
	c->listen_kind = LISTEN_TCP;
	c->listen_host = arena_dup(a, host).p;
	c->listen_port = colon + 1;
}

void
conf_read_url(const struct conf_reader *r)
{
	struct str s = str_of(r->text), path;
	const char *host = strstr(r->text, "://");

	if ((strncmp(r->text, "http://", 7) != 0 && strncmp(r->text, "https://", 8) != 0) ||
	    !host[3] || host[3] == '/' || strpbrk(r->text, "?# \"<>")) {
		complain(r, "\"%s\" is no address; http://HOST[:PORT][/PATH] or https://... is "
		    "expected", r->text);
		return;
	}
	while (s.n && s.p[s.n - 1] == '/')
		s.n--;
	set_text(r, arena_dup(r->problems->arena, s).p);
	host = strstr(r->conf->base_url, "://") + 3;
	path = str_of(strchr(host, '/'));
	r->conf->base_path = path.p ? path.p : "";
}

void
conf_read_zone(const struct conf_reader *r)
{
	struct err e;
	struct zone *z = zone_open(r->text, &e);

	if (!z)
		complain(r, "%s", e.peer);
	zone_close(&z);
	set_text(r, r->text);
}

void
conf_read_dirs(const struct conf_reader *r)
{
	struct str rest = str_of(r->text), one;
	const char **dir;
	size_t n = 1;

	for (const char *p = r->text; *p; p++)
		n += *p == ':';
	dir = ARENA_ARRAY(r->problems->arena, const char *, n);
	n = 0;
	while (rest.p) {
		one = str_trim(str_cut(rest, ':', &rest));
		if (one.n)
			dir[n++] = absolute(r, one);
	}
	if (!n)
		complain(r, "no folder is named");
	r->conf->provider_dir = dir;
	r->conf->provider_dir_n = n;
}
