/*
 * erctl/draft_p.h -- private to draft*.c: the folder, names in it, and whose a draft is.
 */
#ifndef ERCTL_DRAFT_P_H
#define ERCTL_DRAFT_P_H

struct draft;
struct err;
struct run;

enum { DRAFT_NAME = 160 };

/* The folder's descriptor.  Without ${make} -1 and FAIL_NOT_FOUND when there is none. */
int draft_folder(int make, struct err *err);
/* Returns out. */
char *draft_file_name(const struct draft *d, const struct run *r, const char *suffix,
                      char out[DRAFT_NAME]);

/* 0: it is ours (also when it was before, and where nothing can be locked: a form without a folder
 * for its draft says so itself).  FAIL_CONFLICT: it is another process's. */
int draft_lock(struct draft *d, const struct run *r, struct err *err);
void draft_unlock(struct draft *d);

#endif
