/*
 * limits.h -- every ceiling, with its unit and its reason. Exceeding one is a
 * named error with the limit in the text, never a truncation.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define KIB 1024
#define MIB (1024 * 1024)

#define LIMIT_BODY_BYTES (16 * MIB)       /* request body */
#define LIMIT_UPLOAD_BYTES (72 * MIB)     /* request body that brings a file: the largest, as base64 in lines */
#define LIMIT_UPLOAD_MEMORY (256 * KIB)   /* of such a body; the rest goes to an unlinked file */
#define LIMIT_UPLOAD_NODES 1000           /* elements and attributes around such a file; SOAP needs 12 */
#define LIMIT_UPLOAD_TEXT (1 * MIB)       /* all text around it */
#define LIMIT_FILE_BYTES (50 * MIB)       /* one attachment or document */
#define LIMIT_FILE_NAME 255               /* characters of its name */
#define LIMIT_ITEM_FILES 200              /* attachments of one item */
#define LIMIT_MESSAGE_HEADER (256 * KIB)  /* of a mail message */
#define LIMIT_MESSAGE_TYPES 1000          /* its lines that begin with Content-Type: they nest */
#define LIMIT_MESSAGE_PARTS 10000         /* its lines that begin with two dashes: each may be a part */
#define LIMIT_MESSAGE_FIELDS 20000        /* header fields of all its parts: each costs half a kilobyte */
#define LIMIT_MESSAGE_FIELD_BYTES (1 * MIB) /* in them; as parameters they cost eighty times as much */
#define LIMIT_XML_DEPTH 64                /* elements; SOAP and CAML need 12 */
#define LIMIT_XML_NODES 1000000           /* 2,000 methods of 120 fields with attributes fit */
#define LIMIT_BATCH_METHODS 2000          /* per UpdateListItems; Outlook sends 1 to 100 */
#define LIMIT_METHOD_FIELDS 512           /* fields and properties of one method */
#define LIMIT_FIELD_BYTES (8 * MIB)       /* one value: Outlook bodies reach megabytes */
#define LIMIT_BAG_BYTES (12 * MIB)        /* all properties of one item */
#define LIMIT_BAG_NAME_BYTES 255          /* property name */
#define LIMIT_KEY_BYTES 512               /* source key as text: an index holds it */
#define LIMIT_HISTORY_BYTES 4000          /* vti_versionhistory: about 100 editors */
#define LIMIT_LOGIN_BYTES 255
#define LIMIT_INNER_BYTES 500             /* behind the owner's key in the key of an inner item: a folder's path */
#define LIMIT_TOGETHER 20000              /* items below one series, thread or folder */
#define LIMIT_TOGETHER_BYTES (24 * MIB)   /* and what they say: nobody may add more to it */
#define LIMIT_COLUMNS 200                 /* mapped columns of one provider */
#define LIMIT_KEY_PARTS 8
#define LIMIT_HARVEST_ROWS 500            /* inbox rows in one transaction: bounds the list lock */
#define LIMIT_PAGE_ROWS 1000              /* rows of one difference, unless configured lower */
#define LIMIT_ARENA_BYTES (192 * MIB)     /* per request; a full body, its tree and two copies of a value fit */
#define LIMIT_SPOOL_MEMORY (1 * MIB)      /* of an answer; the rest goes to an unlinked file */
#define LIMIT_RETRIES 6                   /* of a transaction that met a deadlock */
#define LIMIT_LOCK_WAIT_S 5               /* innodb_lock_wait_timeout of our sessions */

#endif
