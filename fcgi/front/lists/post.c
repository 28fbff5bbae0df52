/*
 * post.c -- a mail message as a post of a board. See post.h.
 *
 * The body is HTML and stays as it came; plain text becomes HTML that shows the
 * same. Files of the message become attachments, under names that these may have.
 */
#include "lists/post.h"

#include "attach.h"
#include "buf.h"
#include "limits.h"
#include "thread.h"
#include "utf8.h"

/* ---- the body ---- */

/* The end of a mail's last line is the mail's, not the text's. */
static struct str
without_end(struct str text)
{
	while (text.n && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
		text.n--;
	return text;
}

static void
add_escaped(struct buf *b, struct str text)
{
	bool is_blank = true; /* at the beginning of a line, too: HTML drops those */

	text = without_end(text);
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		switch (c) {
		case '&': buf_add_str(b, STR("&amp;")); break;
		case '<': buf_add_str(b, STR("&lt;")); break;
		case '>': buf_add_str(b, STR("&gt;")); break;
		case '"': buf_add_str(b, STR("&quot;")); break;
		case '\r': break;
		case '\n': buf_add_str(b, STR("<br>\n")); break;
		case '\t': buf_add_str(b, STR("&nbsp; &nbsp; ")); break;
		case ' ': buf_add_str(b, is_blank ? STR("&nbsp;") : STR(" ")); break;
		default: buf_add(b, &c, 1); break;
		}
		is_blank = strchr(" \t\n", c) != NULL && c;
	}
}

static enum outcome
take_body(struct arena *a, const struct mime *m, struct post *out, struct err *e)
{
	struct buf b;

	out->body = STR("");
	if (m->text_n == 1 && m->text[0].is_html) {
		out->body = without_end(m->text[0].text);
		return OK;
	}
	buf_init(&b, LIMIT_FIELD_BYTES);
	for (size_t i = 0; i < m->text_n; i++) {
		if (m->text[i].is_html) {
			buf_add_str(&b, m->text[i].text);
			continue;
		}
		buf_add_str(&b, STR("<div>"));
		add_escaped(&b, m->text[i].text);
		buf_add_str(&b, STR("</div>\n"));
	}
	if (!b.failed)
		out->body = arena_dup(a, buf_str(&b));
	buf_clear(&b);
	return !b.failed ? OK : err_set(e, E_LIMIT, "The text of the message is longer than %d "
	    "bytes. Attach it as a file.", LIMIT_FIELD_BYTES);
}

/* ---- headers ---- */

static struct str
importance_of(struct str said)
{
	static const struct { struct str said, value; } table[] = {
		{ { "low", 3 }, { "0", 1 } }, { { "normal", 6 }, { "1", 1 } },
		{ { "high", 4 }, { "2", 1 } },
	};

	for (size_t i = 0; said.p && i < sizeof(table) / sizeof(table[0]); i++)
		if (str_ieq(said, table[i].said))
			return table[i].value;
	return STR_NULL;
}

/* Its Message-ID is the message; one without is what it says. */
static bool
take_ref(struct hash *h, struct str message_id, struct spool *from, struct post *out)
{
	unsigned char digest[HASH_LEN];
	char piece[8192];
	size_t n = 0;

	hash_start(h);
	hash_add(h, message_id.p, message_id.n);
	for (uint64_t at = 0; !message_id.n && at < from->length; at += n) {
		if (!spool_read(from, at, piece, sizeof(piece), &n) || n == 0)
			return false;
		hash_add(h, piece, n);
	}
	hash_end(h, digest);
	memcpy(out->ref, "post:", 5);
	for (size_t i = 0; i < HASH_LEN; i++) {
		out->ref[5 + 2 * i] = "0123456789abcdef"[digest[i] >> 4];
		out->ref[6 + 2 * i] = "0123456789abcdef"[digest[i] & 15];
	}
	out->ref[5 + 2 * HASH_LEN] = '\0';
	return true;
}

/* ---- files ---- */

