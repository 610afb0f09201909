# What the server makes of itself: docs/API.md from webmail/routes.def.
.PHONY: api api-check verdicts verdicts-check
# FILE:option of waxseald
API_FILES := API.md:--print-api ADMIN-API.md:--print-admin-api openapi.json:--print-openapi
api: $(BUILD)/waxseald ## write docs/API.md, docs/ADMIN-API.md and docs/openapi.json from the route tables
	@for f in $(API_FILES); do $(BUILD)/waxseald $${f#*:} >docs/$${f%%:*}.new && mv docs/$${f%%:*}.new docs/$${f%%:*} || exit 1; done

api-check: $(BUILD)/waxseald ## fail when one of them does not say what the route tables say
	@for f in $(API_FILES); do $(BUILD)/waxseald $${f#*:} | diff -u docs/$${f%%:*} - || { echo "docs/$${f%%:*} is out of date: make api"; exit 1; }; done

# The table of reasons in docs/VERDICTS.md, between its two marks, from mail/message_reasons.def.
VERDICTS_FILL = awk 'FNR == NR { table = table $$0 "\n"; next } /^<!-- reasons -->/ { print; printf "%s", table; skip = 1 } \
	/^<!-- end of reasons -->/ { skip = 0 } !skip' - docs/VERDICTS.md
verdicts: $(BUILD)/waxsealctl ## write the table of reasons in docs/VERDICTS.md
	$(BUILD)/waxsealctl message reasons | $(VERDICTS_FILL) >docs/VERDICTS.md.new
	mv docs/VERDICTS.md.new docs/VERDICTS.md

verdicts-check: $(BUILD)/waxsealctl ## fail when docs/VERDICTS.md does not list the reasons as they are
	@$(BUILD)/waxsealctl message reasons | $(VERDICTS_FILL) | diff -u docs/VERDICTS.md - || { echo "docs/VERDICTS.md is out of date: make verdicts"; exit 1; }
