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
COMPOSED = PROJECT=$(abspath $(PROJECT)) $(COMPOSE) --env-file $(SECRETS) --project-name blockwright --file compose.yaml
SECRETS := .run/compose.env
BW = $(COMPOSED) exec -T scheduler blockwright
SERVED := /project
TOKEN = $$($(COMPOSED) exec -T predictions blockwright serve /project --show-token)

build: $(SECRETS) .run/wheels/.ready
	@$(COMPOSED) build

# Wheels for the image: those of this project and what it needs, pinned; the image itself asks no registry.
.run/wheels/.ready: requirements/service.txt pyproject.toml $(UI) $(shell find src -name '*.py')
	@rm -rf .run/wheels && mkdir -p .run/wheels
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --dest .run/wheels --only-binary=:all: \
		--implementation cp --python-version 3.11 --abi cp311 --abi abi3 --abi none \
		$(foreach tag,manylinux2014 manylinux_2_17 manylinux_2_27 manylinux_2_28,--platform $(tag)_$(shell uname -m)) \
		--requirement requirements/service.txt
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir .run/wheels .
	@touch $@

# Random, made once, readable by the owner alone.
$(SECRETS): | $(VENV)/.ready
	@mkdir -p .run && umask 077 && $(BIN)/python -c "import secrets; \
		print(*(f'{name}={secrets.token_urlsafe(32)}' for name in \
		('POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'SECRET_KEY', 'SERVING_TOKEN')), sep='\n')" > $@

up: build
	@$(COMPOSED) up --detach
	@$(COMPOSED) exec -T scheduler blockwright health --project /project --wait 120 \
		--web http://web:6789 --predictions http://predictions:5000 || ($(COMPOSED) ps; $(COMPOSED) logs --tail 30; exit 1)

health:
	@$(BW) health --project $(SERVED) --web http://web:6789 --predictions http://predictions:5000

logs:
	@$(COMPOSED) logs --follow --tail 50

logs-web logs-scheduler logs-predictions:
	@$(COMPOSED) logs --follow --tail 50 $(@:logs-%=%)

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
