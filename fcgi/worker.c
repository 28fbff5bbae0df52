/*
 * worker.c -- FastCGI in, struct request; struct response, FastCGI out. The
 * only user of <fcgiapp.h>.
 *
 * Signals are unblocked only in the ppoll on the listening socket, so that TERM
 * never cuts a request and is never lost. libfcgi would keep a connection on
 * which it was asked to (KEEP_CONN), and an idle one would pin this process:
 * each is closed after its request. An answer is complete before its first
 * byte leaves; if its rest cannot be delivered the connection is broken without
 * END_REQUEST, so that the web server sees an error and not a short answer.
 */
#define _GNU_SOURCE /* ppoll */
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "binding.h"
#include "limits.h"
#include "log.h"
#include "num.h"

#define BODY_PIECE (64 * KIB)
#define BODY_KEEP ((size_t)1 * MIB) /* of the body's memory, between requests */
#define RSS_EVERY 16                /* requests between two looks at our size */

static volatile sig_atomic_t told_to_stop; /* the signal flag */

struct worker {
	struct app *app;
	struct beat *beat;
	int listen_fd;
	struct app_engine g;
	struct binding binding;
	FCGX_Request fcgi;
	struct response response;
	struct buf body;
	struct spool upload; /* instead, of a request that brings a file */
	uint64_t served;
	uint32_t seed;      /* of request ids: chance, once per process */
	bool is_cut;        /* the answer did not leave whole */
};

