"""The web server put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import blockwright

if TYPE_CHECKING:
    from blockwright.ports.access import Access
    from blockwright.ports.installation import Installation
    from blockwright.ports.platform import Server
    from blockwright.settings import Settings


def open_server(
    settings: Settings,
    installation: Installation,
    access_of: Callable[[Path], Access],
    host: str,
    port: int,
    *,
    next_ones: bool,
) -> Server:
    """Listens from now on, so that nobody who comes early is refused, and builds the app meanwhile."""
    from blockwright.adapters.host.ports import listen

    listening = listen(host, port, next_ones=next_ones)
    try:
        from blockwright.adapters.languages.local import LocalLanguages
        from blockwright.adapters.terminals.pseudo import PseudoTerminals
        from blockwright.compose.telemetry import open_telemetry
        from blockwright.core.terminals import Giving, refusal
        from blockwright.web.app import create_app
        from blockwright.web.gate import Gate
        from blockwright.web.listening import WebServer
        from blockwright.web.site import APP_FILES, Site

        access = access_of(installation.data)
        languages = LocalLanguages(settings.language_servers, settings.environ)
        terminals = PseudoTerminals(settings.environ)
        address, number = listening.getsockname()[:2]
        shown = "127.0.0.1" if address in ("0.0.0.0", "::") else address
        url = settings.public_url or f"http://{f'[{shown}]' if ':' in shown else shown}:{number}"
        site = Site(
            installation=installation,
            access=access,
            version=blockwright.__version__,
            public_url=settings.public_url,
            allowed_hosts=_names(settings, host),
            sign_in=settings.sign_in,
            env=settings.env,
            mage_errors_200=settings.mage_errors_200,
            metrics_open=settings.metrics_open,
            telemetry=open_telemetry(settings.telemetry),
            app_files=settings.app_files or APP_FILES,
            languages=languages,
            terminals=terminals,
            no_terminal=refusal(Giving(settings.terminal), loopback=_only_from_here(settings, host)),
        )

        def end_children() -> None:
            terminals.close()
            languages.close()

        welcome = _welcome(settings, access, host, url)
        return WebServer(create_app(site, gate=Gate), listening, url, welcome, after=end_children)
    except BaseException:
        listening.close()
        raise


def _names(settings: Settings, host: str) -> tuple[str, ...]:
    """An address that the server was told to listen on is a name of its own; one that stands for all is none."""
    return settings.allowed_hosts if host in ("", "0.0.0.0", "::") else (*settings.allowed_hosts, host)


def _only_from_here(settings: Settings, host: str) -> bool:
    """Whether nobody but this machine reaches the server: it listens here alone, and nothing in front passes on."""
    import ipaddress

    if settings.public_url or settings.allowed_hosts:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _welcome(settings: Settings, access: Access, host: str, url: str) -> str:
    """Made once: whoever reads it may sign in as the owner."""
    from blockwright.compose.access import first_start
    from blockwright.services.access.first_owner import OPEN_WARNING, greeting

    owner = first_start(settings, access, host)
    told = [] if settings.sign_in else [OPEN_WARNING]
    return "\n".join(told if owner is None else [*told, greeting(owner, url)])
