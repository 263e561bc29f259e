#include "api/service.h"

#include "api/admission.h"
#include "api/auth.h"
#include "api/key_cache.h"
#include "api/router.h"
#include "api/storage.h"
#include "app/people/google.h"
#include "app/wallet/fee_terms.h"
#include "app/wallet/wallet.h"
#include "base/batcher.h"
#include "base/config.h"
#include "ledger/ledger.h"
#include "runtime/app.h"

bool
service_open(struct app *app)
{
	size_t at_once = (size_t)app->config->threads;

	app->router = router_new();
	app->admission = admission_new(app->config->threads);
	app->storage = storage_new();
	app->key_checks = auth_key_checks(at_once);
	app->key_cache = key_cache_new();
	app->fee_cache = fee_cache_new();
	app->wallet_reads = wallet_reads(at_once);
	app->google = google_new();
	app->committer = committer_new(app);
	return app->router != NULL && app->admission != NULL && app->storage != NULL &&
	       app->key_checks != NULL && app->key_cache != NULL && app->fee_cache != NULL &&
	       app->wallet_reads != NULL && app->google != NULL && app->committer != NULL;
}

void
service_close(struct app *app)
{
	committer_free(app->committer);
	google_free(app->google);
	batcher_free(app->wallet_reads);
	fee_cache_free(app->fee_cache);
	key_cache_free(app->key_cache);
	batcher_free(app->key_checks);
	storage_free(app->storage);
	admission_free(app->admission);
	router_free(app->router);
}
