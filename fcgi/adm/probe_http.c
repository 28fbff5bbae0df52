/*
 * probe_http.c -- HTTP for the probe, over libcurl.
 *
 * Outlook's first request carries no credentials, so AUTH_NONE really sends
 * none; a signed request lets libcurl choose among the schemes offered.
 */
#include "probe.h"

#include <curl/curl.h>
#include <stdio.h>

#include "buf.h"
#include "limits.h"

#define ANSWER_BYTES ((size_t)256 * MIB) /* of a whole list in one answer */
#define CONNECT_S 15L
#define ANSWER_S 300L

struct collect {
	struct probe *p;
	struct buf body;
	struct reply *r;
};

static size_t
on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct collect *c = arg;

	buf_add(&c->body, bytes, size * n);
	return c->body.failed ? 0 : size * n;
}

static void
add_scheme(struct collect *c, struct str value)
{
	struct arena *a = &c->p->step;
	struct str rest, scheme = str_cut(value, ' ', &rest);

	c->r->schemes = arena_fmt(a, "%.*s%s%.*s", STR_ARG(c->r->schemes),
	    c->r->schemes.n ? " " : "", STR_ARG(scheme));
}

static size_t
on_header(char *bytes, size_t size, size_t n, void *arg)
{
	struct collect *c = arg;
	struct str value, name = str_cut((struct str){ bytes, size * n }, ':', &value);

	if (name.n > 5 && memcmp(name.p, "HTTP/", 5) == 0) { /* a further answer begins */
		c->r->schemes = c->r->type = c->r->location = c->r->retry_after = STR("");
		buf_reset(&c->body);
		return size * n;
	}
	value = str_trim(value);
	if (str_ieq(name, STR("WWW-Authenticate")))
		add_scheme(c, value);
	else if (str_ieq(name, STR("Content-Type")))
		c->r->type = arena_dup(&c->p->step, value);
	else if (str_ieq(name, STR("Location")))
		c->r->location = arena_dup(&c->p->step, value);
	else if (str_ieq(name, STR("Retry-After")))
		c->r->retry_after = arena_dup(&c->p->step, value);
	return size * n;
}

bool
http_open(struct probe *p)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return false;
	p->curl = curl_easy_init();
	return p->curl != NULL;
}

void
http_close(struct probe *p)
{
	if (p->curl)
		curl_easy_cleanup(p->curl);
	p->curl = NULL;
	curl_global_cleanup();
}

static void
prepare(struct probe *p, const char *url, enum auth auth, struct collect *c)
{
	CURL *h = p->curl;

	curl_easy_reset(h);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(h, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, ANSWER_S);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "owsadm-probe");
	if (p->is_insecure) {
		curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (auth == AUTH_SIGNED && p->user) {
		curl_easy_setopt(h, CURLOPT_HTTPAUTH, (long)CURLAUTH_ANY);
		curl_easy_setopt(h, CURLOPT_USERNAME, p->user);
		curl_easy_setopt(h, CURLOPT_PASSWORD, p->password ? p->password : "");
	}
}

static void
perform(struct probe *p, struct collect *c)
{
	CURLcode got = curl_easy_perform(p->curl);

	if (got != CURLE_OK) {
		c->r->status = 0;
		c->r->failure = c->body.failed ? "the answer is larger than 256 MiB" :
		    curl_easy_strerror(got);
	} else {
		curl_easy_getinfo(p->curl, CURLINFO_RESPONSE_CODE, &c->r->status);
		c->r->body = arena_dup(&p->step, buf_str(&c->body));
	}
	buf_clear(&c->body);
}

static void
begin(struct probe *p, struct collect *c, struct reply *r)
{
	*r = (struct reply){ .type = STR(""), .schemes = STR(""), .location = STR(""),
		.retry_after = STR(""), .body = STR("") };
	*c = (struct collect){ .p = p, .r = r };
	buf_init(&c->body, ANSWER_BYTES);
}

void
http_get(struct probe *p, const char *url, struct reply *r)
{
	struct collect c;

	begin(p, &c, r);
	prepare(p, url, AUTH_SIGNED, &c);
	curl_easy_setopt(p->curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(p->curl, CURLOPT_MAXREDIRS, 5L);
	perform(p, &c);
}

void
http_post(struct probe *p, const char *url, const char *action, struct str body, enum auth auth,
    struct reply *r)
{
	struct curl_slist *headers = NULL;
	struct collect c;

	begin(p, &c, r);
	prepare(p, url, auth, &c);
	headers = curl_slist_append(headers, "Content-Type: text/xml; charset=utf-8");
	headers = curl_slist_append(headers, arena_fmt(&p->step, "SOAPAction: \"%s\"", action).p);
	headers = curl_slist_append(headers, "Expect:");
	curl_easy_setopt(p->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
	curl_easy_setopt(p->curl, CURLOPT_POSTFIELDS, body.p);
	curl_easy_setopt(p->curl, CURLOPT_HTTPHEADER, headers);
	perform(p, &c);
	curl_slist_free_all(headers);
}
