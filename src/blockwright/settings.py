"""Every setting, read from the environment in this one place; the rest of the house is handed one frozen object."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class SettingError(ValueError):
    """An environment variable has a value that it cannot have; the message names it and what it may be."""


LANGUAGE_SERVERS = ("ruff", "ty", "basedpyright")
ROLES = ("owner", "admin", "editor", "viewer")
KEPT_FROM_BLOCKS = frozenset(
    {
        *("BLOCKWRIGHT_SECRET_KEY", "BLOCKWRIGHT_OWNER_PASSWORD", "DEFAULT_OWNER_PASSWORD"),
        *("BLOCKWRIGHT_OIDC_CLIENT_SECRET", "BLOCKWRIGHT_DATABASE_URL", "BLOCKWRIGHT_REDIS_URL"),
        "BLOCKWRIGHT_SERVING_TOKEN",
    }
)
"""Variables that hold secrets of the installation or lead to its records: block code and templates never see them."""

ARTIFACTS = "BLOCKWRIGHT_ARTIFACTS_"
_CLIENTS = tuple(f"{ARTIFACTS}{client}_" for client in ("AWS", "GOOGLE", "AZURE"))


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Signing in by an OpenID Connect provider. ``roles`` are pairs of a group there and a role here."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid email profile"
    groups_claim: str = "groups"
    roles: tuple[tuple[str, str], ...] = ()
    default_role: str = ""
    link_by_email: bool = False
    join: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. Every field names its variable in ``docs/reference/settings.md``."""

    data_dir: Path | None = None
    """``BLOCKWRIGHT_DATA_DIR``: where records, outputs and logs live; default ``.blockwright`` in the project."""
    database_url: str | None = field(default=None, repr=False)
    """``BLOCKWRIGHT_DATABASE_URL``: a SQLAlchemy URL; default a SQLite file in the data folder."""
    redis_url: str | None = field(default=None, repr=False)
    """``BLOCKWRIGHT_REDIS_URL``: carries wake-ups between hosts; default sockets on this host alone."""
    artifacts: str | None = None
    """``BLOCKWRIGHT_ARTIFACTS``: the URL of an object store for outputs and logs; default the project's
    ``remote_variables_dir``, else the data folder."""
    artifacts_cache: int = 10_000_000_000
    """``BLOCKWRIGHT_ARTIFACTS_CACHE_MB``: bytes (there: megabytes) of the store's blobs that are kept at hand here."""
    artifacts_config: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """``BLOCKWRIGHT_ARTIFACTS_AWS_…``, ``…_GOOGLE_…``, ``…_AZURE_…``: what the store's client is told instead of the
    variables of the same names without the prefix; block code never sees them."""
    env: str = "dev"
    """``ENV``: what block code gets as ``kwargs['env']``."""
    slots: int = 0
    """``BLOCKWRIGHT_SLOTS``: attempts that may run at once; default the number of cores."""
    durable: bool = False
    """``BLOCKWRIGHT_DURABLE``: fsync every output and record, so that a power cut loses nothing either."""
    default_executor: str | None = None
    """``DEFAULT_EXECUTOR_TYPE``: the executor of blocks and pipelines that name none."""
    one_process: bool = False
    """``RUN_PIPELINE_IN_ONE_PROCESS``: the default of that pipeline setting."""
    block_run_limit: int | None = None
    """``CONCURRENCY_CONFIG_BLOCK_RUN_LIMIT``: the default of ``concurrency_config.block_run_limit``."""
    templates_folder: str = "custom_templates"
    """``CUSTOM_TEMPLATES_DIRECTORY``: the folder in each project that holds its own templates."""
    run_limit: int | None = None
    """``BLOCKWRIGHT_RUN_LIMIT``: runs that engines may drive at once, over all projects; default no limit."""
    secret_key: str | None = field(default=None, repr=False)
    """``BLOCKWRIGHT_SECRET_KEY``: encrypts secrets; default a random key in the data folder, made on first use."""
    allowed_hosts: tuple[str, ...] = ()
    """``BLOCKWRIGHT_ALLOWED_HOSTS``: names beside that of the public URL under which the server answers, separated by
    commas; default those of this machine alone."""
    sign_in: bool = True
    """``REQUIRE_USER_AUTHENTICATION``: 0 lets whoever sits at this machine in without; never from elsewhere."""
    owner_email: str | None = None
    """``DEFAULT_OWNER_EMAIL``: the address of the owner that the first start makes; default ``owner@localhost``."""
    owner_name: str | None = None
    """``DEFAULT_OWNER_USERNAME``: that owner's name."""
    owner_password: str | None = field(default=None, repr=False)
    """``BLOCKWRIGHT_OWNER_PASSWORD``, else ``DEFAULT_OWNER_PASSWORD``: that owner's password; default a random one."""
    oidc: OidcSettings | None = None
    """``BLOCKWRIGHT_OIDC_ISSUER`` and those beside it: another provider signs people in; default none."""
    public_url: str = ""
    """``BLOCKWRIGHT_PUBLIC_URL``, else ``MAGE_PUBLIC_HOST``: how browsers reach the server, for links in messages."""
    alert_hosts: tuple[str, ...] = ()
    """``BLOCKWRIGHT_ALERT_HOSTS``: names and networks that alerts may go to although they are not on the public
    internet, separated by commas."""
    metrics_open: bool = False
    """``BLOCKWRIGHT_METRICS_OPEN``: ``/metrics`` answers everybody."""
    serving_token: str = field(default="", repr=False)
    """``BLOCKWRIGHT_SERVING_TOKEN``: what callers of the prediction service must send; default none on this machine
    alone, else a random one in the data folder."""
    app_files: Path | None = None
    """``BLOCKWRIGHT_APP_FILES``: the folder of a browser app built elsewhere; default the one in this package."""
    terminal: str = "off"
    """``BLOCKWRIGHT_TERMINAL``: ``on`` gives owners a shell on this machine, as long as only this machine reaches the
    server; ``everywhere`` also when others do; default ``off``."""
    language_servers: tuple[str, ...] = ("ruff", "ty")
    """``BLOCKWRIGHT_LANGUAGE_SERVERS``: what helps in the editor, separated by commas: ``ruff``, ``ty``,
    ``basedpyright``; ``off`` for none."""
    log_format: str = "plain"
    """``BLOCKWRIGHT_LOG_FORMAT``: how server and scheduler log, ``plain`` or ``json``."""
    log_level: str = "info"
    """``BLOCKWRIGHT_LOG_LEVEL``: from which level on they log: ``debug``, ``info``, ``warning`` or ``error``."""
    telemetry: tuple[str, ...] = ()
    """``traces`` and ``metrics``, each where ``OTEL_EXPORTER_OTLP_ENDPOINT`` (or that signal's own) is set and neither
    ``OTEL_SDK_DISABLED`` nor ``OTEL_TRACES_EXPORTER=none`` or ``OTEL_METRICS_EXPORTER=none`` says otherwise."""
    kill_at: str | None = None
    """``BLOCKWRIGHT_KILL_AT``: ``point:n`` ends the process by SIGKILL at the n-th pass of a numbered point of the
    commit path. For fault tests only."""
    tracking_uri: str | None = field(default=None, repr=False)
    """``MLFLOW_TRACKING_URI``: the MLflow server that blocks record parameters, metrics and models at; default one of
    our own, started when something first needs it."""
    tracking_idle: float = 1_800.0
    """``BLOCKWRIGHT_TRACKING_IDLE_MINUTES``: seconds (there: minutes) without a request after which our own ends."""
    mage_errors_200: bool = False
    """``BLOCKWRIGHT_MAGE_ERRORS_200``: errors of Mage's old addresses come with status 200, as old callers expect."""
    colour: bool = True
    """``NO_COLOR``: set to anything, no colours even on a terminal."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    """The environment without what is kept from blocks, for block processes and ``env_var(…)`` in templates."""


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings; raises SettingError naming the variable that is wrong."""
    data_dir = environ.get("BLOCKWRIGHT_DATA_DIR")
    return Settings(
        data_dir=Path(data_dir).expanduser() if data_dir else None,
        database_url=environ.get("BLOCKWRIGHT_DATABASE_URL") or None,
        redis_url=environ.get("BLOCKWRIGHT_REDIS_URL") or None,
        artifacts=(environ.get("BLOCKWRIGHT_ARTIFACTS") or "").rstrip("/") or None,
        artifacts_cache=(_whole(environ, "BLOCKWRIGHT_ARTIFACTS_CACHE_MB") or 10_000) * 1_000_000,
        artifacts_config=tuple(
            (name.removeprefix(ARTIFACTS).lower(), value)
            for name, value in environ.items()
            if name.startswith(_CLIENTS)
        ),
        env=environ.get("ENV") or "dev",
        slots=_whole(environ, "BLOCKWRIGHT_SLOTS") or len(os.sched_getaffinity(0)),
        durable=_switch(environ, "BLOCKWRIGHT_DURABLE"),
        default_executor=environ.get("DEFAULT_EXECUTOR_TYPE") or None,
        one_process=_switch(environ, "RUN_PIPELINE_IN_ONE_PROCESS"),
        block_run_limit=_whole(environ, "CONCURRENCY_CONFIG_BLOCK_RUN_LIMIT"),
        templates_folder=_templates_folder(environ),
        run_limit=_whole(environ, "BLOCKWRIGHT_RUN_LIMIT"),
        secret_key=environ.get("BLOCKWRIGHT_SECRET_KEY") or None,
        allowed_hosts=_list(environ, "BLOCKWRIGHT_ALLOWED_HOSTS"),
        sign_in=environ.get("REQUIRE_USER_AUTHENTICATION", "").strip() == ""
        or _switch(environ, "REQUIRE_USER_AUTHENTICATION"),
        owner_email=environ.get("DEFAULT_OWNER_EMAIL") or None,
        owner_name=environ.get("DEFAULT_OWNER_USERNAME") or None,
        owner_password=environ.get("BLOCKWRIGHT_OWNER_PASSWORD") or environ.get("DEFAULT_OWNER_PASSWORD") or None,
        oidc=_oidc(environ),
        public_url=(environ.get("BLOCKWRIGHT_PUBLIC_URL") or environ.get("MAGE_PUBLIC_HOST") or "").rstrip("/"),
        alert_hosts=_list(environ, "BLOCKWRIGHT_ALERT_HOSTS"),
        metrics_open=_switch(environ, "BLOCKWRIGHT_METRICS_OPEN"),
        serving_token=environ.get("BLOCKWRIGHT_SERVING_TOKEN", "").strip(),
        app_files=Path(app_files).absolute() if (app_files := environ.get("BLOCKWRIGHT_APP_FILES")) else None,
        terminal=_terminal(environ),
        language_servers=_language_servers(environ),
        log_format=_one_of(environ, "BLOCKWRIGHT_LOG_FORMAT", ("plain", "json")),
        log_level=_one_of(environ, "BLOCKWRIGHT_LOG_LEVEL", ("info", "debug", "warning", "error")),
        telemetry=_signals(environ),
        kill_at=_kill_point(environ.get("BLOCKWRIGHT_KILL_AT") or None),
        tracking_uri=environ.get("MLFLOW_TRACKING_URI") or None,
        tracking_idle=(_whole(environ, "BLOCKWRIGHT_TRACKING_IDLE_MINUTES") or 30) * 60.0,
        mage_errors_200=_switch(environ, "BLOCKWRIGHT_MAGE_ERRORS_200"),
        colour=not environ.get("NO_COLOR"),
        environ={name: value for name, value in environ.items() if not _kept(name)},
    )