static void
on_signal(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

static struct str
param(const struct worker *w, const char *name)
{
	return str_of(FCGX_GetParam(name, w->fcgi.envp));
}

static struct str
param_or_empty(const struct worker *w, const char *name)
{
	struct str s = param(w, name);

	return s.p ? s : STR("");
}

/* "SOAPAction" stands in HTTP_SOAPACTION. */
static struct str
header(void *arg, const char *name)
{
	const struct worker *w = arg;
	char var[128] = "HTTP_";
	size_t n = 5;

	if (strcasecmp(name, "Content-Type") == 0)
		return param(w, "CONTENT_TYPE");
	for (; *name && n + 1 < sizeof(var); name++, n++)
		var[n] = *name == '-' ? '_'
		    : *name >= 'a' && *name <= 'z' ? (char)(*name - 'a' + 'A') : *name;
	var[n] = '\0';
	return *name ? STR_NULL : param(w, var);
}

/* Equal, in a time that depends on the lengths only. */
static bool
is_secret(struct str given, const char *secret)
{
	size_t n = strlen(secret);
	unsigned char differs = given.n != n;

	for (size_t i = 0; i < given.n && i < n; i++)
		differs |= (unsigned char)(given.p[i] ^ secret[i]);
	return !differs;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	    : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "%41%zz" is "A%zz". */
static struct str
decode(struct arena *a, struct str s)
{
	char *out = arena_get(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' && i + 2 < s.n && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0) {
			out[n++] = (char)(hex(s.p[i + 1]) * 16 + hex(s.p[i + 2]));
			i += 2;
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct str){ out, n };
}

/* Path and query: of REQUEST_URI, because SCRIPT_NAME and PATH_INFO are cut differently by each server. */
static void
target(struct worker *w, struct request *q)
{
	struct arena *a = &w->g.arena;
	struct str uri = param(w, "REQUEST_URI"), query, at;

	if (!uri.p) {
		uri = arena_fmt(a, "%s%s", param_or_empty(w, "SCRIPT_NAME").p,
		    param_or_empty(w, "PATH_INFO").p);
		q->path = uri;
		q->query = param_or_empty(w, "QUERY_STRING");
		return;
	}
	uri = str_cut(uri, '?', &query);
	if (uri.n > 7 && (strncasecmp(uri.p, "http://", 7) == 0 ||
	    strncasecmp(uri.p, "https://", 8) == 0)) { /* absolute form */
		str_cut(uri, '/', &at);
		str_cut(at, '/', &at);
		str_cut(at, '/', &at);
		uri = at.p ? (struct str){ at.p - 1, at.n + 1 } : STR("/");
	}
	q->path = decode(a, uri);
	q->query = query.p ? query : STR("");
}

static uint64_t
body_length(const struct request *q)
{
	return q->upload ? q->upload->length : q->body.n;
}

/* One piece of the body to where it belongs. */
static enum body_state
take_piece(struct worker *w, struct request *q, const char *p, size_t n, uint64_t limit)
{
	if (!q->upload) {
		buf_add(&w->body, p, n);
		return w->body.failed ? BODY_TOO_LARGE : BODY_OK;
	}
	if (w->upload.length + n > limit)
		return BODY_TOO_LARGE;
	if (spool_write(&w->upload, p, n))
		return BODY_OK;
	log_error("a request's body does not fit into %s: %s", w->upload.dir,
	    strerror(w->upload.error));
	return BODY_NO_ROOM;
}

/* The whole body, to the end of the stream: its length may be unsaid (chunked). */
static void
read_body(struct worker *w, struct request *q)
{
	struct str said = param_or_empty(w, "CONTENT_LENGTH");
	uint64_t length = 0, limit = front_upload_limit(&w->app->site, q);
	char piece[BODY_PIECE];
	int n;

	q->upload = limit ? &w->upload : NULL;
	if (said.n && !num_u64(said, UINT64_MAX, &length)) {
		q->body_state = BODY_CUT;
		return;
	}
	if (length > (limit ? limit : LIMIT_BODY_BYTES)) {
		q->body_state = BODY_TOO_LARGE;
		return;
	}
	while ((n = FCGX_GetStr(piece, BODY_PIECE, w->fcgi.in)) > 0) {
		w->beat->progress++;
		q->body_state = take_piece(w, q, piece, (size_t)n, limit);
		if (q->body_state != BODY_OK)
			return;
	}
	q->body = buf_str(&w->body);
	if (FCGX_GetError(w->fcgi.in) || (said.n && body_length(q) != length))
		q->body_state = BODY_CUT;
}

static void
request_fill(struct worker *w, struct request *q, const char *id)
{
	*q = (struct request){
		.id = id,
		.method = param_or_empty(w, "REQUEST_METHOD"),
		.content_type = param_or_empty(w, "CONTENT_TYPE"),
		.remote_user = param_or_empty(w, "REMOTE_USER"),
		.remote_addr = param_or_empty(w, "REMOTE_ADDR"),
		.user_agent = param_or_empty(w, "HTTP_USER_AGENT"),
		.body_state = BODY_OK,
		.body = STR(""),
		.header = header,
		.header_arg = w,
	};
	target(w, q);
}

static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 204, "No Content" },
		{ 206, "Partial Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 400, "Bad Request" }, { 401, "Unauthorized" },
		{ 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 409, "Conflict" }, { 412, "Precondition Failed" },
		{ 413, "Content Too Large" }, { 415, "Unsupported Media Type" },
		{ 416, "Range Not Satisfiable" }, { 429, "Too Many Requests" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

static bool
put(void *arg, const char *p, size_t n)
{
	struct worker *w = arg;

	for (size_t part; n; p += part, n -= part) {
		part = n < BODY_PIECE ? n : BODY_PIECE;
		if (FCGX_PutStr(p, (int)part, w->fcgi.out) != (int)part)
			return false;
		w->beat->progress++;
	}
	return true;
}

static void
send_answer(struct worker *w)
{
	struct response *r = &w->response;
	struct sink to = { .write = put, .arg = w };
	struct str headers = buf_str(&r->headers);
	char line[160];
	int n;

	n = snprintf(line, sizeof(line), "Status: %d %s\r\n", r->status, reason_of(r->status));
	sink_write(&to, line, (size_t)n);
	sink_write(&to, headers.p, headers.n);
	if (r->status == 204 || r->status == 304) /* RFC 9110 §8.6: it would speak of another answer */
		n = snprintf(line, sizeof(line), "\r\n");
	else
		n = snprintf(line, sizeof(line), "Content-Length: %llu\r\n\r\n",
		    (unsigned long long)response_length(r));
	sink_write(&to, line, (size_t)n);
	if (!response_send(r, &to)) {
		log_error("an answer could not be read back from %s", w->app->conf->spool_dir);
		to.failed = true;
	}
	if (!to.failed && FCGX_FFlush(w->fcgi.out) < 0)
		to.failed = true;
	w->is_cut = to.failed;
	if (to.failed) /* no END_REQUEST: what left must not look complete */
		shutdown(w->fcgi.ipcFd, SHUT_RDWR);
}

/* key=value, quoted where the value would not be one word. */
static void
put_pair(struct buf *b, const char *key, struct str value)
{
	bool is_word = value.n > 0;

	for (size_t i = 0; i < value.n && is_word; i++)
		is_word = (unsigned char)value.p[i] > ' ' && !strchr("\"=\\", value.p[i]);
	buf_addf(b, "%s%s=%s", b->n ? " " : "", key, is_word ? "" : "\"");
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			buf_add(b, "\\", 1);
		buf_add(b, value.p + i, 1);
	}
	if (!is_word)
		buf_add(b, "\"", 1);
}

static void
access_line(struct worker *w, const struct request *q, const struct principal *who, double ms)
{
	const struct access_note *n = &w->response.note;
	struct buf b;

	buf_init(&b, 8 * KIB);
	put_pair(&b, "user", who->login.n ? who->login : STR("-"));
	put_pair(&b, "list", str_of(n->list ? n->list : "-"));
	put_pair(&b, "op", str_of(n->operation ? n->operation : "-"));
	put_pair(&b, "method", q->method);
	put_pair(&b, "path", (struct str){ q->path.p, q->path.n < 512 ? q->path.n : 512 });
	buf_addf(&b, " status=%d", w->response.status);
	put_pair(&b, "outcome", str_of(w->is_cut ? "cut" : n->outcome ? n->outcome : "-"));
	buf_addf(&b, " rows=%llu in=%llu bytes=%llu ms=%.1f", (unsigned long long)n->rows,
	    (unsigned long long)body_length(q), (unsigned long long)response_length(&w->response), ms);
	if (n->detail)
		put_pair(&b, "detail", str_of(n->detail));
	log_note("request %s", buf_str(&b).p);
	buf_clear(&b);
}

static double
clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

static void
serve(struct worker *w)
{
	const struct conf *conf = w->app->conf;
	struct front_context c = { .site = &w->app->site, .lists = w->app->lists,
		.engine = &w->g.engine, .who = { .login = STR("") } };
	double began = clock_ms();
	struct request q;
	char id[24];

	snprintf(id, sizeof(id), "%08x-%llx", (unsigned)w->seed, (unsigned long long)w->served);
	log_bind(id);
	request_fill(w, &q, id);
	if (conf->proxy_secret && !is_secret(param_or_empty(w, "PROXY_SECRET"),
	    conf->proxy_secret)) {
		response_error(&w->response, 403, "This port is for the web server in front.");
		w->response.note.outcome = "no-secret";
	} else {
		read_body(w, &q);
		c.unavailable = binding_refresh(&w->binding);
		front_handle(&c, &q, &w->response);
	}
	send_answer(w);
	access_line(w, &q, &c.who, clock_ms() - began);
	log_bind(NULL);
}

/* Between requests: forget, but keep memory worth keeping. */
static void
reset(struct worker *w)
{
	FCGX_Finish_r(&w->fcgi);
	if (w->fcgi.ipcFd >= 0)
		FCGX_Free(&w->fcgi, 1);
	response_reset(&w->response);
	if (w->body.size > BODY_KEEP)
		buf_clear(&w->body);
	else
		buf_reset(&w->body);
	spool_reset(&w->upload);
	arena_reset(&w->g.arena);
	w->is_cut = false;
	w->beat->requests = ++w->served;
}

/* Resident memory in MiB; 0: unknown. */
static int64_t
resident_mib(void)
{
	unsigned long size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (!f)
		return 0;
	if (fscanf(f, "%lu %lu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return (int64_t)resident * sysconf(_SC_PAGESIZE) / MIB;
}

static bool
should_retire(const struct worker *w)
{
	const struct conf *c = w->app->conf;
	int64_t mib;

	if ((int64_t)w->served >= c->retire_after)
		return true;
	if (w->served % RSS_EVERY)
		return false;
	mib = resident_mib();
	if (mib > c->retire_mib) {
		log_note("retires with %lld MiB after %llu requests", (long long)mib,
		    (unsigned long long)w->served);
		return true;
	}
	return false;
}

/* Wait for a connection. False: told to stop. */
static bool
wait_for_work(const struct worker *w)
{
	struct pollfd p = { .fd = w->listen_fd, .events = POLLIN };
	sigset_t none;

	sigemptyset(&none);
	while (!told_to_stop)
		if (ppoll(&p, 1, NULL, &none) > 0)
			return !told_to_stop;
	return false;
}

static void
accept_loop(struct worker *w)
{
	int rc;

	while (!should_retire(w) && wait_for_work(w)) {
		w->beat->is_busy = 1; /* a peer that says nothing is a stuck request, too */
		rc = FCGX_Accept_r(&w->fcgi);
		if (rc == 0) {
			serve(w);
			reset(w);
		} else if (rc != -EAGAIN && rc != -EINTR && rc != -ECONNABORTED) {
			log_warn("accept: %s", rc > -4096 ? strerror(-rc) : "broken request");
		}
		w->beat->is_busy = 0;
	}
}

static void
take_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal }, ignore = { .sa_handler = SIG_IGN };

	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &ignore, NULL); /* a terminal's Ctrl-C reaches the supervisor, too */
	sigaction(SIGHUP, &ignore, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL); /* a spool over its limit is an error, not the end */
}

int
worker_run(struct app *a, int listen_fd, struct beat *beat)
{
	struct worker *w = calloc(1, sizeof(*w));
	struct err e = { .code = OK };

	if (!w || FCGX_Init() != 0 || FCGX_InitRequest(&w->fcgi, listen_fd,
	    FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return 1;
	take_signals();
	w->app = a;
	w->beat = beat;
	w->listen_fd = listen_fd;
	response_init(&w->response, a->conf->spool_dir);
	response_watch(&w->response, &beat->progress);
	buf_init(&w->body, LIMIT_BODY_BYTES);
	spool_init(&w->upload, LIMIT_UPLOAD_MEMORY, a->conf->spool_dir);
	w->upload.progress = &beat->progress;
	if (app_engine_open(a, &w->g, &e) != OK ||
	    binding_open(&w->binding, &w->g, a->lists, false, &e) != OK) {
		log_err("worker", &e);
		return 1;
	}
	w->g.progress = &beat->progress;
	w->g.engine.random(w->g.engine.env, (unsigned char *)&w->seed, sizeof(w->seed));
	(void)binding_refresh(&w->binding); /* without a database requests are answered 503 */
	arena_reset(&w->g.arena);
	beat->is_ready = 1;
	accept_loop(w);
	binding_close(&w->binding);
	app_engine_close(&w->g);
	response_clear(&w->response);
	buf_clear(&w->body);
	spool_clear(&w->upload);
	free(w);
	return 0;
}
