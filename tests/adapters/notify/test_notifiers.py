"""Messages arrive where they should, and whatever does not work says so in time and without giving anything away."""

from __future__ import annotations

import logging
from email.header import decode_header, make_header

import pytest

from blockwright.adapters.notify.notifiers import Notifiers
from blockwright.core.alerts.model import Address, AlertKind, Email, Message, Opsgenie, Service, Webhook
from blockwright.core.errors import Forbidden, Unavailable
from tests.receivers import dripping, hanging, http_receiver, mail_server, refusing

MESSAGE = Message(AlertKind.FAILURE, "Failed: sales ü", "Run 7 failed: <b> & {x}\n\nhttp://localhost/7")
SECRET = "hunter2"
LOOPBACK = ("127.0.0.0/8",)
NOTIFIERS = Notifiers(LOOPBACK, seconds=10)


def mail(port: int, **fields: object) -> Email:
    given = {"host": "127.0.0.1", "port": port, "sender": "bw@example.org", "recipients": ("a@example.org", "b@x.org")}
    return Email(**{**given, **fields})  # type: ignore[arg-type]


def test_a_mail_arrives_at_every_recipient() -> None:
    with mail_server() as server:
        NOTIFIERS.send(mail(server.port), MESSAGE)
        got = server.next()
    assert str(make_header(decode_header(got["Subject"]))) == MESSAGE.title
    assert (got["From"], got["X-Recipients"]) == ("bw@example.org", "a@example.org,b@x.org")
    text = got.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().replace("\r", "").strip() == MESSAGE.body


def test_a_mail_server_is_told_who_we_are_and_may_refuse() -> None:
    with mail_server(login=("bw", SECRET)) as server:
        NOTIFIERS.send(mail(server.port, user="bw", password=SECRET), MESSAGE)
        assert server.next()["Subject"]
        with pytest.raises(Unavailable, match="refused user name or password") as refusal:
            NOTIFIERS.send(mail(server.port, user="bw", password=f"{SECRET}!"), MESSAGE)
    assert SECRET not in str(refusal.value)


def test_without_the_encryption_that_was_asked_for_nothing_is_sent() -> None:
    with mail_server(login=("bw", SECRET)) as server:
        with pytest.raises(Unavailable, match="STARTTLS"):
            NOTIFIERS.send(mail(server.port, user="bw", password=SECRET, starttls=True), MESSAGE)
        assert server.got.empty()


@pytest.mark.parametrize("service", Service)
def test_every_service_gets_one_json_document_with_the_whole_message(service: Service) -> None:
    with http_receiver() as receiver:
        NOTIFIERS.send(Webhook(service, f"http://{receiver.place}/hook/{SECRET}?chat_id=5"), MESSAGE)
        got = receiver.next()
    assert got.path == f"/hook/{SECRET}?chat_id=5"
    text = str(got.json)
    assert "Failed: sales ü" in text
    assert ("&lt;b&gt; &amp; {x}" if service is Service.SLACK else "<b> & {x}") in text


@pytest.mark.parametrize(("service", "most"), [(Service.DISCORD, 2000), (Service.TELEGRAM, 4096)])
def test_a_long_message_is_cut_to_what_the_service_takes(service: Service, most: int) -> None:
    with http_receiver() as receiver:
        NOTIFIERS.send(Webhook(service, f"http://{receiver.place}/"), Message(AlertKind.FAILURE, "T", "x" * 9000))
        texts = [value for value in receiver.next().json.values() if isinstance(value, str)]
    assert [len(text) for text in texts] == [most]


def test_opsgenie_is_asked_with_its_key() -> None:
    with http_receiver(202) as receiver:
        target = Opsgenie(
            f"http://{receiver.place}/v2/alerts", SECRET, "P1", ({"name": "ops", "type": "team"},), ("etl",)
        )
        NOTIFIERS.send(target, MESSAGE)
        got = receiver.next()
    assert got.headers["Authorization"] == f"GenieKey {SECRET}"
    assert (got.json["priority"], got.json["tags"], got.json["message"]) == ("P1", ["etl"], MESSAGE.title)


def test_apprise_brings_it_to_any_address_it_knows() -> None:
    with http_receiver() as receiver:
        NOTIFIERS.send(Address(f"json://{receiver.place}/in/"), MESSAGE)
        got = receiver.next().json
    assert (got["title"], got["message"], got["type"]) == (MESSAGE.title, MESSAGE.body, "failure")


def test_an_address_that_apprise_does_not_know_is_refused() -> None:
    with pytest.raises(Unavailable, match="does not understand the channel's `nowhere://`"):
        NOTIFIERS.send(Address(f"nowhere://{SECRET}"), MESSAGE)


@pytest.mark.parametrize("scheme", ["http", "json"])
@pytest.mark.parametrize("trouble", ["500", "redirect", "refuses"])
def test_what_does_not_arrive_is_told_without_the_address(
    scheme: str, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        http_receiver() as other,
        http_receiver(500 if trouble == "500" else 302, f"http://{other.place}/") as receiver,
    ):
        place = f"127.0.0.1:{refusing()}" if trouble == "refuses" else receiver.place
        url = f"{scheme}://{place}/{SECRET}"
        target = Webhook(Service.SLACK, url) if scheme == "http" else Address(url)
        with pytest.raises(Unavailable, match="did not arrive") as failure:
            NOTIFIERS.send(target, MESSAGE)
        assert other.got.empty()  # a redirect is not followed
    assert failure.value.code == "notify_failed"
    assert SECRET not in str(failure.value)
    if trouble == "500":
        assert "500" in str(failure.value)
    assert not [record for record in caplog.records if record.name.startswith("apprise")]


@pytest.mark.parametrize("kind", ["mail", "webhook", "apprise"])
def test_who_hangs_is_left_in_time(kind: str) -> None:
    with hanging() as port:
        url = f"127.0.0.1:{port}/"
        targets = {
            "mail": mail(port),
            "webhook": Webhook(Service.SLACK, f"http://{url}"),
            "apprise": Address(f"json://{url}"),
        }
        with pytest.raises(Unavailable, match="did not arrive"):
            Notifiers(LOOPBACK, seconds=0.4).send(targets[kind], MESSAGE)


def test_who_answers_without_end_is_left_in_time() -> None:
    with dripping() as port, pytest.raises(Unavailable, match="not accepted within"):
        Notifiers(LOOPBACK, seconds=0.5).send(Webhook(Service.SLACK, f"http://127.0.0.1:{port}/"), MESSAGE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])
@pytest.mark.parametrize("kind", ["slack", "opsgenie", "json", "gotify"])
def test_messages_do_not_go_into_the_servers_own_network_unless_it_is_allowed(kind: str, host: str) -> None:
    with http_receiver() as receiver:
        url = f"{host}:{receiver.port}/{SECRET}"
        targets = {"slack": Webhook(Service.SLACK, f"http://{url}"), "opsgenie": Opsgenie(f"http://{url}", "k")}
        with pytest.raises(Forbidden) as refusal:
            Notifiers(seconds=10).send(targets.get(kind, Address(f"{kind}://{url}")), MESSAGE)
        assert receiver.got.empty()
    assert refusal.value.code == "egress"
    assert SECRET not in str(refusal.value)


def test_an_allowed_name_may_be_private() -> None:
    with http_receiver() as receiver:
        Notifiers(["localhost"], seconds=10).send(Webhook(Service.SLACK, f"http://localhost:{receiver.port}/"), MESSAGE)
        assert receiver.next().headers["Host"] == f"localhost:{receiver.port}"