def _kept(name: str) -> bool:
    return name in KEPT_FROM_BLOCKS or name.startswith(_CLIENTS)


def _oidc(environ: Mapping[str, str]) -> OidcSettings | None:
    issuer, client_id = environ.get("BLOCKWRIGHT_OIDC_ISSUER", ""), environ.get("BLOCKWRIGHT_OIDC_CLIENT_ID", "")
    if not issuer and not client_id:
        return None
    if not issuer or not client_id:
        raise SettingError("BLOCKWRIGHT_OIDC_ISSUER and BLOCKWRIGHT_OIDC_CLIENT_ID must both be set, or neither.")
    return OidcSettings(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=environ.get("BLOCKWRIGHT_OIDC_CLIENT_SECRET", ""),
        scopes=environ.get("BLOCKWRIGHT_OIDC_SCOPES") or "openid email profile",
        groups_claim=environ.get("BLOCKWRIGHT_OIDC_GROUPS_CLAIM") or "groups",
        roles=_roles(environ, "BLOCKWRIGHT_OIDC_ROLES"),
        default_role=_one_of(environ, "BLOCKWRIGHT_OIDC_DEFAULT_ROLE", ("", *ROLES)),
        link_by_email=_switch(environ, "BLOCKWRIGHT_OIDC_LINK_BY_EMAIL"),
        join=_switch(environ, "BLOCKWRIGHT_OIDC_JOIN"),
    )


