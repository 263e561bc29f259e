/* cowry setup: the scripts beside the migrations do it. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "bin/cli.h"

/* The scripts are given the path of this program, which they use, too. */
int
cli_setup(const struct config *config, int argc, char **argv)
{
	char script[] = SETUPDIR "/setup";
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char **words = calloc((size_t)argc + 3, sizeof(*words));

	(void)config;
	if (length < 0 || words == NULL)
		cli_fail("out of memory, or /proc is not mounted");
	self[length] = '\0';
	words[0] = script;
	words[1] = self;
	for (int i = 0; i < argc; i++)
		words[i + 2] = argv[i];
	(void)execv(script, words);
	free(words);
	cli_fail("the scripts of cowry setup are not installed");
}
