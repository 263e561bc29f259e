#include <config.h>

#include "net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"

enum { DAY_S = 86400 };

/* A server with a certificate of its own, which answers one request on each connection. */
struct tls_server {
	char folder[FOLDER_MAX];
	char ca_file[FOLDER_PATH_MAX];
	SSL_CTX *context;
	int fd;
	int port;
	pthread_t thread;
	int served; /* read after the thread has ended */
};

static void
name_it(X509 *certificate, const char *names)
{
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name, names);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* Self-signed, for these names, until so many seconds from now. */
static X509 *
make_certificate(EVP_PKEY *key, const char *names, long until_s)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	assert_int_equal(X509_set_version(certificate, 2), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), -(long)2 * DAY_S));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), until_s));
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
						    (const unsigned char *)"test", -1, -1, 0),
			 1);
	assert_int_equal(X509_set_issuer_name(certificate, name), 1);
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	name_it(certificate, names);
	assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
	return certificate;
}

static bool
answer_one(SSL *ssl)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
				    "Connection: close\r\n\r\n{}";
	char buffer[4096];

	return SSL_accept(ssl) == 1 && SSL_read(ssl, buffer, sizeof(buffer)) > 0 &&
	       SSL_write(ssl, reply, sizeof(reply) - 1) > 0;
}

static void *
serve(void *arg)
{
	struct tls_server *server = arg;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		SSL *ssl = SSL_new(server->context);

		(void)SSL_set_fd(ssl, fd);
		if (answer_one(ssl))
			server->served++;
		(void)SSL_shutdown(ssl);
		SSL_free(ssl);
		(void)close(fd);
	}
	return NULL;
}

static void
listen_anywhere(struct tls_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof(address);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server->fd, 8), 0);
	assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &length), 0);
	server->port = ntohs(address.sin_port);
}

static void
start(struct tls_server *server, const char *names, long until_s)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = make_certificate(key, names, until_s);
	FILE *file;

	*server = (struct tls_server){.context = SSL_CTX_new(TLS_server_method())};
	assert_true(folder_make(server->folder));
	file = fopen(folder_path(server->ca_file, server->folder, "ca.pem"), "we");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, certificate), 1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(SSL_CTX_use_certificate(server->context, certificate), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(server->context, key), 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
	listen_anywhere(server);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* How many requests it has answered. */
static int
stop(struct tls_server *server)
{
	(void)shutdown(server->fd, SHUT_RDWR);
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	(void)close(server->fd);
	SSL_CTX_free(server->context);
	folder_remove(server->folder);
	return server->served;
}

/* How two calls end, by a client that trusts these certificates. */
static enum http_outcome
ask(const struct tls_server *server, const char *host, const char *ca_file)
{
	struct http_options options = {
		.connect_timeout_ms = 2000,
		.total_timeout_ms = 3000,
		.answer_max = 1024,
		.at_once = 1,
		.ca_file = ca_file,
	};
	struct arena *arena = arena_new(1 << 20);
	struct http_client *client = http_client_new(&options);
	struct http_request request = {
		.method = "POST",
		.url = arena_printf(arena, "https://%s:%d/", host, server->port),
	};
	enum http_outcome outcome = http_call(client, arena, &request).outcome;

	assert_int_equal(http_call(client, arena, &request).outcome, outcome);
	http_client_free(client);
	arena_free(arena);
	return outcome;
}

static void
trusts_the_named_certificates(void **state)
{
	struct tls_server server;

	(void)state;
	start(&server, "IP:127.0.0.1,DNS:localhost", DAY_S);
	assert_int_equal(ask(&server, "127.0.0.1", server.ca_file), HTTP_ANSWERED);
	assert_int_equal(ask(&server, "localhost", server.ca_file), HTTP_ANSWERED);
	assert_int_equal(stop(&server), 4);
}

static void
trusts_no_other(void **state)
{
	struct tls_server server;

	(void)state;
	start(&server, "IP:127.0.0.1", DAY_S);
	assert_int_equal(ask(&server, "127.0.0.1", ""), HTTP_NOT_SENT);
	assert_int_equal(ask(&server, "127.0.0.1", NULL), HTTP_NOT_SENT);
	assert_int_equal(ask(&server, "127.0.0.1", "/nowhere/ca.pem"), HTTP_NOT_SENT);
	assert_int_equal(stop(&server), 0);
}

static void
checks_the_name(void **state)
{
	struct tls_server server;

	(void)state;
	start(&server, "IP:127.0.0.2,DNS:other.example", DAY_S);
	assert_int_equal(ask(&server, "127.0.0.1", server.ca_file), HTTP_NOT_SENT);
	assert_int_equal(ask(&server, "localhost", server.ca_file), HTTP_NOT_SENT);
	assert_int_equal(stop(&server), 0);
}

static void
checks_the_time(void **state)
{
	struct tls_server server;

	(void)state;
	start(&server, "IP:127.0.0.1", -DAY_S);
	assert_int_equal(ask(&server, "127.0.0.1", server.ca_file), HTTP_NOT_SENT);
	assert_int_equal(stop(&server), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trusts_the_named_certificates),
		cmocka_unit_test(trusts_no_other),
		cmocka_unit_test(checks_the_name),
		cmocka_unit_test(checks_the_time),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
