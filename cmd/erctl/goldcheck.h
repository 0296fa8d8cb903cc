/*
 * erctl/goldcheck.h -- would a gold task be given, and could anybody answer it rightly?
 *
 * Method     Its body goes through intake (model/intake.h) as a requester's would, and must end in
 *            its lane; its answer must meet the schema, but for members that it leaves out: those
 *            do not count when it is compared.
 * Errors     FAIL_INVALID with the pointer in the document.
 */
#ifndef ERCTL_GOLDCHECK_H
#define ERCTL_GOLDCHECK_H

struct config;
struct err;
struct gold;

int goldcheck(const struct config *c, const struct gold *g, struct err *err);

#endif
