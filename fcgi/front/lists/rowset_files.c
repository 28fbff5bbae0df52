/*
 * rowset_files.c -- ows_Attachments of a row: whether files are attached, or
 * where they are. "0"; "1"; ";#url;#url;#"; ";#url;#{GUID},3;#".
 */
#include "lists/rowset_files.h"

#include "attach.h"
#include "files/attachment.h"

static void
put_files(struct xmlw *w, struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, bool has_versions)
{
	char token[ATTACHED_TOKEN];
	struct attached f;
	size_t at = 0;

	while (attached_next(item->files, &at, &f)) {
		struct arena_mark mark = arena_mark(a);

		xmlw_attr_part(w, STR(";#"));
		xmlw_attr_part(w, attachment_url(a, site, l, item->id, f.name));
		if (has_versions) {
			xmlw_attr_part(w, STR(";#"));
			xmlw_attr_part(w, str_of(attached_token(&f, token)));
		}
		arena_release(a, &mark);
	}
	xmlw_attr_part(w, STR(";#"));
}

void
rowset_files(struct xmlw *w, struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct caml_options *options)
{
	struct attached f;
	size_t at = 0;

	xmlw_attr_begin(w, "", STR("ows_Attachments"));
	if (!attached_next(item->files, &at, &f))
		xmlw_attr_part(w, STR("0"));
	else if (!options->file_urls)
		xmlw_attr_part(w, STR("1"));
	else
		put_files(w, a, site, l, item, options->file_versions);
	xmlw_attr_end(w);
}
