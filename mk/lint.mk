# House rules as checks; tests/lint prints TAP and is a suite of `make test` too.
.PHONY: lint format
lint: ## format, include rules, banned functions, headers, cppcheck, TypeScript, leftovers
	@bash tests/lint/run.sh

format: ## lay out all C files with clang-format
	@git ls-files '*.c' '*.h' | xargs clang-format-14 -i
