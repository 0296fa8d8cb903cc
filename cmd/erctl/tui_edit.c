/* Moving and changing in UTF-8. */
#include "tui_edit.h"

#include "tui_widgets.h"

static size_t char_len(const struct buf *b, size_t at)
{
	unsigned cp;
	int n = utf8_next(b->data + at, b->len - at, &cp);
	return n > 0 ? (size_t)n : 1;
}

/* A mark that belongs to what stands before it: behind a letter it takes no column. */
static int combines(const struct buf *b, size_t at)
{
	char pair[8] = "x";
	size_t n = char_len(b, at);
	struct buf shown = BUF_INIT;
	if ((unsigned char)b->data[at] < 0x80)
		return 0;
	memcpy(pair + 1, b->data + at, n);
	safe_add(&shown, pair, n + 1, SAFE_LINE);
	int joined = shown.len == n + 1 && safe_width(buf_str(&shown)) == 1;
	buf_release(&shown);
	return joined;
}

size_t edit_next(const struct buf *b, size_t at)
{
	if (at >= b->len)
		return b->len;
	do
		at += char_len(b, at);
	while (at < b->len && combines(b, at));
	return at;
}

static size_t one_back(const struct buf *b, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)b->data[at] & 0xc0) == 0x80);
	return at;
}

size_t edit_prev(const struct buf *b, size_t at)
{
	if (at == 0)
		return 0;
	do
		at = one_back(b, at);
	while (at > 0 && combines(b, at));
	return at;
}

static size_t edit_word_before(const struct buf *b, size_t at)
{
	while (at > 0 && (b->data[at - 1] == ' ' || b->data[at - 1] == '\n'))
		at--;
	while (at > 0 && b->data[at - 1] != ' ' && b->data[at - 1] != '\n')
		at--;
	return at;
}

static size_t encode(unsigned cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(lead[n] | cp);
	return n;
}

int edit_insert(struct buf *b, size_t *at, unsigned cp, size_t max)
{
	char bytes[4];
	size_t n = encode(cp, bytes), tail = b->len - *at;
	unsigned same;
	if (b->len + n > max || utf8_next(bytes, n, &same) == 0)
		return 0;
	buf_add(b, bytes, n);
	memmove(b->data + *at + n, b->data + *at, tail);
	memcpy(b->data + *at, bytes, n);
	*at += n;
	return 1;
}

static void edit_remove(struct buf *b, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(b->data + from, b->data + to, b->len - to);
	b->len -= to - from;
	b->data[b->len] = '\0';
}

void edit_set(struct buf *b, const char *text, size_t max, int one_line)
{
	size_t n = text ? strlen(text) : 0, i = 0;
	unsigned cp;
	buf_clear(b);
	while (i < n) {
		int len = utf8_next(text + i, n - i, &cp);
		if (len > 0 && b->len + (size_t)len > max)
			break;
		if (len > 0 && one_line && text[i] == '\n')
			buf_addc(b, ' ');
		else if (len > 0)
			buf_add(b, text + i, (size_t)len);
		i += (size_t)(len > 0 ? len : 1);
	}
}

static int erase_range(const struct edit_line *e, size_t from, size_t to)
{
	if (from == to)
		return KEY_MOVED;
	edit_remove(e->text, from, to);
	*e->cursor = from;
	return KEY_CHANGED;
}

static int go(const struct edit_line *e, size_t to)
{
	*e->cursor = to;
	return KEY_MOVED;
}

int edit_key(const struct edit_line *e, int key)
{
	size_t at = *e->cursor, word;
	switch (key) {
	case SK_LEFT: return go(e, edit_prev(e->text, at));
	case SK_RIGHT: return go(e, edit_next(e->text, at));
	case SK_CTRL_A: case SK_HOME: return go(e, e->from);
	case SK_CTRL_E: case SK_END_LINE: return go(e, e->to);
	case SK_BACKSPACE: return erase_range(e, edit_prev(e->text, at), at);
	case SK_DELETE: return erase_range(e, at, edit_next(e->text, at));
	case SK_CTRL_U: return erase_range(e, e->from, at);
	case SK_CTRL_K: return erase_range(e, at, e->to);
	case SK_CTRL_W:
		word = edit_word_before(e->text, at);
		return erase_range(e, word > e->from ? word : e->from, at);
	default: break;
	}
	if (key < ' ' || key >= SK_BASE)
		return KEY_NOT_MINE;
	if (!edit_insert(e->text, e->cursor, (unsigned)key, e->max)) {
		screen_bell(); /* full */
		return KEY_MOVED;
	}
	return KEY_CHANGED;
}
