/* erctl/draft_lock.c -- one process works on a draft: two would save over each other's text. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "draft.h"
#include "draft_p.h"

enum { TRIES = 8 };

struct draft_lock {
	int fd; /* flock: gone with the process, however it ends */
	char name[DRAFT_NAME];
};

/* Its owner may have removed the file between our open and our lock. */
static int is_current(int folder, const char *name, int fd)
{
	struct stat ours, now;
	return fstat(fd, &ours) == 0 && fstatat(folder, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == now.st_ino && ours.st_dev == now.st_dev;
}

/* A locked descriptor, -1: nothing can be locked here, -2: another has it. */
static int take(int folder, const char *name)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = io_open(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);
		if (fd < 0)
			return -1;
		int locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
		int taken = !locked && errno == EWOULDBLOCK;
		if (locked && is_current(folder, name, fd))
			return fd;
		close(fd);
		if (!locked)
			return taken ? -2 : -1;
	}
	return -2;
}

int draft_lock(struct draft *d, const struct run *r, struct err *err)
{
	char file[DRAFT_NAME], name[DRAFT_NAME], id[ID_TEXT_MAX];
	struct err no_matter = ERR_INIT;
	int folder = d->lock ? -1 : draft_folder(1, &no_matter);
	if (folder < 0)
		return 0;
	snprintf(name, sizeof name, "%s", draft_file_name(d, r, ".lock", file));
	int fd = take(folder, name);
	close(folder);
	if (fd == -2)
		return err_set(err, FAIL_CONFLICT, "%s: your draft is open in another terminal",
		               id_format(&d->task, "task_", id));
	if (fd >= 0) {
		d->lock = mem_alloc(sizeof *d->lock);
		d->lock->fd = fd;
		memcpy(d->lock->name, name, sizeof name);
	}
	return 0;
}

void draft_unlock(struct draft *d)
{
	struct err no_matter = ERR_INIT;
	if (!d->lock)
		return;
	int folder = draft_folder(0, &no_matter);
	if (folder >= 0) {
		unlinkat(folder, d->lock->name, 0);
		close(folder);
	}
	close(d->lock->fd);
	free(d->lock);
	d->lock = NULL;
}
