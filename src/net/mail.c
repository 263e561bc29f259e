#include <config.h>

#include "net/mail.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/email.h"
#include "base/fiber.h"
#include "base/file.h"
#include "base/text.h"

enum {
	ID_BYTES_MAX = 100,
	SUBJECT_BYTES_MAX = 900,
	PLAIN_SUBJECT_MAX = 200,
	WORD_BYTES_MAX = 42,  /* of text in an encoded word; 56 in base64 */
	LINE_BYTES_MAX = 998, /* RFC 5322 */
	QUOTED_LINE_MAX = 76, /* RFC 2045 */
	CONNECT_TIMEOUT_MS = 10000,
	TIMEOUT_MS = 30000,
};

/* Growing text; at most three bytes for each byte of input, so it never has to. */
struct text {
	char *bytes;
	size_t length;
};

static void
put(struct text *out, const char *bytes, size_t length)
{
	memcpy(out->bytes + out->length, bytes, length);
	out->length += length;
}

/* Characters allowed between angle brackets unquoted. */
static bool
is_plain(const char *address)
{
	size_t length = strlen(address);
	const char *at = strrchr(address, '@');

	return length <= EMAIL_BYTES_MAX && utf8_valid(address, length) &&
	       !text_has_control(address) && strpbrk(address, " <>,;:\"\\()[]") == NULL &&
	       at != NULL && at != address && at[1] != '\0';
}

/* An address as accepted by servers. Ours may be of a host without a domain. */
static const char *
route(struct arena *arena, const char *address)
{
	const char *name = is_plain(address) ? email_route(arena, address) : NULL;

	return name != NULL ? name : address;
}

/* The id becomes a file name. */
static bool
is_id(const char *id)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t length = strlen(id);

	return length > 0 && length <= ID_BYTES_MAX && id[0] != '.' &&
	       strspn(id, allowed) == length;
}

static bool
is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* RFC 2047: encoded words of whole characters, one on each line. */
static const char *
encode_subject(struct arena *arena, const char *subject)
{
	size_t left = strlen(subject);
	struct text out = {arena_array(arena, left / (WORD_BYTES_MAX - 3) + 1, 80), 0};

	if (is_ascii(subject) && left <= PLAIN_SUBJECT_MAX && strstr(subject, "=?") == NULL)
		return subject;
	while (left > 0) {
		unsigned char base64[WORD_BYTES_MAX / 3 * 4 + 1];
		size_t take = 0;
		size_t n;

		while ((n = utf8_next(subject + take, left - take)) > 0 &&
		       take + n <= WORD_BYTES_MAX)
			take += n;
		n = (size_t)EVP_EncodeBlock(base64, (const unsigned char *)subject, (int)take);
		if (out.length > 0)
			put(&out, "\r\n ", 3);
		put(&out, "=?utf-8?B?", 10);
		put(&out, (const char *)base64, n);
		put(&out, "?=", 2);
		subject += take;
		left -= take;
	}
	out.bytes[out.length] = '\0';
	return out.bytes;
}

/* RFC 5322 section 3.3, always in UTC and English. */
static const char *
date_text(struct arena *arena, struct instant date)
{
	static const char days[] = "ThuFriSatSunMonTueWed"; /* 1970 began on a Thursday */
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char iso[INSTANT_TEXT_MAX];
	int64_t day = date.us / (86400 * SECOND_US) % 7;
	int month;

	(void)instant_text(iso, date);
	month = (iso[5] - '0') * 10 + (iso[6] - '0') - 1;
	return arena_printf(arena, "%.3s, %.2s %.3s %.4s %.8s +0000",
			    days + 3 * (day < 0 ? day + 7 : day), iso + 8,
			    months + (ptrdiff_t)3 * month, iso, iso + 11);
}

/* The body with CRLF at the end of each line, the last one included. */
static const char *
with_crlf(struct arena *arena, const char *body)
{
	size_t length = strlen(body);
	struct text out = {arena_array(arena, length + 2, 2), 0};

	while (*body != '\0') {
		size_t line = strcspn(body, "\r\n");

		put(&out, body, line);
		put(&out, "\r\n", 2);
		body += line;
		if (body[0] == '\r' && body[1] == '\n')
			body++;
		if (*body != '\0')
			body++;
	}
	out.bytes[out.length] = '\0';
	return out.bytes;
}

