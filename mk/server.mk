# What the server makes of itself: docs/API.md from webmail/routes.def.
.PHONY: api api-check
api: $(BUILD)/waxseald ## write docs/API.md from the route table
	$(BUILD)/waxseald --print-api >docs/API.md.new
	mv docs/API.md.new docs/API.md

api-check: $(BUILD)/waxseald ## fail when docs/API.md does not say what the route table says
	@$(BUILD)/waxseald --print-api | diff -u docs/API.md - || { echo "docs/API.md is out of date: make api"; exit 1; }
