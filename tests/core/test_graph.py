from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from blockwright.core.graph import closure, downstream, find_cycle, topological

nodes = st.sampled_from("abcdefgh")
graphs = st.dictionaries(nodes, st.lists(nodes, max_size=4), max_size=8)


@given(graphs)
def test_every_node_comes_after_its_upstreams_or_lies_behind_a_cycle(graph: dict[str, list[str]]) -> None:
    order = topological(graph)
    place = {node: index for index, node in enumerate(order)}
    assert len(place) == len(order)
    for node in order:
        assert all(place[name] < place[node] for name in graph[node] if name in graph)
    assert (len(order) == len(graph)) == (find_cycle(graph) is None)


@given(graphs)
def test_a_found_cycle_is_one(graph: dict[str, list[str]]) -> None:
    cycle = find_cycle(graph)
    if cycle is not None:
        assert cycle[0] == cycle[-1]
        assert all(before in graph[after] for before, after in pairwise(cycle))


def test_order_follows_the_file_where_the_graph_leaves_a_choice() -> None:
    assert topological({"b": [], "a": [], "c": ["a", "b"]}) == ["b", "a", "c"]


def test_a_deep_chain_needs_no_recursion() -> None:
    chain = {str(i): [str(i - 1)] if i else [] for i in range(50_000)}
    assert topological(chain)[-1] == "49999"
    assert len(closure(chain, ["49999"])) == 50_000


def test_downstream_names_each_follower_once() -> None:
    assert downstream({"a": [], "b": ["a", "a", "gone"]}) == {"a": ["b"], "b": []}
