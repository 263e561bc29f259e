# cowry setup: its scripts, some of which ./dev uses, too.
setupdir = $(pkgdatadir)/setup
dist_setup_SCRIPTS = setup/setup
dist_setup_DATA = setup/certificate.sh setup/database.sh setup/options.sh setup/proof.sh \
	setup/services.sh setup/settings.sh setup/site.sh setup/steps.sh
