# Installation: DESTDIR for packaging, PREFIX for the place. Configuration and keys are never written.
PREFIX     ?= /usr
SYSCONFDIR ?= /etc

.PHONY: install
install: ## install programs, client, templates, units and examples (DESTDIR=, PREFIX=/usr)
	@$(MAKE) --no-print-directory all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/waxseal/systemd $(DESTDIR)$(PREFIX)/share/waxseal/static $(DESTDIR)$(PREFIX)/share/waxseal/templates \
	    $(DESTDIR)$(PREFIX)/share/doc/waxseal/redis $(DESTDIR)$(PREFIX)/share/doc/waxseal/nginx $(DESTDIR)$(PREFIX)/lib/systemd/system \
	    $(DESTDIR)$(PREFIX)/lib/sysusers.d $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(SYSCONFDIR)/nginx/snippets $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 0755 $(BINS) $(DESTDIR)$(PREFIX)/bin/
	cp -r static/dist/. $(DESTDIR)$(PREFIX)/share/waxseal/static/
	cp -r templates/. $(DESTDIR)$(PREFIX)/share/waxseal/templates/
	install -m 0644 deploy/systemd/waxseal.service deploy/systemd/waxseal-admin.service deploy/systemd/waxseal-fetch.service deploy/systemd/waxseal-keyd.service deploy/systemd/waxseal-gate.service deploy/systemd/waxseal-renew.service deploy/systemd/waxseal-renew.timer $(DESTDIR)$(PREFIX)/lib/systemd/system/
	install -m 0644 deploy/systemd/waxseal-fetch-ranges.conf $(DESTDIR)$(PREFIX)/share/doc/waxseal/systemd/
	install -m 0644 deploy/systemd/waxseal.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/waxseal.conf
	install -m 0644 deploy/systemd/nginx-waxseal.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/waxseal-nginx.conf
	install -m 0644 deploy/nginx/waxseal-fastcgi.conf $(DESTDIR)$(SYSCONFDIR)/nginx/snippets/
	install -m 0644 deploy/nginx/waxseal.conf deploy/nginx/waxseal-admin.conf $(DESTDIR)$(PREFIX)/share/doc/waxseal/nginx/
	install -m 0644 deploy/redis/waxseal.conf deploy/redis/users.acl $(DESTDIR)$(PREFIX)/share/doc/waxseal/redis/
	install -m 0644 deploy/waxseal.conf.example README.md LICENSE docs/ADMIN.md docs/MANUAL.md $(DESTDIR)$(PREFIX)/share/doc/waxseal/
	$(BUILD)/waxsealctl completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/waxsealctl
	$(BUILD)/waxsealctl man >$(DESTDIR)$(PREFIX)/share/man/man8/waxsealctl.8
