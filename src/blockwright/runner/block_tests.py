"""The ``@test`` functions of a block: all of them run, in the order of the file, on all of its outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from blockwright.runner.arguments import test_call
from blockwright.runner.calling import settled
from blockwright.runner.tracebacks import as_text, describe
from blockwright.runner.workplace import Workplace
from blockwright.sdk.decorators import Registered, Registry
from blockwright.wire.manifests import TestFailure, TestResults


class TestsFailed(Exception):
    """Some assertion of a block's tests did not hold."""

    error_code = "tests_failed"
    __test__ = False


class Tests:
    """``results`` tells of the tests that have run so far, whatever ended them."""

    __test__ = False

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace
        self._passed = 0
        self._failures: list[TestFailure] = []

    @property
    def results(self) -> TestResults:
        return TestResults(self._passed, len(self._failures), tuple(self._failures))

    def run(self, registry: Registry, outputs: Sequence[Any], variables: Mapping[str, Any]) -> None:
        """Only an ``AssertionError`` counts as a failed test and lets the others run; anything else is raised.

        Raises TestsFailed when one failed.
        """
        found = registry.of("test")
        for each in found:
            self._run_one(each, outputs, variables)
        if not found:
            return
        block, logger = self._workplace.spec.block, self._workplace.logger
        logger.info(f"{self._passed}/{len(found)} tests passed.")
        if self._failures:
            names = ", ".join(f"`{failure.name}`" for failure in self._failures)
            raise TestsFailed(
                f"Failed to pass tests for block `{block}`: {self._passed}/{len(found)} tests passed, {names} failed. "
                f"{self._failures[0].message}".rstrip()
            )

    def _run_one(self, each: Registered, outputs: Sequence[Any], variables: Mapping[str, Any]) -> None:
        try:
            settled(test_call(each.function, outputs, variables).of(each.function))
        except AssertionError as error:
            self._note(each, error)
        except BaseException as error:
            self._note(each, error)
            raise
        else:
            self._passed += 1

    def _note(self, each: Registered, error: BaseException) -> None:
        told = describe(error, self._workplace.spec.project.root, self._workplace.channel.masker.text)
        name = getattr(each.function, "__name__", "test")
        message = told.message or (told.traceback[-1].text if told.traceback else told.type)
        self._failures.append(TestFailure(name, message, told.file, told.line))
        self._workplace.logger.error(f"Test `{name}` failed.\n{as_text(told)}")
