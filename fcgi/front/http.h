/*
 * http.h -- a request and its complete answer, free of FastCGI: worker.c fills
 * the one and sends the other, tests do the same in memory.
 */
#ifndef FRONT_HTTP_H
#define FRONT_HTTP_H

#include <stdint.h>
#include "access.h"
#include "arena.h"
#include "buf.h"
#include "spool.h"

enum body_state { BODY_OK, BODY_TOO_LARGE, BODY_CUT, BODY_NO_ROOM };

struct request {
	const char *id;            /* goes into the log and into error texts */
	struct str method;
	struct str path;           /* decoded, without query */
	struct str query;          /* raw, without '?' */
	struct str content_type;
	struct str remote_user;    /* as the web server said; empty: nobody */
	struct str remote_addr;
	struct str user_agent;
	enum body_state body_state;
	struct str body;           /* in memory; empty when there is an upload */
	struct spool *upload;      /* NULL, or the body of a request that may bring a file (front_upload_limit) */
	/* Any other header, by its HTTP name ("SOAPAction"); NULL p when absent. */
	struct str (*header)(void *arg, const char *name);
	void *header_arg;
};

/* What the access line tells besides method, path and status. Borrowed text on the arena. */
struct access_note {
	const char *list;
	const char *operation;
	const char *outcome;
	const char *detail;
	uint64_t rows;
};

#define RESPONSE_MORE 2

struct response {
	int status;
	struct buf headers;        /* "Name: value\r\n" each, without Status and Content-Length */
	/*
	 * The body is body, then more[0], then more[1]: what stands before rows
	 * (a token, counts) is known after them, and 100 MB are not copied to
	 * put it in front. Senders use response_length and response_send.
	 */
	struct spool body;
	struct spool more[RESPONSE_MORE];
	bool is_head;              /* body counts for Content-Length but is not sent */
	uint64_t head_length;      /* of a HEAD whose body was not even made; 0: the body counts */
	struct access_note note;
};

/* body_dir: for answers beyond memory. */
void response_init(struct response *r, const char *body_dir);
/* Raise *progress with everything that is written; NULL: no more. Borrowed. */
void response_watch(struct response *r, volatile uint64_t *progress);
/* Ready for the next request; keeps memory. */
void response_reset(struct response *r);
void response_clear(struct response *r);
/* Value: CR, LF and other controls are refused (the header is left out, logged). */
void response_header(struct response *r, const char *name, const char *fmt, ...) PRINTF(3, 4);
/* Forget headers and body written so far, but not what is known about the request. */
void response_forget(struct response *r);
/* A header of that name was set. */
bool response_has_header(const struct response *r, const char *name);
/* Content-Length. */
uint64_t response_length(const struct response *r);
/* The whole body in order, nothing for HEAD. False: a spool could not be read back. */
WARN_UNUSED bool response_send(struct response *r, struct sink *to);
/*
 * Forget what was written, answer with a short plain text (no HTML, no
 * redirect). A 503 says Retry-After: 30.
 */
void response_error(struct response *r, int status, const char *fmt, ...) PRINTF(3, 4);

#endif
