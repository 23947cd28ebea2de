"""Departments in the order of their tree: each under what it is part of, with its depth and its path in words."""

from collections.abc import Iterable
from typing import NamedTuple

from surveys.models import Department

JOINT = " › "


class Branch(NamedTuple):
    department: Department
    depth: int
    path: str


def in_tree_order(departments: Iterable[Department]) -> list[Branch]:
    """Siblings stay in the order given. One whose parent is not among them (out of the reader's sight) stands at the top."""
    known = list(departments)
    keys = {department.pk for department in known}
    below: dict[int | None, list[Department]] = {}
    for department in known:
        parent = department.parent_id if department.parent_id in keys else None
        below.setdefault(parent, []).append(department)
    found: list[Branch] = []
    todo = [Branch(department, 0, department.name) for department in reversed(below.get(None, []))]
    while todo:
        branch = todo.pop()
        found.append(branch)
        children = reversed(below.get(branch.department.pk, []))
        todo += [Branch(child, branch.depth + 1, branch.path + JOINT + child.name) for child in children]
    return found
