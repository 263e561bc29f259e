#include <config.h>

#include "net/certificate.h"

#include <curl/curl.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <time.h>

#include "base/text.h"

/* Of the first certificate in PEM format; bio is freed. */
static bool
read_end(BIO *bio, struct instant *end)
{
	X509 *certificate = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
	struct tm tm = {0};
	bool read =
		certificate != NULL && ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) == 1;

	if (read)
		end->us = (int64_t)timegm(&tm) * SECOND_US;
	X509_free(certificate);
	(void)BIO_free(bio);
	ERR_clear_error();
	return read;
}

bool
certificate_file_end(const char *path, struct instant *end)
{
	return read_end(BIO_new_file(path, "r"), end);
}

/* The first one of the chain is the server's own. */
static bool
first_end(CURL *curl, struct instant *end)
{
	static const char label[] = "Cert:";
	struct curl_certinfo *chain = NULL;

	if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &chain) != CURLE_OK || chain == NULL ||
	    chain->num_of_certs < 1)
		return false;
	for (const struct curl_slist *line = chain->certinfo[0]; line != NULL; line = line->next)
		if (text_starts_with(line->data, label))
			return read_end(BIO_new_mem_buf(line->data + sizeof label - 1, -1), end);
	return false;
}

bool
certificate_end(const char *url, int64_t timeout_ms, struct instant *end, char problem[256])
{
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_FAILED_INIT;
	bool known = false;

	if (curl != NULL) {
		(void)curl_easy_setopt(curl, CURLOPT_URL, url);
		(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
		(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
		(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
		(void)curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
		(void)curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
		code = curl_easy_perform(curl);
		known = code == CURLE_OK && first_end(curl, end);
	}
	if (!known)
		(void)snprintf(problem, 256, "%s",
			       code != CURLE_OK ? curl_easy_strerror(code) : "no certificate");
	curl_easy_cleanup(curl);
	return known;
}
