"""The reader of pages that are carried out: what it takes for a step, and that it can say no."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.page_steps import Command, Edit, Script, agrees, apply, steps

PAGE = """\
# A page

```sh
ls   # for people alone
```

```console
$ one --long \\
    --more
$ two
it says
…
```

```diff
--- a.yaml
 queues:
-  old: {}
+  new: {}
```
"""


def test_commands_and_edits_are_found_with_their_lines() -> None:
    assert list(steps(PAGE)) == [
        Command(8, "one --long --more", ()),
        Command(10, "two", ("it says", "…")),
        Edit(16, "a.yaml", ("queues:", "  old: {}"), ("queues:", "  new: {}")),
    ]


@pytest.mark.parametrize("block", ["```console\nno command\n```\n", "```diff\n+ no name\n```\n"])
def test_what_is_no_step_is_refused(block: str) -> None:
    with pytest.raises(ValueError, match="begins with"):
        list(steps(block))


@pytest.mark.parametrize(
    ("says", "printed", "agree"),
    [
        (("a", "b"), ["a", "b"], True),
        (("a", "b"), ["a", "c"], False),
        (("a",), ["a", "b"], False),
        ((), [], True),
        ((), ["a"], False),
        (("a … c",), ["a b c"], True),
        (("a … c",), ["a b d"], False),
        (("a", "…", "z"), ["a", "b", "c", "z"], True),
        (("a", "…", "z"), ["a", "z"], True),
        (("a", "…", "z"), ["a", "b", "y"], False),
        (("…", "(z)"), ["a", "(z)"], True),
        (("a  b",), ["a b"], False),
    ],
)
def test_what_was_printed_agrees_or_not(says: tuple[str, ...], printed: list[str], agree: bool) -> None:
    assert agrees(says, printed) is agree


def test_a_script_stays_whole_and_may_be_told_what_it_prints() -> None:
    page = "```bash\ncd /\nls\n```\nprose\n```text\nfor people\n```\n```bash\npwd\n```\n\n```text\n/\n```\n"
    assert list(steps(page)) == [Script(2, "cd /\nls\n", None), Script(10, "pwd\n", ("/",))]


def test_an_edit_is_made_where_its_lines_are(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("x: 1\nqueues:\n  old: {}\n")
    edit = Edit(1, "a.yaml", ("queues:", "  old: {}"), ("queues:", "  new: {}", "  old: {}"))
    apply(edit, tmp_path)
    assert file.read_text() == "x: 1\nqueues:\n  new: {}\n  old: {}\n"
    with pytest.raises(AssertionError, match="these lines are 0 times"):
        apply(edit, tmp_path)
