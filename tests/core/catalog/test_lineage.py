"""What lies around a node of the graph."""

from __future__ import annotations

import pytest

from blockwright.core.catalog.lineage import Edge, EdgeKind, Node, NodeKind, around


def block(name: str) -> Node:
    return Node(NodeKind.BLOCK, "p", name)


def graph(text: str) -> list[Edge]:
    """``"ab bc"``: from a to b and from b to c."""
    return [Edge(block(a), block(b), EdgeKind.FEEDS) for a, b in text.split()]


def view(text: str, start: str, up: int, down: int, most: int = 100) -> str:
    found = around(graph(text), [block(start)], up=up, down=down, most=most)
    nodes = " ".join(f"{node.name}{steps}" for node, steps in sorted(found.nodes.items()))
    edges = " ".join(f"{edge.source.name}{edge.target.name}" for edge in found.edges)
    return f"{nodes} | {edges} | {found.left_out}"


@pytest.mark.parametrize(
    ("edges", "start", "up", "down", "expected"),
    [
        ("ab bc cd", "b", 0, 0, "b0 |  | 0"),
        ("ab bc cd", "b", 1, 1, "a-1 b0 c1 | ab bc | 0"),
        ("ab bc cd", "b", 5, 5, "a-1 b0 c1 d2 | ab bc cd | 0"),
        ("ac bc cd ce", "c", 1, 0, "a-1 b-1 c0 | ac bc | 0"),
        ("ab bd ac cd", "a", 0, 2, "a0 b1 c1 d2 | ab bd ac cd | 0"),
        ("ab ba", "a", 3, 3, "a0 b-1 | ab ba | 0"),
        ("aa", "a", 3, 3, "a0 | aa | 0"),
        ("ab", "z", 3, 3, "z0 |  | 0"),
    ],
)
def test_a_view_has_what_is_near(edges: str, start: str, up: int, down: int, expected: str) -> None:
    assert view(edges, start, up, down) == expected


def test_a_view_is_bounded_and_says_what_it_leaves_out() -> None:
    assert view("ab ac ad ae ef", "a", 0, 5, most=3) == "a0 b1 c1 | ab ac | 2"
    wide = " ".join(f"a{chr(0x4E00 + number)}" for number in range(5_000))
    found = around(graph(wide), [block("a")], up=3, down=3, most=500)
    assert (len(found.nodes), found.left_out) == (500, 4_501)
