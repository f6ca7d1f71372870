#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds JSON to a schema of ours.

usage: schema.py SCHEMA FILE...             every object in the files is valid
       schema.py --mutants SCHEMA FILE...   and no longer so with a required key removed, with any one value of another
                                            type, or with any word that is one of a list changed

A file is one object, or one on each line. Status 77: there is no python3-jsonschema.
"""
import copy
import json
import os
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(1 if os.environ.get("TESTS_MUST_RUN") == "1" else 77)


def objects(path):
    with open(path, encoding="utf-8", errors="strict") as file:
        text = file.read()
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def at(document, path):
    for step in path:
        document = document[step]
    return document


def paths(document, path=()):
    """Of every value in it, the document itself apart."""
    steps = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for step, value in steps:
        yield path + (step,)
        yield from paths(value, path + (step,))


def resolve(schema, root):
    """Without references and one-armed alternatives."""
    while "$ref" in schema or "oneOf" in schema:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = root["definitions"][name]
        else:
            schema = schema["oneOf"][0] if len(schema["oneOf"]) == 1 else {}
    return schema


def part(schema, root, path):
    """What the schema says of the value there; {} where it says nothing."""
    schema = resolve(schema, root)
    for step in path:
        schema = schema.get("items", {}) if isinstance(step, int) else schema.get("properties", {}).get(step, {})
        schema = resolve(schema, root)
    return schema


def changed(document, path, value):
    mutant = copy.deepcopy(document)
    at(mutant, path[:-1])[path[-1]] = value
    return mutant


def mutants(document, schema):
    """(what was done, mutant)"""
    for path in paths(document):
        value, said = at(document, path), part(schema, schema, path)
        name = "/".join(map(str, path))
        other = [{"mutant": True}] if not isinstance(value, list) else {"mutant": True}
        yield f"{name} of another type", changed(document, path, other)
        if "enum" in said or "const" in said:
            yield f"{name} of another value", changed(document, path, "mutant")
        if isinstance(path[-1], str) and path[-1] in part(schema, schema, path[:-1]).get("required", ()):
            mutant = copy.deepcopy(document)
            del at(mutant, path[:-1])[path[-1]]
            yield f"{name} removed", mutant


def main(words):
    with_mutants = words[0] == "--mutants"
    schema_path, *files = words[1:] if with_mutants else words
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    valid = refused = wrong = 0
    for path in files:
        for document in objects(path):
            valid += 1
            for error in validator.iter_errors(document):
                wrong += 1
                print(f"not ok - {path}: {'/'.join(map(str, error.path))}: {error.message}")
            for what, mutant in mutants(document, schema) if with_mutants else ():
                refused += 1
                if validator.is_valid(mutant):
                    wrong += 1
                    print(f"not ok - {path}: valid with {what}")
    if not valid or (with_mutants and not refused):
        print("not ok - nothing to look at")
        wrong += 1
    if not wrong:
        print(f"ok - {valid} objects are valid" + (f", and {refused} mutants of them are not" if with_mutants else ""))
    return wrong != 0


sys.exit(main(sys.argv[1:]))
