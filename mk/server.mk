# What the server makes of itself: docs/API.md from webmail/routes.def.
.PHONY: api api-check verdicts verdicts-check
api: $(BUILD)/waxseald ## write docs/API.md from the route table
	$(BUILD)/waxseald --print-api >docs/API.md.new
	mv docs/API.md.new docs/API.md

api-check: $(BUILD)/waxseald ## fail when docs/API.md does not say what the route table says
	@$(BUILD)/waxseald --print-api | diff -u docs/API.md - || { echo "docs/API.md is out of date: make api"; exit 1; }

# The table of reasons in docs/VERDICTS.md, between its two marks, from mail/message_reasons.def.
VERDICTS_FILL = awk 'FNR == NR { table = table $$0 "\n"; next } /^<!-- reasons -->/ { print; printf "%s", table; skip = 1 } \
	/^<!-- end of reasons -->/ { skip = 0 } !skip' - docs/VERDICTS.md
verdicts: $(BUILD)/waxsealctl ## write the table of reasons in docs/VERDICTS.md
	$(BUILD)/waxsealctl message reasons | $(VERDICTS_FILL) >docs/VERDICTS.md.new
	mv docs/VERDICTS.md.new docs/VERDICTS.md

verdicts-check: $(BUILD)/waxsealctl ## fail when docs/VERDICTS.md does not list the reasons as they are
	@$(BUILD)/waxsealctl message reasons | $(VERDICTS_FILL) | diff -u docs/VERDICTS.md - || { echo "docs/VERDICTS.md is out of date: make verdicts"; exit 1; }
