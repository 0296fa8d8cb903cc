/* shutdown DIR -- cut the power of a mounted ext4 or xfs: what was not flushed is gone at
   remount. */
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FS_SHUTDOWN _IOR('X', 125, __u32)
enum { NO_LOG_FLUSH = 2 };

int main(int argc, char **argv)
{
	__u32 how = NO_LOG_FLUSH;
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY) : -1;

	if (fd < 0 || ioctl(fd, FS_SHUTDOWN, &how) != 0) {
		perror("shutdown");
		return 1;
	}
	return close(fd);
}
