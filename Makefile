# Thin aliases of ./peyvand.
.PHONY: help demo check test quick lint contracts
help:       ## show this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)
demo:       ## start everything on this machine
	@./peyvand demo
check:      ## run the story and compare every figure and message
	@./peyvand demo --check
test:       ## every test; installs what it needs
	@./peyvand test
quick:      ## lint, types, architecture, unit, contract, integration
	@./peyvand test --quick
lint:       ## ruff, mypy, import-linter
	@./peyvand lint
contracts:  ## regenerate the papers under docs/contracts and deploy/gateway
	@./peyvand contracts
