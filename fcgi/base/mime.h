/*
 * mime.h -- a mail message taken apart: headers, text, attached files.
 * RFC 5322, 2045 to 2047. The only user of <gmime/...>.
 *
 * Messages are read where they are: memory holds their structure and their text,
 * not what is attached.
 */
#ifndef BASE_MIME_H
#define BASE_MIME_H

#include "arena.h"
#include "spool.h"

/* A piece of what a reader of the message sees; valid UTF-8. */
struct mime_text {
	bool is_html;
	struct str text;
};

struct mime_file {
	struct str name;         /* as the sender wrote it, or NULL p */
	const char *extension;   /* by its type: ".png" */
	void *part;
};

struct mime {
	/* Decoded to UTF-8, in one line; NULL p: absent. */
	struct str subject, message_id, thread_index, thread_topic, importance;
	size_t text_n;
	struct mime_text *text;  /* to be shown one after the other */
	size_t file_n;
	struct mime_file *file;
};

/*
 * Of alternatives the HTML counts, else the plain text. On the arena, with the
 * bytes in `from` untouched until it ends. dir: for a message that is not in
 * memory. E_INVALID: it is no message; E_LIMIT: a ceiling of limits.h.
 */
enum outcome mime_read(struct arena *a, struct spool *from, const char *dir, struct mime *out,
    struct err *e) WARN_UNUSED;
/* Hand over the bytes of an attached file, decoded. False: they cannot be read; or the sink failed. */
WARN_UNUSED bool mime_file_send(const struct mime_file *f, struct sink *to);

#endif
