/*
 * serve.h -- one file over HTTP: GET and HEAD with ranges and conditions, and
 * the conditions of a PUT or DELETE. RFC 9110 §8.8, §13 (conditions), §14
 * (ranges); RFC 6266 (its name); MS-OUTSPS 3.2.4.2 (R1237-R1243, versions).
 *
 * Knows no list: the caller has found the file and checked the right. A file is
 * served as a thing to keep, never as a page of this site.
 */
#ifndef FILES_SERVE_H
#define FILES_SERVE_H

#include "http.h"

struct served_file {
	struct str name;      /* UTF-8: for Content-Disposition, and the type by its ending */
	uint64_t size;        /* bytes */
	struct str version;   /* "{GUID},3": in double quotes it is the ETag */
	int64_t modified;     /* UTC seconds */
	void *arg;
	/*
	 * Bytes [at, at + n) of exactly this version, in pieces, all of them from one
	 * consistent state. E_NOT_FOUND, E_CONFLICT: it is not there any more.
	 */
	enum outcome (*read)(void *arg, uint64_t at, uint64_t n, struct sink *to, struct err *e);
};

/* Answer a GET or HEAD: 200, 206, 304, 412, 416, or what a failed read means. */
void serve_get(struct arena *a, const struct request *q, struct response *r,
    const struct served_file *f);

/* A PUT that brings the file itself: whole, and in no Content-Encoding. False: answered 400. */
WARN_UNUSED bool serve_is_plain(const struct request *q, struct response *r);

/*
 * The conditions of a PUT or DELETE (If-Match, If-Unmodified-Since,
 * If-None-Match) hold for f; NULL: there is no such file. False: answered 412.
 * *is_exact: the client named this very version, so the change must fail
 * (E_CONFLICT) if it is another one by the time that it is made.
 * *is_repeat (of a PUT; NULL: of a DELETE): the client named another version, which
 * is no conflict if what is there is what this request made when it came before, its
 * answer lost: these bytes by this user (RFC 9110 §13.1.1). If not, serve_stale.
 */
WARN_UNUSED bool serve_may_write(const struct request *q, struct response *r,
    const struct served_file *f, bool *is_exact, bool *is_repeat);

/* 412: somebody else was faster. version: of what is there now, NULL p when nothing is. */
void serve_stale(const struct request *q, struct response *r, struct str version);

/* The answer for an outcome of the engine, with its peer text and a reference; logged where it is ours. */
void serve_failed(const struct request *q, struct response *r, const struct err *e);

/* 200, 201, 204 of a PUT or DELETE; version (may be NULL p): the new ETag. */
void serve_done(struct response *r, int status, struct str version);

/* "%41%zz" is "A%zz". */
struct str serve_unescape(struct arena *a, struct str s);
/* One segment of a path, percent-encoded: RFC 3986 §2.3's unreserved stay. */
struct str serve_segment(struct arena *a, struct str s);

#endif
