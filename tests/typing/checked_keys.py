"""Constructors of keys that are checked, for whoever writes the fields' types down."""

from __future__ import annotations

from typing import assert_type, dataclass_transform

from kigen import Enum, Flag, Key, Param, Pool


@dataclass_transform(
    eq_default=False, kw_only_default=True, field_specifiers=(Enum, Flag, Param, Pool)
)
class Checked(Key):
    """The base of keys whose fields are annotated."""


class Trial(Checked):
    lr: Param[float] = Param(min=0.0, max=1.0)
    depth: Param[int] = Param(min=1, max=9)
    opt: Enum[str] = Enum("adam", "sgd", default="adam")
    fast: Flag = Flag(default=False)


def values() -> None:
    trial = Trial(lr=0.5, depth=3)
    assert_type(trial, Trial)
    assert_type(trial.lr, float)
    assert_type(Trial.lr, Param[float])
    assert_type(trial.fast, bool)
    assert trial == Trial(lr=0.5, depth=3, opt="adam", fast=False)
    assert {trial: 1}[trial.replace()] == 1


def mistakes() -> None:
    Trial(lr="0.5", depth=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Trial(lr=0.5, dept=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Trial(lr=0.5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


if __name__ == "__main__":
    values()
