"""The few calls of the Linux kernel that Python does not offer."""

from __future__ import annotations

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PR_GET_TID_ADDRESS = 40
_CLONE_PARENT = 0x00008000
_CLONE_CHILD_CLEARTID = 0x00200000
_CLONE_CHILD_SETTID = 0x01000000
_SYS_CLONE3 = 435
"""The same number on every architecture."""

_prctl = ctypes.CDLL(None, use_errno=True).prctl
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_syscall = ctypes.PyDLL(None, use_errno=True).syscall  # with the interpreter's lock held, as a fork must
_syscall.argtypes = [ctypes.c_long, ctypes.c_void_p, ctypes.c_size_t]
_syscall.restype = ctypes.c_long


def adopt_orphans() -> None:
    """Become child subreaper: orphans below this process become its children instead of init's."""
    _call(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Be killed when ``parent`` dies; ends at once if it already has."""
    _call(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class _CloneArguments(ctypes.Structure):
    """``struct clone_args`` of clone3(2), in its first size."""

    _fields_ = [
        (name, ctypes.c_uint64)
        for name in ("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size", "tls")
    ]


def fork_sibling() -> int:
    """``os.fork`` of a process with a single thread whose child becomes the child of *its* parent; raises OSError.

    What Python does around a fork is done here as well. The C library is passed over, which would renew the locks of
    other threads (there are none) and note the thread's new number: that the kernel does, where the library keeps it.
    """
    number = ctypes.c_void_p()
    if _prctl(_PR_GET_TID_ADDRESS, ctypes.addressof(number), 0, 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"prctl({_PR_GET_TID_ADDRESS}): {os.strerror(code)}")
    flags = _CLONE_PARENT | _CLONE_CHILD_SETTID | _CLONE_CHILD_CLEARTID
    arguments = _CloneArguments(flags=flags, child_tid=number.value or 0)
    python = ctypes.pythonapi
    python.PyOS_BeforeFork()
    pid = int(_syscall(_SYS_CLONE3, ctypes.addressof(arguments), ctypes.sizeof(arguments)))
    if pid == 0:
        python.PyOS_AfterFork_Child()
        return 0
    code = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    if pid < 0:
        raise OSError(code, f"clone3: {os.strerror(code)}")
    return pid


def _call(option: int, value: int) -> None:
    if _prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"prctl({option}): {os.strerror(number)}")
