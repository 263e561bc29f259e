# Units, users and folders; they stand beside the prefix, where systemd also looks.
UNITS = systemd/cowry@.service systemd/cowry-jobs.service systemd/cowry-migrate.service \
	systemd/cowry-restart.service
UNIT_TEMPLATES = systemd/cowry@.service.in systemd/cowry-jobs.service.in \
	systemd/cowry-migrate.service.in systemd/cowry-restart.service.in

unitdir = $(prefix)/lib/systemd/system
nodist_unit_DATA = $(UNITS)
dist_unit_DATA = systemd/cowry.target
dist_pkglibexec_SCRIPTS = systemd/rolling-restart
EXTRA_DIST += systemd/README.md $(UNIT_TEMPLATES) systemd/cowry.sysusers systemd/cowry.tmpfiles
CLEANFILES += $(UNITS)

SUBST_UNIT = $(AM_V_GEN)$(MKDIR_P) systemd && \
	sed 's,@bindir[@],$(bindir),g; s,@pkglibexecdir[@],$(pkglibexecdir),g'

systemd/cowry@.service: $(srcdir)/systemd/cowry@.service.in Makefile
	$(SUBST_UNIT) '$(srcdir)/systemd/cowry@.service.in' >$@.tmp && mv $@.tmp $@
systemd/cowry-jobs.service: $(srcdir)/systemd/cowry-jobs.service.in Makefile
	$(SUBST_UNIT) '$(srcdir)/systemd/cowry-jobs.service.in' >$@.tmp && mv $@.tmp $@
systemd/cowry-migrate.service: $(srcdir)/systemd/cowry-migrate.service.in Makefile
	$(SUBST_UNIT) '$(srcdir)/systemd/cowry-migrate.service.in' >$@.tmp && mv $@.tmp $@
systemd/cowry-restart.service: $(srcdir)/systemd/cowry-restart.service.in Makefile
	$(SUBST_UNIT) '$(srcdir)/systemd/cowry-restart.service.in' >$@.tmp && mv $@.tmp $@

# Both are called cowry.conf where they go, so they can't be listed as data of one name.
SYSUSERS = $(DESTDIR)$(prefix)/lib/sysusers.d
TMPFILES = $(DESTDIR)$(prefix)/lib/tmpfiles.d
.PHONY: install-systemd uninstall-systemd
install-data-local: install-systemd
install-systemd:
	$(MKDIR_P) "$(SYSUSERS)" "$(TMPFILES)"
	$(INSTALL_DATA) $(srcdir)/systemd/cowry.sysusers "$(SYSUSERS)/cowry.conf"
	$(INSTALL_DATA) $(srcdir)/systemd/cowry.tmpfiles "$(TMPFILES)/cowry.conf"
uninstall-local: uninstall-systemd
uninstall-systemd:
	rm -f "$(SYSUSERS)/cowry.conf" "$(TMPFILES)/cowry.conf"

dist_check_SCRIPTS += tests/unit/systemd.sh tests/unit/nginx.sh
TESTS += tests/unit/systemd.sh tests/unit/nginx.sh