static bool
has_long_line(const char *body)
{
	for (;;) {
		size_t line = strcspn(body, "\r");

		if (line > LINE_BYTES_MAX)
			return true;
		if (body[line] == '\0')
			return false;
		body += line + 2;
	}
}

/* RFC 2045 section 6.7, for bodies with lines that are too long to be sent unchanged. */
static const char *
quoted_printable(struct arena *arena, const char *body)
{
	size_t length = strlen(body);
	struct text out = {arena_array(arena, length + 1, 6), 0};
	size_t column = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)body[i];
		bool at_end = body[i + 1] == '\r' || body[i + 1] == '\0';
		bool plain =
			(c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !at_end);
		char escape[4];

		if (c == '\r' || c == '\n') {
			put(&out, body + i, 1);
			column = 0;
			continue;
		}
		if (column + 3 > QUOTED_LINE_MAX - 1) {
			put(&out, "=\r\n", 3);
			column = 0;
		}
		(void)snprintf(escape, sizeof(escape), "=%02X", (unsigned)c);
		put(&out, plain ? body + i : escape, plain ? 1 : 3);
		column += plain ? 1 : 3;
	}
	out.bytes[out.length] = '\0';
	return out.bytes;
}

static enum err
check_mail(struct fault *f, const char *from, const struct mail *mail)
{
	size_t length = strlen(mail->subject);

	if (!is_plain(from))
		return fault(f, ERR_VALIDATION, "from", "Not an email address");
	if (!utf8_valid(mail->to, strlen(mail->to)) || !email_valid(mail->to))
		return fault(f, ERR_VALIDATION, "to", "Not an email address");
	if (!is_id(mail->id))
		return fault(f, ERR_VALIDATION, "id", "Not a valid message id");
	if (length > SUBJECT_BYTES_MAX || !utf8_valid(mail->subject, length) ||
	    text_has_control(mail->subject))
		return fault(f, ERR_VALIDATION, "subject",
			     "The subject is too long or has a control character");
	if (!utf8_valid(mail->body, strlen(mail->body)))
		return fault(f, ERR_VALIDATION, "body", "The body is not valid UTF-8");
	return ERR_OK;
}

enum err
mail_compose(struct arena *arena, struct fault *f, const char *from, const struct mail *mail,
	     const char **text)
{
	const char *encoding = "8bit";
	const char *body;

	TRY(check_mail(f, from, mail));
	from = route(arena, from);
	body = with_crlf(arena, mail->body);
	if (has_long_line(body)) {
		encoding = "quoted-printable";
		body = quoted_printable(arena, body);
	} else if (is_ascii(body)) {
		encoding = "7bit";
	}
	*text = arena_printf(arena,
			     "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n"
			     "Message-ID: <%s@%s>\r\nAuto-Submitted: auto-generated\r\n"
			     "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: %s\r\n\r\n%s",
			     date_text(arena, mail->date), from, route(arena, mail->to),
			     encode_subject(arena, mail->subject), mail->id, strrchr(from, '@') + 1,
			     encoding, body);
	return ERR_OK;
}

static enum err
unavailable(struct fault *f, const char *what, const char *why)
{
	(void)snprintf(f->detail, sizeof(f->detail), "mail: %s: %s", what, why);
	return fault(f, ERR_UNAVAILABLE, NULL, NULL);
}

/* Written completely and synced under another name first, so that a reader never sees a part. */
static bool
write_file(int dir, const char *fresh, const char *name, const char *text)
{
	int fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
			S_IRUSR | S_IWUSR);
	bool written;

	if (fd < 0)
		return false;
	written = file_write(fd, text, strlen(text)) && fsync(fd) == 0;
	return close(fd) == 0 && written && renameat(dir, fresh, dir, name) == 0 && fsync(dir) == 0;
}

