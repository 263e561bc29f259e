#include "api/access.h"

static const struct credentials taken[] = {
	[ACCESS_PUBLIC] = {0},
	[ACCESS_USER] = {.token = true},
	[ACCESS_USER_OR_KEY] = {.token = true, .key = true, .personal_key = true},
	[ACCESS_ADMIN] = {.token = true},
	[ACCESS_PROJECT_KEY] = {.key = true, .project_key = true},
	[ACCESS_USER_OR_PROJECT] = {.token = true, .key = true, .project_key = true},
	[ACCESS_WALLET] = {.token = true, .key = true},
	[ACCESS_COOKIE] = {.token = true, .cookie = true},
	[ACCESS_OWNER] = {.token = true, .cookie = true, .key = true, .project_key = true},
};

struct credentials
access_credentials(enum access access)
{
	return taken[access];
}

bool
access_takes_key(enum access access, enum principal_kind kind)
{
	return (kind == PRINCIPAL_USER_KEY && taken[access].personal_key) ||
	       (kind == PRINCIPAL_PROJECT_KEY && taken[access].project_key);
}
