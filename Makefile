# One machine, one command. All paths are relative: the project's folder may have blanks and Japanese in its name.
.DEFAULT_GOAL := help
.PHONY: help run stop status test test-long bench lint venv
export PYTHONUTF8 = 1
BOOTSTRAP = sh config/bootstrap.sh
PYTHON_IN_VENV = .venv/bin/python -P
TESTS = $(PYTHON_IN_VENV) -m ckanext.moka.stack.test_runner

help: ## この一覧 / this list
	@printf '真岡市オープンデータ基盤 / Moka Open Data Platform\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: ## ポータルを動かす（PORT=5077 でポート指定、Ctrl-C で停止） / run the portal
	@exec $(BOOTSTRAP) run $(if $(PORT),--port $(PORT))

stop: ## ポータルを止める / stop it
	@exec $(PYTHON_IN_VENV) -m ckanext.moka.stack.main stop

status: ## 何が動いているか / what runs
	@exec $(PYTHON_IN_VENV) -m ckanext.moka.stack.main status

test: venv ## すべての試験（10 分以内、専用の環境で） / lint, unit, integration, conformance, browser tests
	@exec $(TESTS) lint unit packaging integration conformance e2e

test-long: venv ## 止めてみる試験など長いもの / kill tests and other long ones
	@exec $(TESTS) long

bench: venv ## 速さを測る / the benchmark table
	@exec $(TESTS) bench

lint: venv ## 書き方と型の検査 / ruff and mypy
	@exec $(TESTS) lint

venv:
	@$(BOOTSTRAP) venv
