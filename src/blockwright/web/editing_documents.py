"""What is asked for and answered when pipelines and blocks are changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from blockwright.core.editing import Setting, setting_of
from blockwright.ports.editing import FileChange, Written
from blockwright.ports.history import Change, ChangedFile
from blockwright.services.editing import digest_of
from blockwright.web.pipelines import PipelineDetail
from blockwright.wire import values

Name = Annotated[str, Field(min_length=1, max_length=200)]
Block = Annotated[str, Field(min_length=1, max_length=400)]
Names = Annotated[list[str], Field(default_factory=list, max_length=2_000)]


class FileEdit(BaseModel):
    """``action`` is `create`, `change` or `delete`; the digests are ETags of the content before and after."""

    path: str
    action: str
    before: str | None
    after: str | None


class MentionDocument(BaseModel):
    file: str
    line: int
    text: str


class Edited(BaseModel):
    """``applied`` False: it was a preview, or there was nothing to change. ``change`` is what undoes it:
    `POST /changes/{change}/undo`. ``mentions`` are lines of code that may mean the old name and are left as they are.
    ``name``: the uuid that something got. ``pipeline`` is the pipeline as it is now."""

    applied: bool
    what: str
    change: int | None
    name: str
    files: list[FileEdit]
    mentions: list[MentionDocument]
    pipeline: PipelineDetail | None


class Connection(BaseModel):
    """``source`` gives its result to ``target``, as its last input."""

    source: Block
    target: Block


class Upstream(BaseModel):
    """The inputs of a block, in the order in which its code gets them."""

    upstream: Names


class Order(BaseModel):
    """Every block of the pipeline's `blocks` once."""

    blocks: Names


class BlockRename(BaseModel):
    block: Block
    name: Name


class BlockCopy(BaseModel):
    block: Block
    name: Name


class BlockConversion(BaseModel):
    block: Block
    type: str = Field(max_length=40)


class BlockYaml(BaseModel):
    """``text`` begins at ``line`` of the file at ``path``, whose version ``digest`` names."""

    path: str
    digest: str
    line: int
    text: str


class BlockYamlChange(BaseModel):
    text: str = Field(max_length=200_000)


class ProjectYaml(BaseModel):
    """``digest`` names the version of the file at ``path``; empty where there is none yet."""

    path: str
    digest: str
    text: str


class SharedBlock(BaseModel):
    """``path`` is a file of the project; ``name`` empty: as the file. ``type`` null: what the file's folder says."""

    path: str = Field(min_length=1, max_length=4_096)
    name: str = Field(default="", max_length=200)
    type: str | None = Field(default=None, max_length=40)
    upstream: Names


class NewName(BaseModel):
    name: Name


class Settings(BaseModel):
    """Values by key; null takes a key out. A key inside a mapping is dotted: `retry_config.retries`."""

    settings: dict[str, Any] = Field(max_length=100)


class SettingDocument(BaseModel):
    """``source`` says where ``value`` comes from: `block`, `pipeline` or `project` (its file, at ``line``),
    `environment`, or `default`. ``known`` False: nobody reads the key. ``choices`` are what it may be, or usually
    is."""

    key: str
    kind: str
    value: Any
    default: Any
    source: str
    line: int | None
    meaning: str
    choices: list[str]
    known: bool


class SettingsDocument(BaseModel):
    path: str
    etag: str
    settings: list[SettingDocument]


class TemplateDocument(BaseModel):
    """``name`` empty: the plain one of its type and language. ``type`` empty: it fits any. ``own``: the project's,
    whose file is at ``path``."""

    name: str
    type: str
    language: str
    description: str
    own: bool
    path: str


class ChangeDocument(BaseModel):
    """``undoable``: everything that it replaced is kept; it can be undone while nobody has changed the files since."""

    id: int
    time: datetime
    by: str
    what: str
    files: list[FileEdit]
    undoable: bool


def change_document(change: Change) -> ChangeDocument:
    return ChangeDocument(
        id=change.id,
        time=change.time,
        by=change.by,
        what=change.what,
        files=[file_edit(file) for file in change.files],
        undoable=all(file.kept for file in change.files),
    )


def file_edit(file: ChangedFile) -> FileEdit:
    action = "create" if file.before is None else "delete" if file.after is None else "change"
    return FileEdit(path=file.path, action=action, before=file.before, after=file.after)


def draft_edit(change: FileChange) -> FileEdit:
    before, after = digest_of(change.before), digest_of(change.after)
    return file_edit(ChangedFile(change.path, before, after))


def settings_document(
    table: tuple[Setting, ...], own: Written, place: str, above: Written | None, default_executor: str | None
) -> SettingsDocument:
    known = {setting.key: setting for setting in table}
    rest = [key for key in own.values if key not in known and not any(one.startswith(f"{key}.") for one in known)]
    rows = [_setting(setting, own, place, above, default_executor) for setting in table]
    rows += [_other(table, key, own, place) for key in rest if key not in _STRUCTURE]
    return SettingsDocument(path=own.path, etag=own.digest, settings=rows)


_STRUCTURE = frozenset(
    {"uuid", "type", "language", "upstream_blocks", "downstream_blocks", "callback_blocks", "conditional_blocks"}
    | {"content", "blocks", "callbacks", "conditionals", "widgets", "extensions", "variables"}
    | {"all_upstream_blocks_executed", "status", "replicated_block", "created_at", "updated_at"}
)
"""Keys that other addresses show and change."""


def _setting(
    setting: Setting, own: Written, place: str, above: Written | None, default_executor: str | None
) -> SettingDocument:
    value, source, line = setting.default, "default", None
    if setting.key in own.values:
        value, source, line = own.values[setting.key], place, own.lines.get(setting.key)
    elif above is not None and setting.inherits in above.values:
        value, source, line = above.values[setting.inherits], "pipeline", above.lines.get(setting.inherits)
    elif setting.key == "executor_type" and default_executor:
        value, source = default_executor, "environment"
    return SettingDocument(
        key=setting.key,
        kind=setting.kind.value,
        value=values.encode(value),
        default=setting.default,
        source=source,
        line=line,
        meaning=setting.meaning,
        choices=list(setting.choices),
        known=True,
    )


def _other(table: tuple[Setting, ...], key: str, own: Written, place: str) -> SettingDocument:
    return SettingDocument(
        key=key,
        kind="text",
        value=values.encode(own.values[key]),
        default=None,
        source=place,
        line=own.lines.get(key),
        meaning="Kept as it is; nobody reads it.",
        choices=[],
        known=setting_of(table, key) is not None,
    )
