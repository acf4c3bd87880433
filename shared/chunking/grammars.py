"""Grammars of tree-sitter by language: which package has them, and which of their nodes define a symbol."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

from shared.chunking.languages import language_of

if TYPE_CHECKING:
    from tree_sitter import Language, Query


@dataclass(frozen=True)
class Grammar:
    """``named``: types of nodes that define what their field ``name`` says. ``more``: patterns for all the others.

    A pattern captures the node as ``def`` and its name as ``name``, what it belongs to as ``owner``.
    """

    package: str
    named: str
    more: str = ""
    factory: str = "language"


_JAVASCRIPT_NAMED = (
    "class_declaration class function_declaration generator_function_declaration function_expression method_definition"
)
_JAVASCRIPT = """
(program (lexical_declaration (variable_declarator name: (identifier) @name) @def))
(program (variable_declaration (variable_declarator name: (identifier) @name) @def))
(export_statement (lexical_declaration (variable_declarator name: (identifier) @name) @def))
(variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression) (class)]) @def
(assignment_expression left: (_) @name right: [(arrow_function) (function_expression) (class) (object)]) @def
(program (expression_statement (assignment_expression left: (member_expression) @name) @def))
(pair key: (property_identifier) @name value: [(arrow_function) (function_expression)]) @def
"""
_TYPESCRIPT_NAMED = (
    f"{_JAVASCRIPT_NAMED} abstract_class_declaration interface_declaration type_alias_declaration enum_declaration "
    "function_signature method_signature abstract_method_signature internal_module module public_field_definition"
)
_C_NAMED = "preproc_function_def preproc_def"
# A declarator lies below as many pointers and references as its type has; two are met.
_C = """
(function_definition declarator: (function_declarator declarator: (_) @name)) @def
(function_definition declarator: (_ (function_declarator declarator: (_) @name))) @def
(function_definition declarator: (_ (_ (function_declarator declarator: (_) @name)))) @def
(declaration declarator: (function_declarator declarator: (_) @name)) @def
(declaration declarator: (_ (function_declarator declarator: (identifier) @name))) @def
(struct_specifier name: (_) @name body: (_)) @def
(union_specifier name: (_) @name body: (_)) @def
(enum_specifier name: (_) @name body: (_)) @def
(type_definition declarator: (type_identifier) @name) @def
(translation_unit (declaration declarator: (init_declarator declarator: (identifier) @name)) @def)
"""

_GRAMMARS = {
    "Python": Grammar(
        "tree_sitter_python",
        "class_definition function_definition",
        "(module (expression_statement (assignment left: (identifier) @name)) @def)"
        "(type_alias_statement left: (_) @name) @def",
    ),
    "JavaScript": Grammar(
        "tree_sitter_javascript",
        _JAVASCRIPT_NAMED,
        f"{_JAVASCRIPT} (field_definition property: (_) @name value: [(arrow_function) (function_expression)]) @def",
    ),
    "TypeScript": Grammar("tree_sitter_typescript", _TYPESCRIPT_NAMED, _JAVASCRIPT, "language_typescript"),
    "TSX": Grammar("tree_sitter_typescript", _TYPESCRIPT_NAMED, _JAVASCRIPT, "language_tsx"),
    "Go": Grammar(
        "tree_sitter_go",
        "function_declaration type_spec type_alias",
        """
        (method_declaration receiver: (parameter_list (parameter_declaration type: (_) @owner)) name: (_) @name) @def
        (source_file (const_declaration (const_spec name: (identifier) @name) @def))
        (source_file (var_declaration (var_spec name: (identifier) @name) @def))
        (source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @def)))
        """,
    ),
    "Rust": Grammar(
        "tree_sitter_rust",
        "mod_item function_item function_signature_item struct_item enum_item union_item trait_item const_item "
        "static_item type_item macro_definition",
        "(impl_item type: (_) @name) @def",
    ),
    "Java": Grammar(
        "tree_sitter_java",
        "class_declaration interface_declaration enum_declaration record_declaration annotation_type_declaration "
        "method_declaration constructor_declaration compact_constructor_declaration",
        '(field_declaration (modifiers "static") declarator: (variable_declarator name: (_) @name)) @def',
    ),
    "C": Grammar("tree_sitter_c", _C_NAMED, _C),
    "C++": Grammar(
        "tree_sitter_cpp",
        f"{_C_NAMED} namespace_definition alias_declaration concept_definition",
        f"""{_C}
        (class_specifier name: (_) @name body: (_)) @def
        (field_declaration declarator: (function_declarator declarator: (_) @name)) @def
        """,
    ),
    "C#": Grammar(
        "tree_sitter_c_sharp",
        "namespace_declaration class_declaration interface_declaration struct_declaration record_declaration "
        "enum_declaration delegate_declaration method_declaration constructor_declaration destructor_declaration "
        "property_declaration local_function_statement",
        '(field_declaration (modifier "const") (variable_declaration (variable_declarator name: (_) @name))) @def',
    ),
    "Ruby": Grammar(
        "tree_sitter_ruby",
        "module class method singleton_method",
        "(assignment left: (constant) @name) @def",
    ),
    "PHP": Grammar(
        "tree_sitter_php",
        "namespace_definition class_declaration interface_declaration trait_declaration enum_declaration "
        "function_definition method_declaration",
        "(const_declaration (const_element (name) @name)) @def",
        "language_php",
    ),
    "Shell": Grammar("tree_sitter_bash", "function_definition", "(program (variable_assignment name: (_) @name) @def)"),
    "Kotlin": Grammar(
        "tree_sitter_kotlin",
        "class_declaration object_declaration function_declaration",
        "(source_file (property_declaration (variable_declaration (identifier) @name)) @def)"
        "(type_alias type: (_) @name) @def",
    ),
    "Swift": Grammar(
        "tree_sitter_swift",
        "class_declaration protocol_declaration function_declaration protocol_function_declaration "
        "typealias_declaration",
        "(source_file (property_declaration name: (_) @name) @def)",
    ),
    "Scala": Grammar(
        "tree_sitter_scala",
        "class_definition object_definition trait_definition enum_definition function_definition "
        "function_declaration type_definition",
        "(compilation_unit (val_definition pattern: (identifier) @name) @def)",
    ),
}
# C++ in a header whose name says C.
_CPP_ONLY = re.compile(r"^[ \t]*(?:class|namespace|template|using)\b", re.MULTILINE)


def grammar_name(name: str, text: str) -> str | None:
    """Return the key of the grammar that reads a file, None where there is none."""
    language = language_of(name)
    if language == "C" and name.lower().endswith(".h") and _CPP_ONLY.search(text):
        return "C++"
    return language if language in _GRAMMARS else None


@cache
def load(key: str) -> "tuple[Language, Query]":
    """Return a grammar and the query for what a text in it defines, loaded once. Threads may share both."""
    from tree_sitter import Language, Query

    grammar = _GRAMMARS[key]
    pointer = getattr(import_module(grammar.package), grammar.factory)()
    language = Language(cast("object", pointer))
    patterns = [f"({node} name: (_) @name) @def" for node in grammar.named.split()]
    return language, Query(language, "\n".join([*patterns, grammar.more]))
