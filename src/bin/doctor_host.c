/* Checks of the machine: disk space, and the certificate that clients see. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/attributes.h"
#include "base/text.h"
#include "bin/doctor_checks.h"
#include "net/certificate.h"

enum { PERCENT = 100, LOW_PERCENT = 10, FULL_PERCENT = 2, CERTIFICATE_MS = 3000, SOON_DAYS = 14 };

#define MEBIBYTE ((unsigned long long)1024 * 1024)
#define DAY_US   (86400 * SECOND_US)

/* The share that users other than root may still take, in percent. */
static unsigned
free_share(unsigned long long available, unsigned long long total)
{
	return total > 0 ? (unsigned)(available * PERCENT / total) : PERCENT;
}

static void
check_file_system(struct checkup *c, const char *path, const struct statvfs *fs)
{
	unsigned space = free_share(fs->f_bavail, fs->f_blocks);
	unsigned files = free_share(fs->f_favail, fs->f_files);
	unsigned share = files < space ? files : space;

	if (share >= LOW_PERCENT)
		return;
	foundf(c, share < FULL_PERCENT ? SEVERITY_ERROR : SEVERITY_WARNING, "a disk is almost full",
	       "%s has %u %% of its %s free (%llu MiB)", path, share,
	       files < space ? "files" : "space",
	       (unsigned long long)fs->f_bavail * fs->f_frsize / MEBIBYTE);
}

/* Folders that Cowry, nginx, PostgreSQL and the journal write to, if they are on this machine. */
void
doctor_disk(struct checkup *c)
{
	const char *const paths[] = {
		"/",    "/var", "/var/log",         "/var/lib/postgresql", "/var/lib/nginx",
		"/tmp", "/run", c->config->mail_dir};
	dev_t seen[COUNT(paths)] = {0};
	size_t n = 0;

	for (size_t i = 0; i < COUNT(paths); i++) {
		struct statvfs fs;
		struct stat status;
		bool known = false;

		if (stat(paths[i], &status) != 0 || statvfs(paths[i], &fs) != 0)
			continue;
		for (size_t k = 0; k < n; k++)
			known = known || seen[k] == status.st_dev;
		if (known)
			continue;
		seen[n++] = status.st_dev;
		check_file_system(c, paths[i], &fs);
	}
	foundf(c, SEVERITY_OK, "disk space", "%zu file systems were checked", n);
}

void
doctor_certificate(struct checkup *c)
{
	const char *url = c->config->public_url;
	struct instant end;
	char problem[256];
	char at[INSTANT_TEXT_MAX];
	int64_t left_us;

	if (!text_starts_with(url, "https://"))
		return;
	if (!certificate_end(url, CERTIFICATE_MS, &end, problem)) {
		foundf(c, SEVERITY_WARNING, "the certificate could not be checked", "%s: %s", url,
		       problem);
		return;
	}
	left_us = end.us - clock_system().us;
	if (left_us <= 0)
		foundf(c, SEVERITY_ERROR, "the certificate has expired", "%s, %s", url,
		       instant_text(at, end));
	else
		foundf(c, left_us < SOON_DAYS * DAY_US ? SEVERITY_WARNING : SEVERITY_OK,
		       "certificate", "%s, valid until %s", url, instant_text(at, end));
}