/* At most that many characters; the ending (".docx") stays. */
static struct str
fitted(struct arena *a, struct str name, size_t chars, struct str extra)
{
	size_t dot = name.n, at = 0, n = 0, end;

	for (size_t i = name.n; i-- > 1 && name.n - i <= 10;)
		if (name.p[i] == '.') {
			dot = i;
			break;
		}
	end = (size_t)(name.n - dot) + extra.n;
	while (at < dot && n + end < chars) {
		at += utf8_step(name.p + at, dot - at);
		n++;
	}
	return arena_fmt(a, "%.*s%.*s%.*s", (int)at, name.p, STR_ARG(extra),
	    (int)(name.n - dot), name.p + dot);
}

static struct str
safe_name(struct arena *a, const struct mime_file *f, size_t number)
{
	struct str name = f->name.n ? arena_dup(a, f->name)
	    : arena_fmt(a, "file%zu%s", number, f->extension);
	char *p = arena_get(a, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		bool is_bad = (unsigned char)name.p[i] < ' ' || name.p[i] == 0x7F ||
		    strchr("\"#%&*:<>?/\\{|}~", name.p[i]);

		if (n && p[n - 1] == '.' && name.p[i] == '.')
			continue;
		p[n++] = is_bad ? '_' : name.p[i];
	}
	while (n && (p[n - 1] == '.' || p[n - 1] == ' '))
		n--;
	while (n && (p[0] == '.' || p[0] == ' '))
		p++, n--;
	name = fitted(a, (struct str){ p, n }, LIMIT_FILE_NAME, STR(""));
	return attach_name_why_not(name) == NULL ? name
	    : arena_fmt(a, "file%zu%s", number, f->extension);
}

static bool
is_used(const struct post *post, struct str name)
{
	for (size_t i = 0; i < post->file_n; i++)
		if (str_ieq(post->file[i].name, name))
			return true;
	return false;
}

static bool
count(void *arg, const char *p, size_t n)
{
	(void)p;
	*(uint64_t *)arg += n;
	return true;
}

static enum outcome
add_file(struct arena *a, const struct mime_file *f, size_t number, struct post *out,
    struct err *e)
{
	struct post_file *to = &out->file[out->file_n];
	struct sink sink = { .write = count, .arg = &to->size };
	struct str name = safe_name(a, f, number);

	*to = (struct post_file){ .name = name, .from = f };
	for (unsigned i = 2; is_used(out, to->name); i++)
		to->name = fitted(a, name, LIMIT_FILE_NAME, arena_fmt(a, " (%u)", i));
	if (!mime_file_send(f, &sink))
		return err_set(e, E_FAILED, "A file of the message could not be read.");
	if (to->size > LIMIT_FILE_BYTES)
		return err_set(e, E_LIMIT, "The file \"%.*s\" has more than %d MB, the most that "
		    "can be attached. The post was not saved.",
		    to->name.n > 100 ? 100 : (int)to->name.n, to->name.p, LIMIT_FILE_BYTES / MIB);
	out->file_n += to->size > 0;
	return OK;
}

static enum outcome
take_files(struct arena *a, const struct mime *m, struct post *out, struct err *e)
{
	enum outcome o = OK;

	if (m->file_n > LIMIT_ITEM_FILES)
		return err_set(e, E_LIMIT, "The message has %zu files; at most %d can be attached. "
		    "The post was not saved.", m->file_n, LIMIT_ITEM_FILES);
	out->file = ARENA_ARRAY(a, struct post_file, m->file_n);
	for (size_t i = 0; o == OK && i < m->file_n; i++)
		o = add_file(a, &m->file[i], i + 1, out, e);
	return o;
}

enum outcome
post_read(struct arena *a, struct hash *h, struct spool *from, const char *dir,
    struct post *out, struct err *e)
{
	struct mime m;
	struct str index;
	enum outcome o = mime_read(a, from, dir, &m, e);

	*out = (struct post){ .index = STR_NULL };
	if (o != OK)
		return o;
	out->title = m.subject.n ? m.subject : m.thread_topic.n ? m.thread_topic : STR("");
	out->importance = importance_of(m.importance);
	if (m.thread_index.p && thread_index_read(a, m.thread_index, &index))
		out->index = thread_index_text(a, index);
	if (!take_ref(h, m.message_id.n ? m.message_id : STR_NULL, from, out))
		return err_set(e, E_FAILED, "The message could not be read.");
	o = take_body(a, &m, out, e);
	return o == OK ? take_files(a, &m, out, e) : o;
}
