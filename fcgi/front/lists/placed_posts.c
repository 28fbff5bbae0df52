/*
 * placed_posts.c -- the place of posts. MS-OUTSPS 3.2.4.2.5 (a root is a folder,
 * R57; replies belong to one root, R59).
 *
 * The folder is named after the subject that the thread began with, and keeps
 * that name when the subject is edited, as folders of SharePoint do. Digits of the
 * thread's GUID make it unique.
 */
#include "lists/placed_posts.h"

#include "lists/schema.h"
#include "thread.h"
#include "utf8.h"

#define THREAD_TYPE "0x012002"
#define FOLDER_NAME 100 /* bytes of the subject in a folder's name */

/* Characters that no file name of SharePoint has become blanks. */
static struct str
safe_name(struct arena *a, struct str subject)
{
	char *p = arena_get(a, FOLDER_NAME + 1);
	size_t n = 0, step;

	for (size_t at = 0; at < subject.n; at += step) {
		bool is_bad = strchr("\"#%&*:<>?/\\{|}~.", subject.p[at]) ||
		    (unsigned char)subject.p[at] <= ' ' || subject.p[at] == 0x7F;

		step = utf8_step(subject.p + at, subject.n - at);
		if (step == 0 || n + step > FOLDER_NAME)
			break;
		if (!is_bad) {
			memcpy(p + n, subject.p + at, step);
			n += step;
		} else if (n && p[n - 1] != ' ') {
			p[n++] = ' ';
		}
	}
	return str_trim((struct str){ p, n });
}

static struct str
folder_name(struct arena *a, const struct item *item, struct str topic)
{
	struct str name = safe_name(a, topic);
	const unsigned char *u = item->uid.b;

	return arena_fmt(a, "%.*s%s%02X%02X%02X%02X%02X%02X", STR_ARG(name), name.n ? " " : "",
	    u[0], u[1], u[2], u[3], u[4], u[5]);
}

void
placed_post(struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, struct placed *out)
{
	struct str root = schema_root_folder(a, site, l), folder;
	bool is_root = item->place == 0;
	struct thread t;

	root = (struct str){ root.p + 1, root.n - 1 };
	if (!thread_read(a, item->bag, &t))
		t.topic = STR("");
	folder = folder_name(a, item, t.topic);
	*out = (struct placed){
		.is_folder = is_root,
		.content_type = is_root ? THREAD_TYPE : kind_info(l->kind)->content_type,
		.dir = is_root ? root
		    : arena_fmt(a, "%.*s/%.*s", STR_ARG(root), STR_ARG(folder)),
		.leaf = is_root ? folder : arena_fmt(a, "%u_.000", (unsigned)item->id),
		.url = STR_NULL, .size = STR_NULL,
	};
}
