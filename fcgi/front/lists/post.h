/*
 * post.h -- a mail message as a post of a board. MS-LISTSWS 3.1.4.2 (R324-R328:
 * Message-ID, Thread-Index); MS-OUTSPS 3.1.4.2.
 */
#ifndef FRONT_LISTS_POST_H
#define FRONT_LISTS_POST_H

#include "hash.h"
#include "mime.h"

struct post {
	char ref[2 * HASH_LEN + 6]; /* the same for the same message, whoever repeats it */
	struct str title;
	struct str body;            /* HTML */
	struct str index;           /* conversation index as the engine writes it, or NULL p */
	struct str importance;      /* "0" low, "1", "2" high; NULL p: not said */
	size_t file_n;
	struct post_file {
		struct str name;    /* fit for an attachment, each once */
		const struct mime_file *from;
		uint64_t size;      /* bytes */
	} *file;                    /* empty ones are left out */
};

/*
 * On the arena, with the bytes of `from` untouched until it ends. dir: for large
 * messages. E_INVALID: it is no message; E_LIMIT.
 */
enum outcome post_read(struct arena *a, struct hash *h, struct spool *from, const char *dir,
    struct post *out, struct err *e) WARN_UNUSED;

#endif
