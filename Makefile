# Multifidus. `make help` lists what there is. CI calls these targets and no others.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
HOST ?= 127.0.0.1
EVENT ?= infra/events/segment_dicom_v2.json
DATA ?=
RUN ?= $(if $(DATA),runs/mine,runs/shipped)
MODEL ?= layers/model
REPORT_RUN ?= runs/report
CONFIG ?=
SUBJECT ?= sub-0001
FOLDS ?=
CARRY ?=
# The order matters: all others score with the temperature that the first one sets.
EVALUATION ?= calibrate $(if $(FOLDS),leave-one-out) imitation ladder risk gate card charts
VERSION ?=
ARGS ?=

export PYTHONPATH := .:layers/common/python
# SAM would report each use otherwise.
export SAM_CLI_TELEMETRY := 0

# Environments. Each is made by scripts/venv.sh from a hashed lock file, once, and again when that
# file changes.
.PHONY: venv venv-test venv-sam venv-checkov venv-train
venv:
	@scripts/venv.sh .venv local/requirements.txt
venv-test:
	@scripts/venv.sh .venv-test tests/requirements.txt training/torch.txt
venv-sam:
	@scripts/venv.sh .venv-sam infra/requirements.txt
venv-checkov:
	@scripts/venv.sh .venv-checkov infra/checkov/requirements.txt
venv-train:
	@scripts/venv.sh .venv-train training/requirements.txt training/torch.txt

.PHONY: run
run: venv ## Serve page and API on this machine: http://localhost:8000 (PORT=, HOST=)
	@exec .venv/bin/python -m local --host $(HOST) --port $(PORT) $(ARGS)

# The stages of .ci/run, after `check`. Each fails where it cannot run, rather than skip.
PYTEST := .venv-test/bin/python -m pytest
STAGES := e2e site images sam

.PHONY: test test-unit test-e2e test-browser
test: test-unit test-e2e test-browser ## Run all tests that need no Docker (ARGS= goes to pytest)
test-unit: venv-test venv-sam dicom-tools
	$(PYTEST) -n 2 --dist loadfile $(foreach stage,$(STAGES),--ignore tests/$(stage)) $(ARGS)
test-e2e: venv-test venv-sam
	$(PYTEST) tests/e2e $(ARGS)
test-browser: venv-test browser
	$(PYTEST) tests/site -n 2 --dist loadfile $(ARGS)

.PHONY: check
check: venv-test venv-sam venv-checkov check-site ## Lint, type-check, validate the template, look at the CSS
	.venv-test/bin/ruff check .
	.venv-test/bin/ruff format --check .
	.venv-test/bin/mypy layers functions local infra
	.venv-test/bin/cfn-lint infra/template.yaml
	.venv-sam/bin/sam validate --lint --region eu-central-1 --template-file infra/template.yaml
	.venv-checkov/bin/checkov --config-file infra/checkov/config.yaml

.PHONY: fix
fix: venv-test ## Apply the formatter and the linter's safe fixes
	.venv-test/bin/ruff check --fix .
	.venv-test/bin/ruff format .

.PHONY: fuzz fuzz-coverage endurance load hostile-table
fuzz: venv-test ## Fuzz the decoders for SECONDS= (60), other inputs each time
	.venv-test/bin/python -m tests.hostile.fuzz --seconds $(or $(SECONDS),60)
fuzz-coverage: venv-test ## The same, guided by coverage; installs atheris into build/
	[ -d build/atheris ] || \
	  .venv-test/bin/python -m pip install -q --no-deps --target build/atheris atheris==3.0.0
	PYTHONPATH=$(PYTHONPATH):build/atheris .venv-test/bin/python -m tests.hostile.fuzz \
	  --engine coverage --seconds $(or $(SECONDS),60)
endurance: venv-test ## Send 1,000 mixed requests to one process
	MULTIFIDUS_ENDURANCE=1000 .venv-test/bin/python -m pytest -s tests/hostile/test_endurance.py
load: venv-test venv-sam ## Send mixed requests to two emulators (ARGS="--count 10000")
	.venv-test/bin/python -m tests.load $(ARGS)
hostile-table: venv-test ## Send every attack and write the table of docs/hostile-input.md anew
	.venv-test/bin/python -m tests.hostile.measure

# Docker. The engine and the images' base are seen to by scripts, which say what they install.
.PHONY: docker images image-sizes test-images test-sam
docker: venv-sam
	@scripts/docker.sh
	@scripts/base_image.sh .venv-sam/bin/python
images: docker ## Build the functions' container images, multifidus-segment and multifidus-report
	@scripts/images.sh
image-sizes: venv-test ## What the images hold, by package, into docs/images.md
	.venv-test/bin/python -m benchmarks.image_sizes --write
test-images: venv-test images ## Run each image without network, rights and a writable disk
	$(PYTEST) tests/images $(ARGS)
test-sam: venv-test docker ## Build and run everything by SAM, on this machine
	$(PYTEST) tests/sam $(ARGS)

# AWS. docs/deploy.md tells what each does.
STACK ?= multifidus
.PHONY: deploy deploy-site smoke destroy billed-time
deploy: venv-sam ## Deploy STACK= to AWS; asks for the parameters the first time
	@scripts/deploy.sh .venv-sam/bin/sam $(STACK) $(ARGS)
deploy-site: venv-sam ## Put the page into STACK='s bucket
	@.venv-sam/bin/python -m infra.deploy_site --stack $(STACK)
