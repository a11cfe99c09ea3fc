# One line a target. PYTHON may name another interpreter (3.11 to 3.13).
PYTHON ?= python3

.PHONY: run test app schedule bench bench-gpu sql clean contracts screenshots
run: ; @$(PYTHON) scripts/setup.py bench && .venv/bin/touchstone run
test: ; @$(PYTHON) scripts/setup.py bench test && .venv/bin/python -m pytest
app: ; @$(PYTHON) scripts/setup.py bench && .venv/bin/python app.py
schedule: ; @$(PYTHON) scripts/setup.py bench && .venv/bin/touchstone serve
bench: ; @$(PYTHON) scripts/setup.py bench && .venv/bin/touchstone bench --suite cpu
bench-gpu: ; @$(PYTHON) scripts/setup.py bench && .venv/bin/python scripts/bench_gpu.py
sql: ; @$(PYTHON) scripts/setup.py && .venv/bin/touchstone sql
contracts: ; @$(PYTHON) scripts/setup.py bench test contracts && .venv/bin/python scripts/fetch_contracts.py && .venv/bin/python -m pytest tests/contracts -rs
screenshots: ; @$(PYTHON) scripts/setup.py bench test && .venv/bin/python scripts/screenshots.py
clean: ; rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
