/*
 * attachment.h -- the addresses of attachments:
 * <site>/Lists/<list>/Attachments/<item>/<file>. MS-OUTSPS 3.2.4.2 (R1231),
 * MS-LISTSWS 3.1.4.1 (what AddAttachment answers).
 */
#ifndef FILES_ATTACHMENT_H
#define FILES_ATTACHMENT_H

#include "front.h"

struct attachment_path {
	struct str list;      /* folder of the list */
	uint32_t item;
	struct str file;
};

/*
 * Read the end of a decoded path, whatever stands before "Lists/". Folder names
 * in any case. False: it is no such address.
 */
WARN_UNUSED bool attachment_parse(struct str path, struct attachment_path *out);

/* "Lists/contacts/Attachments/4/offer%202.pdf": below the site, percent-encoded. On the arena. */
struct str attachment_path(struct arena *a, const struct list *l, uint32_t item, struct str file);
/* The same, absolute. */
struct str attachment_url(struct arena *a, const struct site *site, const struct list *l,
    uint32_t item, struct str file);

#endif
