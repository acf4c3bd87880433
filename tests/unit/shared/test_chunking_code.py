"""Source code cut by its syntax: what each language defines, what stands around a chunk, and hostile sources."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.chunking import chunk
from shared.chunking.code import code_outline
from shared.chunking.header import header
from shared.chunking.languages import language_of
from shared.chunking.outline import lines_of
from tests.support.effort import assert_linear

DEFINED = {
    "a.py": ("X = 1\n@d\nclass A(B):\n    def f(self): pass\nasync def g(): pass\ntype Y = int\n", "X A f g Y"),
    "a.js": (
        "export class A { f() {}\n static g = () => 1 }\nexport const h = function() {};\nexports.x = 1;\n"
        "module.exports = { m() {},\n n: () => 1 };\nX.prototype.y = function() {};\nfunction* gen() {}\n",
        "A f g h x module.exports m n X.y gen",
    ),
    "a.ts": (
        "export abstract class A<T> { private f(): void {}\n abstract g(): void }\ninterface I { m(): void }\n"
        "type T = string;\nenum E { B }\nnamespace N.M { export function k() {} }\n",
        "A f g I m T E N.M k",
    ),
    "a.tsx": ("export const Row = (p: Props) => <li>{p.x}</li>;\nfunction List() { return <ul/>; }\n", "Row List"),
    "a.go": (
        "package p\nconst A = 1\nvar (\n\tB = 2\n)\ntype S struct{}\ntype I interface{}\n"
        "func (s *S) F() {}\nfunc (s S[T]) G() {}\nfunc H() {}\n",
        "A B S I S.F S.G H",
    ),
    "a.rs": (
        "mod m { pub fn f() {} }\nimpl<T> Display for Foo<T> { fn fmt() {} }\nstruct S;\nenum E { A }\n"
        "trait T { fn x(); }\nconst C: i32 = 1;\nmacro_rules! mm { () => {} }\n",
        "m f Foo<T> fmt S E T x C mm",
    ),
    "A.java": (
        "public class A { A() {}\n void f() {}\n static final int X = 1;\n enum E { P }\n interface I { void m(); }\n"
        " record R(int a) {} }\n",
        "A f X E I m R",
    ),
    "a.c": (
        "#define M(x) x\nstatic int *f(int a) { return 0; }\nint g(void);\nstruct S { int a; };\n"
        "typedef struct { int b; } T;\nenum E { A };\n",
        "M f g S T E",
    ),
    "a.cpp": (
        "namespace a::b { class C { void f() {}\n ~C() {} }; }\nvoid C::k() {}\ntemplate<class T> T& g(T&& x) { }\n"
        "using Z = int;\n",
        "a::b C f ~C C::k g Z",
    ),
    "a.h": ("namespace n {\nclass C { void f(); };\n}\n", "n C f"),
    "a.cs": (
        "namespace A.B { class C { void F() {}\n int P { get; set; }\n const int X = 1;\n enum E { V }\n"
        " interface I { void M(); }\n struct S {}\n record R(int a); } }\n",
        "A.B C F P X E I M S R",
    ),
    "a.rb": ("module A::B\n class C < D\n  X = 1\n  def f; end\n  def self.g; end\n end\nend\n", "A::B C X f g"),
    "a.php": (
        "<?php\nnamespace A;\nclass C { const X = 1; function f() {} }\ninterface I {}\ntrait T {}\nfunction g() {}\n",
        "A C X f I T g",
    ),
    "a.sh": ("X=1\nf() { :; }\nfunction g { :; }\n", "X f g"),
    "a.kt": ("class C {\n fun f() {}\n}\nobject O {}\nfun g() {}\nval y = 2\n", "C f O g y"),
    "a.swift": ("class C {\n func f() {}\n}\nprotocol P { func m() }\nfunc g() {}\nlet y = 2\n", "C f P m g y"),
    "a.scala": ("class C { def f() = 1 }\nobject O { }\ntrait T {}\ndef g() = 2\n", "C f O T g"),
}


@pytest.mark.parametrize("name", DEFINED)
def test_a_chunk_names_what_it_defines(name):
    source, defined = DEFINED[name]
    (piece,) = chunk(source, 2000, "code", name)
    assert list(piece.defines) == defined.split()
    assert piece.scope == ()


METHOD = "    # why\n    @cached\n    def {name}(self):\n        first = {body!r}\n        return first\n\n"


def test_a_method_is_whole_and_knows_its_class():
    source = "class Shop:\n" + "".join(METHOD.format(name=f"m{i}", body="x" * 200) for i in range(8))
    chunks = chunk(source, 300, "code", "shop.py")
    assert [piece.defines for piece in chunks][1:] == [(f"m{i}",) for i in range(1, 8)]
    assert {piece.scope for piece in chunks[1:]} == {("Shop",)}
    assert all(piece.text.startswith("    # why\n    @cached\n") for piece in chunks[1:])
    assert all(piece.text.endswith("return first\n\n") for piece in chunks)
    assert header("shop.py", chunks[3].scope, chunks[3].defines) == "shop.py > Shop : m3"


def test_a_long_function_is_cut_between_its_statements_and_stays_its_scope():
    body = "".join(
        f"    if a{i}:\n        call(\n            {'x' * 60},\n            {i},\n        )\n" for i in range(30)
    )
    chunks = chunk(f"def long():\n{body}", 400, "code", "a.py")
    assert chunks[0].defines == ("long",)
    assert len(chunks) > 5
    assert all(piece.scope == ("long",) and piece.text.startswith("    if a") for piece in chunks[1:])


def test_a_broken_file_is_cut_too_and_keeps_what_can_be_read():
    source = "def good():\n    pass\n\nclass Broken(:\n    def (\n\n" + "def later():\n    return 1\n"
    chunks = chunk(source, 60, "code", "a.py")
    assert "".join(piece.text for piece in chunks) == source
    defined = {name for piece in chunks for name in piece.defines}
    assert {"good", "later"} <= defined


def test_scopes_of_deep_nesting_are_the_outermost_and_the_innermost():
    depth = 40
    source = "".join(f"{' ' * i}def f{i}():\n" for i in range(depth)) + f"{' ' * depth}pass\n" * 30
    last = chunk(source, 300, "code", "a.py")[-1]
    assert last.scope == ("f0", "f1", *(f"f{i}" for i in range(depth - 6, depth)))


@pytest.mark.parametrize(
    ("name", "language"),
    [("src/A.TSX", "TSX"), ("a.h", "C"), ("x\\y.py", "Python"), ("Dockerfile", "Dockerfile"), ("a", None), ("", None)],
)
def test_a_language_is_known_by_the_file_name(name, language):
    assert language_of(name) == language


def test_markdown_is_cut_before_headings_and_not_inside_code():
    passage = "Words of a passage.\n" * 14
    text = f"# Guide\n\n{passage}\n## Install\n\n{passage}\n```sh\n# no heading\n```\n\n## Use\n\n{passage}"
    chunks = chunk(text, 300, "code", "README.md")
    assert [(piece.scope, piece.defines) for piece in chunks] == [
        ((), ("Guide",)),
        (("Guide",), ("Install",)),
        (("Guide",), ("Use",)),
    ]


def test_a_notebook_is_cut_before_cells():
    cell = '  {\n   "cell_type": "code",\n   "source": [\n    "' + "x" * 200 + '"\n   ]\n  }'
    title = '  {\n   "cell_type": "markdown",\n   "source": [\n    "# Title\\n"\n   ]\n  }'
    text = '{\n "cells": [\n' + ",\n".join([title, *[cell] * 5]) + "\n ]\n}\n"
    chunks = chunk(text, 250, "code", "a.ipynb")
    assert chunks[0].defines == ("Title",)
    assert all(piece.text.startswith("  {\n") and piece.scope == ("Title",) for piece in chunks[1:])


HOSTILE = {
    "nested brackets": ("a.js", "[\n"),
    "nested functions": ("a.js", "function f(){\n"),
    "a long sum": ("a.py", "a + \\\n"),
    "templates": ("a.ts", "`${\n"),
    "generics": ("a.cs", "a<\n"),
    "types": ("a.ts", "a<b,\n"),
    "tokens of a macro": ("a.rs", "m!{,\n"),
    "comments": ("a.py", "# a\n"),
    "fences": ("a.md", "```\n# a\n"),
    "headings": ("a.md", "# a\n###### b\n"),
    "cells": ("a.ipynb", '{\n"cell_type":\n'),
    "blank lines": ("a.txt", "\n"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_sources_take_linear_work(case):
    name, unit = HOSTILE[case]
    assert_linear(lambda repeats: chunk(unit * repeats, 500, "code", name), 20_000)


@contextmanager
def recursion_limit(limit: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(limit)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("unit", ["[", "[\n", "(", "{\n", "<"])
def test_a_hundred_thousand_brackets_need_no_recursion(unit):
    text = unit * 100_000
    chunk("warm = 1\n", 500, "code", "a.js")
    with recursion_limit(200):
        chunks = chunk(text, 500, "code", "a.js")
    assert "".join(piece.text for piece in chunks) == text


@pytest.mark.parametrize(
    "source", ["a<\n" * 100_000, "a<b," * 100_000, "[\n" * 100_000, "a=1;" * 100_000, "x = 1\n" * 90_000]
)
def test_sources_too_costly_to_follow_are_cut_by_lines(source):
    assert code_outline("a.ts", source, lines_of(source), 500) is None


def test_ten_million_code_points_are_cut():
    text = "def f(x):\n    return x\n\n\n" * 400_000
    chunks = chunk(text, 500, "code", "a.py")
    assert sum(len(piece.text) for piece in chunks) == len(text) == 10_000_000
    assert max(len(piece.text) for piece in chunks) <= 875