def _terminal(environ: Mapping[str, str]) -> str:
    name = "BLOCKWRIGHT_TERMINAL"
    if environ.get(name, "").strip().lower() == "everywhere":
        return "everywhere"
    try:
        return "on" if _switch(environ, name) else "off"
    except SettingError:
        raise SettingError(f"{name} is {environ[name]!r}; it must be off, on or everywhere.") from None


def _templates_folder(environ: Mapping[str, str]) -> str:
    text = (environ.get("CUSTOM_TEMPLATES_DIRECTORY") or "custom_templates").strip()
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if text.startswith("/") or not parts or ".." in parts:
        raise SettingError(
            f"CUSTOM_TEMPLATES_DIRECTORY is `{text}`; it must be a folder in the project, such as `custom_templates`."
        )
    return "/".join(parts)


def _language_servers(environ: Mapping[str, str]) -> tuple[str, ...]:
    name = "BLOCKWRIGHT_LANGUAGE_SERVERS"
    words = tuple(word.lower() for word in _list(environ, name)) or LANGUAGE_SERVERS[:2]
    if words == ("off",):
        return ()
    if wrong := [word for word in words if word not in LANGUAGE_SERVERS]:
        raise SettingError(f"{name} names {wrong[0]!r}; there is {', '.join(LANGUAGE_SERVERS)}, or off for none.")
    return words


