"""The evaluator that the checks rest on: what a template makes of parameters, and what it refuses to guess."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.bicep.evaluate import Deployment, evaluate
from tests.support.bicep.syntax import BicepError

STORE = """
resource store 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'store'
}
"""


def deployed(folder: Path, source: str, **parameters: Any) -> Deployment:
    (folder / "main.bicep").write_text(source, encoding="utf-8")
    return evaluate(folder / "main.bicep", parameters)


def test_a_resource_whose_condition_is_false_is_not_made(tmp_path: Path) -> None:
    source = "param wanted bool\n" + STORE.replace("= {", "= if (wanted) {")

    assert deployed(tmp_path, source, wanted=True).resources
    assert not deployed(tmp_path, source, wanted=False).resources


def test_a_loop_makes_a_resource_a_round(tmp_path: Path) -> None:
    source = """
    param names array
    resource stores 'Microsoft.Storage/storageAccounts@2025-06-01' = [for (name, i) in names: {
      name: '${name}${i}'
    }]
    """

    assert [each.name for each in deployed(tmp_path, source, names=["a", "b"]).resources] == ["a0", "b1"]


def test_a_child_is_inside_its_parent(tmp_path: Path) -> None:
    source = f"""{STORE}
    resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {{
      parent: store
      name: 'default'
    }}
    """
    store, blobs = deployed(tmp_path, source).resources

    assert blobs.id == f"{store.id}/blobServices/default"


def test_an_extension_says_what_it_applies_to(tmp_path: Path) -> None:
    source = f"""{STORE}
    resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{
      scope: store
      name: guid(store.id)
    }}
    """
    store, role = deployed(tmp_path, source).resources

    assert role.scope == store.id


def test_a_property_that_is_null_is_left_out(tmp_path: Path) -> None:
    source = STORE.replace("name: 'store'", "name: 'store'\n  properties: { accessTier: true ? null : 'Hot' }")

    assert deployed(tmp_path, source).resources[0].properties == {}


def test_a_module_hands_its_outputs_back(tmp_path: Path) -> None:
    (tmp_path / "inner.bicep").write_text("param a string\noutput b string = '${a}!'\n", encoding="utf-8")
    source = """
    module inner 'inner.bicep' = {
      name: 'inner'
      params: { a: 'x' }
    }
    output b string = inner.outputs.b
    """

    assert deployed(tmp_path, source).outputs == {"b": "x!"}


def test_a_module_in_a_loop_is_deployed_each_round(tmp_path: Path) -> None:
    (tmp_path / "inner.bicep").write_text("param a string\noutput b string = '${a}!'\n", encoding="utf-8")
    source = """
    param names array
    module inner 'inner.bicep' = [for name in names: {
      name: name
      params: { a: name }
    }]
    output b string = inner[1].outputs.b
    """

    assert deployed(tmp_path, source, names=["x", "y"]).outputs == {"b": "y!"}


LEFT_OUT = """
param wanted bool
module inner 'inner.bicep' = if (wanted) {
  name: 'inner'
}
"""


@pytest.mark.parametrize(("wanted", "answer"), [(True, "there"), (False, "none")])
def test_an_output_of_a_module_that_is_left_out_is_null(tmp_path: Path, wanted: bool, answer: str) -> None:
    (tmp_path / "inner.bicep").write_text("output b string = 'there'\n", encoding="utf-8")

    source = f"{LEFT_OUT}output b string = inner.?outputs.b ?? 'none'\n"

    assert deployed(tmp_path, source, wanted=wanted).outputs == {"b": answer}


@pytest.mark.parametrize("asked", ["inner!.outputs.b", "inner.outputs.b"])
def test_a_module_that_is_left_out_has_no_outputs(tmp_path: Path, asked: str) -> None:
    (tmp_path / "inner.bicep").write_text("output b string = 'there'\n", encoding="utf-8")
    source = f"{LEFT_OUT}output b string = {asked}\n"

    assert deployed(tmp_path, source, wanted=True).outputs == {"b": "there"}
    with pytest.raises(BicepError, match="is None"):
        deployed(tmp_path, source, wanted=False)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("a.?b", 1),
        ("a.?d", None),
        ("a.?d.e.f", None),
        ("a.?d[0].e", None),
        ("a.?d ?? 2", 2),
        ("a.?b ?? 2", 1),
        ("a.c[?'x']", None),
        ("a.c[?'y']", 3),
        ("a.l[?1]", None),
        ("a.l[?0]", 4),
        ("a!.b", 1),
    ],
)
def test_what_may_not_be_there_is_null(tmp_path: Path, asked: str, answer: int | None) -> None:
    source = f"var a = {{ b: 1, c: {{ y: 3 }}, l: [4] }}\nvar c = {asked}\noutput b array = [c]\n"

    assert deployed(tmp_path, source).outputs == {"b": [answer]}


def test_a_deployment_that_fails_itself_says_why(tmp_path: Path) -> None:
    source = "param a string\nvar b = empty(a) ? fail('a is empty') : a\noutput c string = b\n"

    assert deployed(tmp_path, source, a="x").outputs == {"c": "x"}
    with pytest.raises(BicepError, match="a is empty"):
        deployed(tmp_path, source, a="")


def test_a_loop_may_stand_on_a_line_of_its_own(tmp_path: Path) -> None:
    source = """
    param names array
    resource stores 'Microsoft.Storage/storageAccounts@2025-06-01' = [
      for (name, i) in names: {
        name: '${name}${i}'
        tags: {
          parts: [
            for part in ['x', 'y']: '${part}${i}'
          ]
        }
      }
    ]
    """

    stores = deployed(tmp_path, source, names=["a", "b"]).resources

    assert [(each.name, each.body["tags"]["parts"]) for each in stores] == [("a0", ["x0", "y0"]), ("b1", ["x1", "y1"])]


def test_a_resource_that_exists_is_named_and_not_made(tmp_path: Path) -> None:
    source = f"{STORE.replace('= {', 'existing = {')}output id string = store.id"
    deployment = deployed(tmp_path, source)

    assert deployment.resources == []
    assert deployment.outputs["id"].endswith("/Microsoft.Storage/storageAccounts/store")


def test_an_identity_of_its_own_has_a_principal(tmp_path: Path) -> None:
    given = STORE.replace("name: 'store'", "name: 'store'\n  identity: { type: 'SystemAssigned' }")

    assert deployed(tmp_path, f"{given}output a string = store.identity.principalId").outputs["a"]


def test_a_lambda_keeps_what_it_says(tmp_path: Path) -> None:
    source = "output a array = filter(split('/x/{y}', '/'), part => startsWith(part, '{'))"

    assert deployed(tmp_path, source).outputs == {"a": ["{y}"]}


def test_numbers_are_subtracted(tmp_path: Path) -> None:
    assert deployed(tmp_path, "param a int\noutput b int = 100 - a", a=10).outputs == {"b": 90}


def test_an_escape_stands_for_its_character(tmp_path: Path) -> None:
    assert deployed(tmp_path, r"output a string = 'it\'s'").outputs == {"a": "it's"}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("var a = b", "there is no b"),
        ("var a = b\nvar b = a", "depends on itself"),
        ("var a = 1\nvar a = 2", "declared twice"),
        ("param a string", "needs parameter a"),
        ("param a int = 'x'", "must be int"),
        ("@allowed(['x'])\nparam a string = 'y'", "allowed"),
        ("@maxLength(1)\nparam a string = 'yy'", "maxLength"),
        ("module a 'Missing.bicep' = {\n  name: 'a'\n}", "there is no file"),
        ("var a = { b: 1 }\nvar c = a.d", "has no d"),
        ("var a = dateTimeAdd('x', 'P1D')", "not among those in use"),
        ("var a = 'x' ? 1 : 2", "not true or false"),
        ("var a = 'x' - 1", "not two numbers"),
        ("var a = { b: 1 }\nvar c = a['d']", "has no d"),
        (STORE + "output a string = store.identity.principalId", "has no principalId"),
        (STORE + "output a string = store.properties.acessTier", "no property acessTier"),
        ("output a int = 'x'", "output a"),
        (r"var a = '\${b}'", "not in the subset"),
        ("var a = (", "cannot be parsed"),
        ("var a = { b: 1 }\nvar c = a.?d!.e.?f.g\nvar h = a.d.?e", "has no d"),
        ("var a = { b: null }\nvar c = a.?b ?? d", "there is no d"),
        ("var a = { b: 1 }\nvar c = a.?d\nvar e = c['f']", "is None"),
    ],
)
def test_what_could_not_be_deployed_is_refused(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(BicepError, match=reason):
        deployed(tmp_path, source)


def test_a_copy_whose_module_differs_is_evaluated_anew(tmp_path: Path) -> None:
    source = "module inner 'inner.bicep' = { name: 'inner' }\noutput b string = inner.outputs.b\n"
    inner = "var loaded = loadTextContent('words.txt')\noutput b string = loaded\n"
    for copy, words in (("first", "a"), ("second", "b")):
        (tmp_path / copy).mkdir()
        (tmp_path / copy / "words.txt").write_text(words, encoding="utf-8")
        (tmp_path / copy / "inner.bicep").write_text(inner, encoding="utf-8")

        assert deployed(tmp_path / copy, source).outputs == {"b": words}


def test_a_file_that_is_not_there_any_more_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("a", encoding="utf-8")
    source = "output b string = loadTextContent('words.txt')\n"

    assert deployed(tmp_path, source).outputs == {"b": "a"}

    (tmp_path / "words.txt").unlink()
    with pytest.raises(BicepError, match=r"no file words\.txt"):
        deployed(tmp_path, source)


def test_what_is_loaded_has_a_plain_name(tmp_path: Path) -> None:
    with pytest.raises(BicepError, match="plain string"):
        deployed(tmp_path, "param name string\noutput b string = loadTextContent('${name}.txt')\n", name="words")
