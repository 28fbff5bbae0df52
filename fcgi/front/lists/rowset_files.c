/*
 * rowset_files.c -- ows_Attachments of a row: whether files are attached.
 */
#include "lists/rowset_files.h"

void
rowset_files(struct xmlw *w, struct arena *a, const struct site *site, const struct list *l,
    const struct item *item, const struct caml_options *options)
{
	(void)a;
	(void)site;
	(void)l;
	(void)options;
	xmlw_attr_begin(w, "", STR("ows_Attachments"));
	xmlw_attr_part(w, item->files.n ? STR("1") : STR("0"));
	xmlw_attr_end(w);
}
