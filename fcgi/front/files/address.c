/*
 * address.c -- the addresses of attachments, written and read.
 */
#include "files/attachment.h"

#include <inttypes.h>

#include "files/serve.h"
#include "num.h"

/* The last segment, taken off; an empty one is none. */
static bool
last_segment(struct str *path, struct str *out)
{
	size_t i = path->n;

	while (i && path->p[i - 1] != '/')
		i--;
	*out = (struct str){ path->p + i, path->n - i };
	*path = (struct str){ path->p, i ? i - 1 : 0 };
	return out->n > 0;
}

bool
attachment_parse(struct str path, struct attachment_path *out)
{
	struct str rest = path, id, folder, root;
	uint64_t n;

	if (!last_segment(&rest, &out->file) || !last_segment(&rest, &id) ||
	    !last_segment(&rest, &folder) || !last_segment(&rest, &out->list) ||
	    !last_segment(&rest, &root))
		return false;
	if (!str_ieq(folder, STR("Attachments")) || !str_ieq(root, STR("Lists")) ||
	    !num_u64(id, UINT32_MAX, &n) || n == 0)
		return false;
	out->item = (uint32_t)n;
	return true;
}

struct str
attachment_path(struct arena *a, const struct list *l, uint32_t item, struct str file)
{
	struct str list = serve_segment(a, str_of(l->name)), name = serve_segment(a, file);

	return arena_fmt(a, "Lists/%.*s/Attachments/%" PRIu32 "/%.*s", STR_ARG(list), item,
	    STR_ARG(name));
}

struct str
attachment_url(struct arena *a, const struct site *site, const struct list *l, uint32_t item,
    struct str file)
{
	struct str path = attachment_path(a, l, item, file);

	return arena_fmt(a, "%s/%.*s", site->base_url, STR_ARG(path));
}
