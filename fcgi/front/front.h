/*
 * front.h -- the table of protocols, and what each of them is given.
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "engine.h"
#include "http.h"
#include "list.h"

struct site { /* from the configuration; immutable */
	const char *base_url;        /* "https://host/crm", no trailing slash: all absolute URLs start with it */
	const char *base_path;       /* "/crm" or "" */
	const char *title;           /* site-name of links and pages */
	const char *alternate_urls;  /* comma-separated, or NULL: base_url + "/" */
	unsigned min_minutes, recommended_minutes;
	const char *zone_name;       /* of dates without UTC */
	struct zone *zone;
	const char *htdocs;          /* folder of static files */
	const char *admin;           /* logins that may see the status page, "a, b" */
	const char *auth_hint;       /* WWW-Authenticate of a 401 of ours, or NULL: the web server's business */
};

struct front_context {
	const struct site *site;
	const struct lists *lists;
	struct engine *engine;
	struct principal who;        /* filled by front_handle */
	/* NULL: the database answers. Else a sentence why not: everything but /healthz and files is 503. */
	const char *unavailable;
};

/*
 * Answer one request completely: finds the protocol by longest prefix (any
 * case), checks method, user and size, calls it. Never fails: every error is an
 * answer.
 */
void front_handle(struct front_context *c, const struct request *q, struct response *r);

struct front {
	const char *prefix;          /* below base_path; "" matches what is left */
	const char *methods;         /* "GET HEAD POST" */
	enum { USER_REQUIRED, USER_OPTIONAL } user;
	void (*handle)(struct front_context *c, const struct request *q, struct response *r);
	bool needs_database;         /* without one: 503, without a call */
	/* More than the prefix: is this path (below base_path) one of theirs? NULL: every one is. */
	bool (*takes)(struct front_context *c, struct str path);
	/* Most bytes of a POST that brings a file; 0: it brings none. NULL: none ever does. */
	uint64_t (*upload)(const struct request *q);
};

/*
 * How much body this request may have if it brings a file, which must then be
 * read into request.upload; 0: an ordinary one, at most LIMIT_BODY_BYTES, in
 * memory. Asked before the body is read; headers are known.
 */
uint64_t front_upload_limit(const struct site *site, const struct request *q);

/* Nobody is signed in and the list is not for everybody: 401, so that the client asks its user. */
void front_unauthorized(struct front_context *c, struct response *r);

/* The lists that this user may read; n in *out_n. On the engine's arena. */
struct list *const *front_lists(struct front_context *c, size_t *out_n);
/* By folder name, readable by this user, or NULL. */
struct list *front_list(struct front_context *c, struct str name);
/*
 * A list whose provider file has an error (list.h), by id, title or folder; NULL:
 * none, or this user may not read it. To be answered with FRONT_REFUSED and 503,
 * so that no client takes it for one that is gone.
 */
const struct list *front_refused(struct front_context *c, struct str id_or_name);
/* The same, of a path below base_path: /Lists/<list>/..., /<library>/... */
const struct list *front_refused_path(struct front_context *c, struct str path);
#define FRONT_REFUSED "This list is not available at the moment: its provider file has an error. " \
	"Its administrator finds it with `owsadm check`."

/* Protocols, one per folder. */
void lists_handle(struct front_context *c, const struct request *q, struct response *r);
void portal_handle(struct front_context *c, const struct request *q, struct response *r);
uint64_t lists_upload(const struct request *q);
/* Files: /Lists/<list>/Attachments/<item>/<file>. */
void attachment_handle(struct front_context *c, const struct request *q, struct response *r);
bool attachment_takes(struct front_context *c, struct str path);
/* Documents: /<library>/<folder>/<file>; the library's pages stay with the portal. */
void document_handle(struct front_context *c, const struct request *q, struct response *r);
bool document_takes(struct front_context *c, struct str path);

#endif