static enum err
spool(struct arena *arena, struct fault *f, const char *folder, const struct mail *mail,
      const char *text)
{
	const char *name = arena_printf(arena, "%s.eml", mail->id);
	const char *fresh = arena_printf(arena, ".%s.tmp", mail->id);
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool written;

	if (dir < 0)
		return unavailable(f, "spool folder", strerrordesc_np(errno));
	written = write_file(dir, fresh, name, text);
	if (!written)
		(void)unavailable(f, "spool file", strerrordesc_np(errno));
	(void)close(dir);
	return written ? ERR_OK : ERR_UNAVAILABLE;
}

/* The unsent part of the message. */
static size_t
read_message(char *buffer, size_t size, size_t count, void *arg)
{
	const char **rest = arg;
	size_t length = strnlen(*rest, size * count);

	memcpy(buffer, *rest, length);
	*rest += length;
	return length;
}

static void
release_curl(void *curl)
{
	curl_easy_cleanup(curl);
}

static void
release_list(void *list)
{
	curl_slist_free_all(list);
}

/* SMTP only, always encrypted, always with a time limit. */
static bool
set_connection(CURL *curl, const struct config *config)
{
	bool set = curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ==
			   CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS) ==
			   CURLE_OK &&
		   curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TIMEOUT_MS) == CURLE_OK;

	if (set && config->smtp_ca_file[0] != '\0')
		set = curl_easy_setopt(curl, CURLOPT_CAINFO, config->smtp_ca_file) == CURLE_OK;
	if (set && config->smtp_user[0] != '\0')
		set = curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user) == CURLE_OK &&
		      curl_easy_setopt(curl, CURLOPT_PASSWORD, config->smtp_password) == CURLE_OK;
	return set;
}

static bool
set_message(CURL *curl, struct arena *arena, const char *from, const char *to, const char **rest)
{
	struct curl_slist *list = curl_slist_append(NULL, arena_printf(arena, "<%s>", to));

	if (list == NULL)
		return false;
	arena_adopt(arena, list, release_list);
	return curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_printf(arena, "<%s>", from)) ==
		       CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, list) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_READDATA, rest) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L) == CURLE_OK;
}

/* 55x is about this recipient or message; other answers may be temporary. */
static enum err
report_failure(struct fault *f, CURL *curl, CURLcode code)
{
	long answer = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (answer >= 550 && answer <= 559 && code != CURLE_LOGIN_DENIED)
		(void)fault(f, ERR_BAD_REQUEST, "to", "The mail server refused this message");
	else
		(void)fault(f, ERR_UNAVAILABLE, NULL, NULL);
	(void)snprintf(f->detail, sizeof(f->detail), "mail: smtp: %s (answer %ld)",
		       curl_easy_strerror(code), answer);
	return f->err;
}

static enum err
send_smtp(struct arena *arena, struct fault *f, const struct config *config,
	  const struct mail *mail, const char *text)
{
	CURL *curl = curl_easy_init();
	const char **rest = arena_copy(arena, &text, sizeof(text));
	CURLcode code;

	if (curl == NULL)
		return unavailable(f, "libcurl", "out of memory");
	/* The list is released after the handle that uses it. */
	if (!set_connection(curl, config) ||
	    !set_message(curl, arena, route(arena, config->mail_from), route(arena, mail->to),
			 rest)) {
		curl_easy_cleanup(curl);
		return unavailable(f, "libcurl", "an option was not accepted");
	}
	arena_adopt(arena, curl, release_curl);
	fiber_block();
	code = curl_easy_perform(curl);
	fiber_unblock();
	return code == CURLE_OK ? ERR_OK : report_failure(f, curl, code);
}

enum err
mail_send(struct arena *arena, struct fault *f, const struct config *config,
	  const struct mail *mail)
{
	const char *text;

	TRY(mail_compose(arena, f, config->mail_from, mail, &text));
	if (config->smtp_url[0] != '\0')
		return send_smtp(arena, f, config, mail, text);
	return spool(arena, f, config->mail_dir, mail, text);
}
