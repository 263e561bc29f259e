# What the documents say; tests/e2e/15-docs.t.sh runs their commands.
dist_check_SCRIPTS += tests/docs/docs.sh
TESTS += tests/docs/docs.sh
EXTRA_DIST += tests/docs/run tests/docs/blocks.awk tests/docs/not-run
