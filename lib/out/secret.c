#include "out/secret.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "spool/layout.h"

enum { SECRET_MAX = 4096 };

static int check(int fd, const char *file, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return err_set(err, FAIL_CONFIG, "secret file %s: not a regular file", file);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err, FAIL_CONFIG, "secret file %s: not private; chmod 600", file);
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, FAIL_CONFIG, "secret file %s: belongs to somebody else", file);
	return 0;
}

int secret_read(struct buf *out, const struct spool *s, const char *file, struct err *err)
{
	int fd = io_open(s->etc, file, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);

	if (fd < 0)
		return err_errno(err, "cannot open secret file %s", file);
	int rc = check(fd, file, err) || io_read_fd(fd, SECRET_MAX, out, err) ? -1 : 0;
	close(fd);
	if (rc)
		return -1;
	if (!out->len)
		return err_set(err, FAIL_CONFIG, "secret file %s: empty", file);
	char *end = strpbrk(out->data, "\r\n");
	if (end)
		*end = '\0';
	out->len = strlen(out->data);
	return out->len ? 0 : err_set(err, FAIL_CONFIG, "secret file %s: begins empty", file);
}
