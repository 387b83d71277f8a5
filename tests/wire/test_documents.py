from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blockwright.wire import documents, manifests
from blockwright.wire.documents import DocumentError
from blockwright.wire.manifests import AttemptError, DynamicItems, Manifest, Outcome, Usage
from blockwright.wire.outputs import Column, Output
from blockwright.wire.specs import AttemptKind, AttemptSpec, Child, CodeFile, Input, Limits, ProjectContext

text = st.text(max_size=8)
json_values = st.recursive(st.one_of(st.none(), st.integers(), text), lambda i: st.lists(i, max_size=2), max_leaves=4)
outputs = st.builds(
    Output,
    name=text,
    digest=text,
    codec=text,
    type=text,
    bytes=st.integers(0),
    rows=st.one_of(st.none(), st.integers(0)),
    schema=st.lists(st.builds(Column, name=text, type=text), max_size=2).map(tuple),
    preview=json_values,
    spread=st.booleans(),
)
inputs = st.builds(
    Input,
    block=text,
    outputs=st.lists(outputs, max_size=2).map(tuple),
    children=st.one_of(
        st.none(),
        st.lists(st.builds(Child, outputs=st.lists(outputs, max_size=1).map(tuple)), max_size=2).map(tuple),
    ),
    item=st.one_of(st.none(), st.integers()),
)
specs = st.builds(
    AttemptSpec,
    attempt_id=text,
    run=st.integers(),
    pipeline=text,
    block=text,
    block_run=text,
    attempt=st.integers(),
    kind=st.sampled_from(AttemptKind),
    block_type=text,
    language=text,
    code=st.one_of(st.none(), st.builds(CodeFile, path=text, digest=st.one_of(st.none(), text))),
    project=st.builds(ProjectContext, name=text, root=text, platform_root=text, snapshot=text),
    store=text,
    work=text,
    commit=text,
    inputs=st.lists(inputs, max_size=2).map(tuple),
    variables=st.dictionaries(text, json_values, max_size=2),
    limits=st.builds(Limits, memory=st.one_of(st.none(), st.integers()), threads=st.integers(1)),
)


def through_json(document: Any) -> Any:
    return documents.load(type(document), json.loads(json.dumps(documents.dump(document))))


@given(specs)
def test_a_spec_comes_back_as_it_was(spec: AttemptSpec) -> None:
    assert through_json(spec) == spec


@given(st.lists(outputs, max_size=2).map(tuple))
def test_a_manifest_comes_back_as_it_was(given_outputs: tuple[Output, ...]) -> None:
    manifest = Manifest(
        attempt_id="1/a/1",
        outcome=Outcome.FAILED,
        outputs=given_outputs,
        tests=manifests.TestResults(1, 1, (manifests.TestFailure("t", "no"),)),
        error=AttemptError("ValueError", "no", "a.py", 3, (manifests.Frame("a.py", 3, "f", own=True),)),
        items=DynamicItems(2, ("a", None), (("x",), ())),
        usage=Usage(1.5, 1.0, 100),
    )
    assert through_json(manifest) == manifest


@given(specs)
def test_a_brief_spec_comes_back_as_it_was(spec: AttemptSpec) -> None:
    assert documents.load(AttemptSpec, json.loads(json.dumps(documents.brief(spec)))) == spec


def test_a_brief_document_leaves_out_what_is_as_it_would_be_anyway() -> None:
    assert documents.brief(Manifest("1/a/1", Outcome.COMPLETED)) == {"attempt_id": "1/a/1", "outcome": "completed"}
    assert documents.brief(Column("a", "int", 0), without=("type",)) == {"name": "a", "nulls": 0}


def test_what_a_newer_writer_adds_is_ignored() -> None:
    assert documents.load(Column, {"name": "a", "type": "int", "colour": "blue"}) == Column("a", "int")


def test_a_key_with_a_default_may_be_missing() -> None:
    assert documents.load(Column, {"name": "a", "type": "int"}).nulls is None


@pytest.mark.parametrize("data", [{"name": "a"}, [], None])
def test_a_missing_key_is_named(data: Any) -> None:
    with pytest.raises(DocumentError, match=r"Column: (the key 'type' is missing|expected an object)"):
        documents.load(Column, data)


def test_a_wrong_word_is_told_with_its_place() -> None:
    with pytest.raises(DocumentError, match=r"Manifest\.outcome"):
        documents.load(Manifest, {"attempt_id": "x", "outcome": "maybe"})


def test_a_part_that_is_made_already_stands_in_for_its_document() -> None:
    output = Output("output_0", "ab", "json", "int", 1)
    loaded = documents.load(Input, {"block": "load", "outputs": [output]})
    assert loaded.outputs == (output,)
    assert loaded.outputs[0] is output
