/*
 * minimal DIR FILE -- the least a durable submitter can do: read a task, check that it is JSON,
 * wrap it, write, fsync, rename, fsync.  Linked to jansson alone.  What `erctl submit` is measured
 * against.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

static char text[1 << 20];

static int fail(const char *what)
{
	perror(what);
	return 75;
}

int main(int argc, char **argv)
{
	unsigned char r[16];
	char name[64] = "task_", head[128];
	json_error_t e;
	int dir, fd;

	if (argc != 3 || chdir(argv[1]) != 0)
		return fail("usage: minimal DIR FILE");
	fd = open(argv[2], O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return fail(argv[2]);
	close(fd);
	json_t *task = json_loadb(text, (size_t)n, JSON_REJECT_DUPLICATES, &e);
	if (!task)
		return 5;
	json_decref(task);

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		return fail("getrandom");
	for (int i = 0; i < 16; i++)
		snprintf(name + 5 + 2 * i, 3, "%02x", r[i]);
	int hn = snprintf(head, sizeof(head),
	                  "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"body\":", name);

	if (chdir("tmp") != 0 || (fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0640)) < 0)
		return fail("tmp");
	if (write(fd, head, (size_t)hn) != hn || write(fd, text, (size_t)n) != n ||
	    write(fd, "}\n", 2) != 2)
		return fail("write");
	if (fsync(fd) != 0 || close(fd) != 0)
		return fail("fsync");
	dir = open("../new", O_RDONLY | O_DIRECTORY);
	if (dir < 0 || renameat2(AT_FDCWD, name, dir, name, RENAME_NOREPLACE) != 0 ||
	    fsync(dir) != 0)
		return fail("new");
	puts(name);
	return 0;
}
