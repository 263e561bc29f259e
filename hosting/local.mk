# Files for web hosting without root; tests/e2e/26-hosting.t.sh uses them.
hostingdir = $(pkgdatadir)/hosting
dist_hosting_DATA = hosting/htaccess hosting/lighttpd.conf
dist_hosting_SCRIPTS = hosting/cowry.fcgi
