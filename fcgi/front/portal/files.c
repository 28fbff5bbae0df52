/*
 * files.c -- style sheet and pictures out of site->htdocs.
 *
 * Only a plain name with a known ending is ever opened, relative to the folder
 * and without following links, so no request can name anything outside of it.
 */
#include "page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "limits.h"
#include "log.h"

#define FILE_BYTES (2 * MIB) /* most of one file: it is small things that stand here */
#define CACHE_S 3600         /* a new release is seen after an hour at the latest */

static const struct {
	const char *ending;
	const char *type;
} types[] = {
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".txt", "text/plain; charset=utf-8" },
};

/* The media type, or NULL when that name is none of ours. */
static const char *
type_of(struct str name)
{
	size_t i, dots = 0;

	for (i = 0; i < name.n; i++) {
		char ch = name.p[i];

		if (ch == '.')
			dots++;
		else if (!((ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '-'))
			return NULL;
	}
	if (dots != 1 || name.p[0] == '.')
		return NULL;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct str end = str_of(types[i].ending);

		if (name.n > end.n &&
		    str_eq((struct str){ name.p + name.n - end.n, end.n }, end))
			return types[i].type;
	}
	return NULL;
}

/* An open plain file, or -1. */
static int
open_file(const char *dir, const char *name, struct stat *st)
{
	int fd = -1, folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0) {
		log_error("the folder of static files %s cannot be opened (%s)", dir,
		    strerror(errno));
		return -1;
	}
	fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	close(folder);
	if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode) ||
	    st->st_size > FILE_BYTES)) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
copy(int fd, struct sink *to)
{
	char piece[16384];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		sink_write(to, piece, (size_t)n);
	}
	return !to->failed;
}

/* The client's copy is this one: If-None-Match holds the tag, or is "*". */
static bool
is_known(const struct request *q, struct str tag)
{
	struct str have = STR_NULL, rest;

	if (q->header)
		have = q->header(q->header_arg, "If-None-Match");
	for (rest = have; rest.p;) {
		struct str one = str_trim(str_cut(rest, ',', &rest));

		if (one.n > 2 && one.p[0] == 'W' && one.p[1] == '/')
			one.p += 2, one.n -= 2;
		if (str_eq(one, tag) || str_eq(one, STR("*")))
			return true;
	}
	return false;
}

void
file_send(struct page *p, struct str name)
{
	const char *type = type_of(name);
	struct stat st;
	struct str tag;
	int fd = -1;

	if (type)
		fd = open_file(p->c->site->htdocs, arena_dup(p->a, name).p, &st);
	if (fd < 0) {
		response_error(p->r, 404, "There is no such file here.");
		p->r->note.outcome = outcome_name(E_NOT_FOUND);
		return;
	}
	tag = arena_fmt(p->a, "\"%jx-%jx%lx\"", (uintmax_t)st.st_size,
	    (uintmax_t)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec);
	p->r->status = is_known(p->q, tag) ? 304 : 200;
	response_header(p->r, "ETag", "%.*s", STR_ARG(tag));
	response_header(p->r, "Cache-Control", "private, max-age=%d", CACHE_S);
	page_guard(p->r);
	if (p->r->status == 200) {
		response_header(p->r, "Content-Type", "%s", type);
		if (!copy(fd, &p->sink))
			response_error(p->r, 500, "The file could not be read. Reference: %s.",
			    p->q->id);
	}
	close(fd);
}
