/*
 * fuzz_post.c -- a mail message as a post: whatever is taken can be shown and
 * kept, files have names that they may have, each once, and as many bytes as
 * was counted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "attach.h"
#include "limits.h"
#include "lists/post.h"
#include "thread.h"
#include "utf8.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

#define CHECK(what) do { if (!(what)) { fprintf(stderr, "broken: %s\n", #what); abort(); } } while (0)

static bool
count(void *arg, const char *p, size_t n)
{
	(void)p;
	*(uint64_t *)arg += n;
	return true;
}

static void
check_text(struct str s)
{
	CHECK(s.p && utf8_valid(s) && utf8_xml_ok(s));
}

static void
check_files(const struct post *p)
{
	CHECK(p->file_n <= LIMIT_ITEM_FILES);
	for (size_t i = 0; i < p->file_n; i++) {
		uint64_t bytes = 0;
		struct sink sink = { .write = count, .arg = &bytes };

		CHECK(attach_name_why_not(p->file[i].name) == NULL);
		CHECK(mime_file_send(p->file[i].from, &sink));
		CHECK(bytes == p->file[i].size && bytes);
		for (size_t k = 0; k < i; k++)
			CHECK(!str_ieq(p->file[i].name, p->file[k].name));
	}
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct hash hash;
	struct arena a;
	struct spool s;
	struct post p;
	struct str index;
	struct err e = { 0 };
	enum outcome o;

	if (!hash.ctx)
		hash_open(&hash);
	arena_init(&a, LIMIT_ARENA_BYTES);
	spool_init(&s, 64 * KIB, "/tmp");
	CHECK(spool_write(&s, (const char *)data, size));
	o = post_read(&a, &hash, &s, "/tmp", &p, &e);
	if (o == OK) {
		check_text(p.title);
		check_text(p.body);
		CHECK(!p.index.p || (thread_index_read(&a, p.index, &index) &&
		    str_eq(thread_index_text(&a, index), p.index)));
		check_files(&p);
	} else {
		CHECK((o == E_INVALID || o == E_LIMIT) && e.peer[0]);
	}
	spool_clear(&s);
	arena_clear(&a);
	return 0;
}
