/*
 * fuzz_url.c -- addresses of attachments and what stands around a request for
 * one: a line each for path, Range, If-Match, If-None-Match, If-Modified-Since
 * and If-Range. An address that is read can be written and read again; an answer
 * holds the bytes that it says it holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "attach.h"
#include "files/attachment.h"
#include "files/serve.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)
#define SIZE 1000

static const char *const header_name[] = { "Range", "If-Match", "If-None-Match",
	"If-Modified-Since", "If-Range" };
#define HEADERS (sizeof(header_name) / sizeof(header_name[0]))

struct asked { struct str header[HEADERS]; };

static struct list people = { .name = "people & more", .kind = KIND_CONTACTS };

static struct str
header(void *arg, const char *name)
{
	const struct asked *q = arg;

	for (size_t i = 0; i < HEADERS; i++)
		if (strcmp(name, header_name[i]) == 0)
			return q->header[i].n ? q->header[i] : STR_NULL;
	return STR_NULL;
}

/* Byte i of the file is i modulo 251. */
static enum outcome
give(void *arg, uint64_t at, uint64_t n, struct sink *to, struct err *e)
{
	(void)arg;
	(void)e;
	CHECK(at <= SIZE && n <= SIZE - at);
	for (; n; n--, at++) {
		char c = (char)(at % 251);

		sink_write(to, &c, 1);
	}
	return OK;
}

struct seen { uint64_t at, n; bool is_same; };

static bool
compare(void *arg, const char *p, size_t n)
{
	struct seen *s = arg;

	for (size_t i = 0; i < n; i++, s->n++)
		s->is_same &= p[i] == (char)((s->at + s->n) % 251);
	return true;
}

static void
try_get(struct arena *a, struct response *r, struct asked *asked, struct str name, bool is_head)
{
	const struct served_file f = { .name = name, .size = SIZE, .modified = 784111777,
		.version = STR("{01234567-89AB-CDEF-0123-456789ABCDEF},3"), .read = give };
	struct request q = { .id = "fuzz", .method = is_head ? STR("HEAD") : STR("GET"),
		.header = header, .header_arg = asked };
	struct seen seen = { .is_same = true };
	struct sink to = { .write = compare, .arg = &seen };
	uint64_t first = 0, last = SIZE - 1;
	const char *range;
	bool exact, repeat;

	response_reset(r);
	r->is_head = is_head;
	serve_get(a, &q, r, &f);
	CHECK(r->status == 200 || r->status == 206 || r->status == 304 || r->status == 412 ||
	    r->status == 416);
	range = strstr(buf_str(&r->headers).p, "Content-Range: bytes ");
	CHECK((r->status == 206 || r->status == 416) == (range != NULL));
	if (r->status == 206)
		CHECK(sscanf(range, "Content-Range: bytes %" SCNu64 "-%" SCNu64, &first, &last) == 2);
	CHECK(first <= last && last < SIZE);
	if (is_head && r->status == 200)
		CHECK(response_length(r) == SIZE);
	if (!is_head && (r->status == 200 || r->status == 206)) {
		seen.at = first;
		CHECK(response_send(r, &to) && seen.is_same && seen.n == last - first + 1);
	}
	if (serve_may_write(&q, r, &f, &exact, &repeat))
		CHECK((exact || repeat) == (header(asked, "If-Match").p != NULL) &&
		    !(exact && repeat));
	else
		CHECK(r->status == 412);
	response_reset(r);
	CHECK(serve_may_write(&q, r, &f, &exact, NULL) || r->status == 412);
}

static void
try_name(struct arena *a, struct str name)
{
	struct str coded = serve_segment(a, name);
	struct attachment_path again;
	char value[] = "{01234567-89AB-CDEF-0123-456789ABCDEF},3,1000", length[32];
	struct attached f;
	struct str files;

	for (size_t i = 0; i < coded.n; i++)
		CHECK(coded.p[i] > ' ' && coded.p[i] < 0x7F && coded.p[i] != '/');
	CHECK(str_eq(serve_unescape(a, coded), arena_dup(a, name)));
	if (attach_name_why_not(name))
		return;
	CHECK(attachment_parse(serve_unescape(a, attachment_path(a, &people, 7, name)), &again));
	CHECK(str_eq(again.file, name) && again.item == 7 && str_eq(again.list, str_of(people.name)));
	snprintf(length, sizeof(length), "%zu:", name.n);
	files = arena_fmt(a, "%s%.*s%zu:%s", length, STR_ARG(name), sizeof(value) - 1, value);
	CHECK(attached_find(files, name, &f) && f.version == 3 && f.size == 1000);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct arena arena;
	static struct response r;
	struct attachment_path path;
	struct asked asked = { 0 };
	struct str rest, line;
	char *copy;

	if (!arena.ceiling) {
		arena_init(&arena, 64 * 1024 * 1024);
		response_init(&r, "/tmp");
	}
	copy = memcpy(malloc(size + (size == 0)), data, size);
	rest = (struct str){ copy, size };
	line = serve_unescape(&arena, str_cut(rest, '\n', &rest));
	for (size_t i = 0; i < HEADERS && rest.p; i++)
		asked.header[i] = str_cut(rest, '\n', &rest);
	path.file = line;
	if (attachment_parse(line, &path))
		CHECK(path.item && path.file.n && path.list.n && !memchr(path.file.p, '/', path.file.n));
	else
		path.file = line;
	try_name(&arena, path.file);
	try_get(&arena, &r, &asked, path.file, false);
	try_get(&arena, &r, &asked, path.file, true);
	free(copy);
	response_reset(&r);
	arena_reset(&arena);
	return 0;
}