def _roles(environ: Mapping[str, str], name: str) -> tuple[tuple[str, str], ...]:
    """``group=role`` pairs with commas between."""
    pairs = [
        (group.strip(), role.strip().lower()) for group, _, role in (p.partition("=") for p in _list(environ, name))
    ]
    wrong = [role for group, role in pairs if not group or role not in ROLES]
    if wrong:
        raise SettingError(f"{name} must be pairs such as `engineers=editor` with one of {', '.join(ROLES)}.")
    return tuple(pairs)


def _kill_point(text: str | None) -> str | None:
    """``point`` or ``point:n``; which points there are is known where they are armed."""
    if text is not None and not re.fullmatch(r"[a-z]+\.[a-z_]+(:[1-9][0-9]*)?", text):
        raise SettingError(f"BLOCKWRIGHT_KILL_AT is {text!r}; it must be a kill point such as `blob.after_rename:1`.")
    return text


def _whole(environ: Mapping[str, str], name: str) -> int | None:
    text = environ.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{name} is {text!r}; it must be a whole number of at least 1.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().lower()
    if text in ("", "0", "false", "no", "off"):
        return False
    if text in ("1", "true", "yes", "on"):
        return True
    raise SettingError(f"{name} is {text!r}; it must be 1 or 0.")


def _signals(environ: Mapping[str, str]) -> tuple[str, ...]:
    if environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ()
    everywhere = environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    own = {
        "traces": (environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"), environ.get("OTEL_TRACES_EXPORTER")),
        "metrics": (environ.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"), environ.get("OTEL_METRICS_EXPORTER")),
    }
    return tuple(signal for signal, (endpoint, word) in own.items() if (endpoint or everywhere) and word != "none")


def _one_of(environ: Mapping[str, str], name: str, words: tuple[str, ...]) -> str:
    """One of ``words``; the first when nothing is said."""
    text = environ.get(name, "").strip().lower() or words[0]
    if text not in words:
        raise SettingError(f"{name} is {text!r}; it must be one of {', '.join(words)}.")
    return text


def _list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())
