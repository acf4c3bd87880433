"""What a batch may hold, and what is said of one that may not."""

import pytest

from shared.errors import InvalidRequest, TooLarge
from shared.snippets.batch import MAX_FILES, read_batch


def files(*names, text="x"):
    return [{"name": name, "text": text} for name in names]


def faults_of(**document):
    with pytest.raises(InvalidRequest) as caught:
        read_batch(document)
    return caught.value.faults


def test_a_batch_is_read_with_its_defaults():
    batch = read_batch({"files": [{"name": "a.py", "text": ""}]})
    assert (batch.project_id, batch.prefix, batch.dry_run) == ("default-project", None, False)
    assert [(file.project_id, file.name, file.text) for file in batch.files] == [("default-project", "a.py", "")]


def test_the_prefix_counts_only_where_something_is_deleted():
    assert read_batch({"files": files("src/a"), "deleteMissing": True, "prefix": "src/"}).prefix == "src/"
    assert read_batch({"files": files("a"), "deleteMissing": True}).prefix == ""
    assert read_batch({"files": [], "deleteMissing": True, "prefix": "src/"}).files == ()
    assert read_batch({"files": files("src/.env"), "deleteMissing": True, "prefix": "src/."}).prefix == "src/."


def test_every_fault_is_named_with_its_file():
    found = faults_of(
        projectId="..", files=[{"name": "a/../b", "text": 1}, "x", {"text": "t", "size": 3}], deleteMissing="yes"
    )
    text = "\n".join(found)
    for part in (
        "'projectId'", "files[0]: Field 'name'", "files[0]: Field 'text' must be a string, got integer",
        "files[1] must", "files[2]: Unknown field 'size'",
        "files[2]: Missing required field: name", "'deleteMissing' must be true",
    ):  # fmt: skip
        assert part in text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "Missing required field: files"),
        ({"files": {}}, "must be an array"),
        ({"files": []}, "at least one file"),
        ({"files": [], "deleteMissing": True}, "at least one file"),
        ({"files": files("a", "a")}, "'a' 2 times"),
        ({"files": files("a"), "prefix": "b"}, "'deleteMissing': true beside it"),
        ({"files": files("a"), "prefix": "b", "deleteMissing": True}, "must begin with the prefix 'b'"),
        ({"files": files("a"), "prefix": 3, "deleteMissing": True}, "'prefix' must be a string"),
        *(
            ({"files": [], "prefix": prefix, "deleteMissing": True}, "'prefix' must be the beginning of names")
            for prefix in ("../", "a/./b", "..\\x", "a%2Fb", "a\nb", "\ud800")
        ),
        ({"files": files("a"), "dryRun": 1}, "'dryRun' must be true or false"),
    ],
)
def test_a_wrong_batch_is_refused_with_what_is_expected(document, said):
    assert any(said in fault for fault in faults_of(**document))


def test_faults_without_end_are_counted():
    found = faults_of(files=[{}] * 100)
    assert len(found) == 21
    assert found[-1] == "and 180 more faults"


def test_what_is_too_large_is_413():
    with pytest.raises(TooLarge, match="501 files; expected at most 500"):
        read_batch({"files": files(*map(str, range(MAX_FILES + 1)))})
    with pytest.raises(TooLarge, match=r"files\[0\].* 10485761 bytes"):
        read_batch({"files": files("a", text="x" * (10 * 1024 * 1024 + 1))})
    with pytest.raises(TooLarge, match="together"):
        read_batch({"files": files("a", "b", "c", text="x" * 8_000_000)})
