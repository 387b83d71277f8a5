"""What a new block's file says at first: a template of the project's, or one of ours."""

from __future__ import annotations

from pathlib import Path

from blockwright.adapters.project.confinement import Border
from blockwright.adapters.project.names import listing, suggestion
from blockwright.core.blocks import BlockType, Language
from blockwright.core.errors import Invalid, NotFound

FOLDER = Path(__file__).parent / "templates"
SUFFIX = ".tmpl"  # so that no tool takes them for modules of this package


def text_for(border: Border, kind: BlockType, language: Language, template: str | None) -> str:
    """The text; raises NotFound for an unknown template, Invalid when the type has none in that language."""
    if template is not None:
        return _named(border, kind, language, template)
    text = _ours(language, kind.value)
    if text is None:
        languages = [other.value for other in Language if _ours(other, kind.value) is not None]
        raise Invalid(
            f"A block of type `{kind.value}` cannot be written in {language.value}.",
            hint=f"Its languages are {listing(languages)}.",
        )
    return text


def _named(border: Border, kind: BlockType, language: Language, template: str) -> str:
    own = f"{border.block_templates}/{template}/{template.rpartition('/')[2]}.{language.suffix}"
    try:
        return border.text(own)
    except NotFound:
        pass
    ours = None if "/" in template else _ours(language, f"{kind.value}.{template}")
    if ours is not None:
        return ours
    known = [*_custom(border), *_variants(kind, language)]
    raise NotFound(
        f"There is no template `{template}` for a {kind.value} in {language.value}.",
        hint=suggestion(template, known) or (f"There are {listing(known)}." if known else "Leave the template out."),
    )


def _ours(language: Language, stem: str) -> str | None:
    path = FOLDER / "blocks" / language.value / f"{stem}.{language.suffix}{SUFFIX}"
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _variants(kind: BlockType, language: Language) -> list[str]:
    folder = FOLDER / "blocks" / language.value
    found = folder.glob(f"{kind.value}.*.{language.suffix}{SUFFIX}")
    return sorted(path.name.split(".")[1] for path in found)


def _custom(border: Border) -> list[str]:
    folder = Path(border.real, border.block_templates)
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
