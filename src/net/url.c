#include "net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"
#include "net/http.h"

/* A part of the URL in the arena; NULL where there is none. */
static const char *
part(struct arena *arena, CURLU *url, CURLUPart which, unsigned flags)
{
	char *text = NULL;
	const char *copy = NULL;

	if (curl_url_get(url, which, &text, flags) == CURLUE_OK && text != NULL)
		copy = text_lower(arena, text);
	curl_free(text);
	return copy;
}

static const char *
without_brackets(struct arena *arena, const char *host)
{
	size_t length = host != NULL ? strlen(host) : 0;

	if (length < 2 || host[0] != '[')
		return host;
	return arena_strndup(arena, host + 1, length - 2);
}

bool
url_parse(struct arena *arena, const char *text, struct url *out)
{
	CURLU *url = curl_url();
	const char *port;
	int64_t number = 0;

	*out = (struct url){NULL, NULL, 0, false, false};
	if (url == NULL)
		return false;
	if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK) {
		port = part(arena, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
		out->scheme = part(arena, url, CURLUPART_SCHEME, 0);
		out->host = without_brackets(arena, part(arena, url, CURLUPART_HOST, 0));
		out->has_credentials = part(arena, url, CURLUPART_USER, 0) != NULL ||
				       part(arena, url, CURLUPART_PASSWORD, 0) != NULL;
		out->has_fragment = strchr(text, '#') != NULL;
		if (port != NULL && integer_parse(&number, port))
			out->port = (int)number;
	}
	curl_url_cleanup(url);
	return out->scheme != NULL && out->host != NULL && out->host[0] != '\0' && out->port > 0;
}

/* An address in its usual form; *is_public tells its kind. */
static bool
is_address(const char *host, bool *is_public)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		*is_public = http_address_is_public(&v4);
	else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		*is_public = http_address_is_public(&v6);
	else
		return false;
	return true;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strlen(text);
	size_t most = strlen(end);

	return length >= most && strcmp(text + length - most, end) == 0;
}

bool
url_host_may_be_public(const char *host)
{
	static const char *const local[] = {".localhost", ".local",     ".localdomain", ".internal",
					    ".lan",       ".home.arpa", ".intranet",    ".corp",
					    ".home",      ".private",   ".test",        ".invalid"};
	const char *last = strrchr(host, '.');
	bool is_public = false;

	if (is_address(host, &is_public))
		return is_public;
	/* A last label of digits, or none, is a disguised address: 127.1, 0x7f.1, 2130706433. */
	if (last == NULL || (last[1] >= '0' && last[1] <= '9') || strchr(host, ':') != NULL)
		return false;
	for (size_t i = 0; i < COUNT(local); i++)
		if (ends_with(host, local[i]))
			return false;
	return last[1] != '\0';
}
