# What Prometheus and Grafana are given.
monitoringdir = $(pkgdatadir)/monitoring
dist_monitoring_DATA = monitoring/dashboard.json monitoring/prometheus.yml monitoring/rules.yml

EXTRA_DIST += tests/monitoring/rules.test.yml