smoke: venv ## Try the service at URL= (TOKEN= where it asks for one)
	@[ -n "$(URL)" ] || { echo "Say where: make smoke URL=https://..." >&2; exit 1; }
	@.venv/bin/python -m infra.smoke "$(URL)" $(if $(TOKEN),--token "$(TOKEN)")
destroy: venv-sam ## Remove STACK= from AWS
	@scripts/destroy.sh .venv-sam/bin/sam .venv-sam/bin/python $(STACK)
billed-time: venv-test images ## Billed time and cost by memory size, into docs/operations.md
	.venv-test/bin/python -m benchmarks.billed_time --write $(ARGS)

.PHONY: invoke
invoke: venv-test venv-sam ## Send one event to the segment function in AWS's emulator (EVENT=)
	@.venv-test/bin/python -m infra.invoke $(EVENT)

.PHONY: events
events: venv-test ## Make infra/events/ again from the sample slices
	.venv-test/bin/python -m infra.make_events

.PHONY: train evaluate report export
train: venv-train ## Train the model into RUN=, or fine-tune it on your own slices: DATA=folder
	.venv-train/bin/python -m training.segmentation.$(if $(DATA),own_data "$(DATA)",train) \
	  --run $(RUN) $(ARGS)
evaluate: venv-test ## Measure MODEL=, its FOLDS="SUBJECT=FOLDER ..." (or CARRY=model), write its card
	@for command in $(EVALUATION); do echo "== $$command"; \
	  .venv-test/bin/python -m training.segmentation.evaluation $$command \
	    --model $(MODEL) $(foreach fold,$(FOLDS),--fold $(fold)) \
	    $(if $(CARRY),--carry-from $(CARRY)) $(ARGS); done
report: venv-test ## Page of MODEL='s slices of SUBJECT= (or imitation), worst first, in build/
	.venv-test/bin/python -m training.segmentation.evaluation report --model $(MODEL) \
	  --of $(SUBJECT) $(ARGS)
export: venv-train ## Export RUN='s checkpoint as VERSION= into build/model
	@[ -n "$(VERSION)" ] || { echo "Say which version: make export VERSION=1.2.3" >&2; exit 1; }
	.venv-train/bin/python -m training.segmentation.export --checkpoint $(RUN)/last.pt \
	  --out build/model --version $(VERSION) $(ARGS)

.PHONY: bench bench-images
bench: venv venv-test ## The service beside a baseline, into docs/performance.md (ARGS=--quick)
	.venv-test/bin/python -m benchmarks.service --write $(ARGS)
bench-images: ## Build the images whose sizes `make bench` compares; needs Docker
	@scripts/docker.sh
	@scripts/base_image.sh
	@scripts/images.sh segment
	tar -c benchmarks/__init__.py benchmarks/service training/segmentation | docker build -q \
	  -t multifidus-baseline --build-arg PIP_EXTRA_INDEX_URL \
	  -f benchmarks/service/baseline/Dockerfile -

.PHONY: train-report export-report
train-report: venv-train ## Train the report's language model into REPORT_RUN= (CONFIG= for another)
	.venv-train/bin/python -m training.report.train --run $(REPORT_RUN) \
	  $(if $(CONFIG),--config $(CONFIG)) $(ARGS)
export-report: venv-train ## Export REPORT_RUN='s model as VERSION= into build/report-model, with its card
	@[ -n "$(VERSION)" ] || { echo "Say which version: make export-report VERSION=1.0.0" >&2; exit 1; }
	.venv-train/bin/python -m training.report.export --run $(REPORT_RUN) \
	  --out build/report-model --version $(VERSION) $(ARGS)

.PHONY: bench-report
bench-report: venv-test ## Time, start and memory of the report function, into docs/report.md
	.venv-test/bin/python -m benchmarks.report --write $(ARGS)

.PHONY: bench-area
bench-area: venv-test ## Measured area against the truth, into docs/measurements.md
	.venv-test/bin/python -m benchmarks.area --write $(ARGS)

.PHONY: bench-fat
bench-fat: venv-test ## Measured fat against the truth, into docs/measurements.md
	.venv-test/bin/python -m benchmarks.fat --write $(ARGS)

.PHONY: samples
samples: venv-test ## Generate the sample slices and the slice of the self-test again
	.venv-test/bin/python -m training.phantom samples site/samples
	.venv-test/bin/python -m training.phantom ready layers/model

.PHONY: vendor
vendor: ## Build site/vendor/ again: what the page reads pictures with (needs Node.js)
	cd scripts/page/vendor && npm ci --ignore-scripts --no-audit --no-fund && npm run build

.PHONY: site check-site
site: venv-test ## Build the page's style sheet from site/css/
	scripts/site.sh .venv-test
check-site: venv-test
	scripts/site.sh .venv-test check

.PHONY: lock
lock: .venv-lock/bin/pip-compile ## Pin every requirements.in again, with hashes (ARGS=--upgrade)
	scripts/lock.sh $< $(ARGS)

.venv-lock/bin/pip-compile:
	python3.11 -m venv .venv-lock
	.venv-lock/bin/pip install --quiet pip-tools==7.6.2

.PHONY: browser
browser: venv-test
	@scripts/browser.sh .venv-test

.PHONY: dicom-tools
dicom-tools:
	@scripts/dicom_tools.sh

.PHONY: clean
clean: ## Remove what was built or installed here; keeps .data/ and runs/
	rm -rf .venv .venv-* .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
