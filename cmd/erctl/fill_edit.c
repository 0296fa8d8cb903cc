#include "fill_edit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/safe.h"
#include "draft.h"
#include "editor.h"

#define KEY_EDITOR "#editor"

/* One file for a task: there is one editor at a time. */
static char *file_path(const struct fill *f, struct err *err)
{
	char *path = draft_editor_path(f->draft, f->r, err);
	struct buf b = BUF_INIT;
	if (!path)
		return NULL;
	buf_addf(&b, "%s.txt", path);
	free(path);
	return buf_detach(&b);
}

/* A text that an editor left and nobody could read is still somebody's. */
static void keep_old(const char *path)
{
	struct buf name = BUF_INIT;
	buf_addf(&name, "%s~", path);
	rename(path, buf_str(&name));
	buf_release(&name);
}

static int write_text(const char *path, const char *text, struct err *err)
{
	keep_old(path);
	int fd = io_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, "cannot write %s", path);
	int rc = io_write_all(fd, text, strlen(text), err);
	if (rc == 0 && *text)
		rc = io_write_all(fd, "\n", 1, err);
	return io_close(fd, path, err) < 0 ? -1 : rc;
}

static char *read_text(const char *path, struct err *err)
{
	struct buf b = BUF_INIT;
	if (io_read_file(AT_FDCWD, path, FILL_TEXT_MAX, &b, err) == 0) {
		if (b.len > 0 && b.data[b.len - 1] == '\n')
			b.data[--b.len] = '\0';
		if (strlen(buf_str(&b)) == b.len && utf8_valid(buf_str(&b), b.len))
			return buf_detach(&b);
		err_set(err, FAIL_INVALID, "%s: not UTF-8; it is kept", path);
	}
	buf_release(&b);
	return NULL;
}

char *fill_edit(struct fill *f, size_t i, struct err *err)
{
	struct err unread = ERR_INIT;
	char *path = file_path(f, err), *text = path ? fill_text(f, &f->line[i]) : NULL;
	char *edited = NULL, *at = mem_strdup(f->line[i].at);
	if (path && write_text(path, text, err) == 0) {
		fill_type(f, KEY_EDITOR, at);
		int rc = fill_save(f, err) == 0 ? editor_run(path, err) : -1;
		fill_type(f, KEY_EDITOR, NULL);
		edited = read_text(path, rc < 0 ? &unread : err);
		if (edited)
			unlink(path);
		if (rc < 0) { /* what it saved is typed all the same */
			if (edited && strcmp(edited, text) != 0)
				fill_type(f, at, edited);
			free(edited);
			edited = NULL;
		}
	}
	free(at);
	free(path);
	free(text);
	return edited;
}

void fill_edit_recover(struct fill *f)
{
	struct err no_matter = ERR_INIT;
	const char *at = json_string_value(json_object_get(f->draft->texts, KEY_EDITOR));
	char *path = at ? file_path(f, &no_matter) : NULL;
	char *text = path ? read_text(path, &no_matter) : NULL;
	if (text) {
		fill_type(f, at, text);
		fill_type(f, KEY_EDITOR, NULL);
		if (fill_save(f, &no_matter) == 0)
			unlink(path);
	}
	free(text);
	free(path);
}
